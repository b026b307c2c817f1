//! Where payments and orders stand.

use serde::{Deserialize, Serialize};

/// What became of a payment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PaymentStatus {
    /// Something that nobody here knows.
    Unknown,
    /// Started.
    Pending,
    /// Refused.
    Failed,
    /// The money came.
    Succeeded,
    /// The money went back.
    Refunded,
}

impl PaymentStatus {
    /// Returns the name as stored.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Unknown => "unknown",
            Self::Pending => "pending",
            Self::Failed => "failed",
            Self::Succeeded => "succeeded",
            Self::Refunded => "refunded",
        }
    }
}

/// Where an order stands. The first seven are steps forward, in their order; the last three are ends, which later news
/// may revoke (`order::progress`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OrderStatus {
    /// Only events that say nothing about its status are known.
    Unknown,
    /// Placed.
    Created,
    /// Found valid.
    Confirmed,
    /// Goods are set aside.
    Reserved,
    /// Paid, at least in part.
    Paid,
    /// On its way.
    Shipped,
    /// Handed over.
    Delivered,
    /// Found invalid.
    Rejected,
    /// Called off.
    Cancelled,
    /// Sent back.
    Returned,
}

impl OrderStatus {
    /// All of them, the steps in their order and then the ends.
    pub const ALL: [Self; 10] = [
        Self::Unknown,
        Self::Created,
        Self::Confirmed,
        Self::Reserved,
        Self::Paid,
        Self::Shipped,
        Self::Delivered,
        Self::Rejected,
        Self::Cancelled,
        Self::Returned,
    ];

    /// Returns the name as stored.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Unknown => "unknown",
            Self::Created => "created",
            Self::Confirmed => "confirmed",
            Self::Reserved => "reserved",
            Self::Paid => "paid",
            Self::Shipped => "shipped",
            Self::Delivered => "delivered",
            Self::Rejected => "rejected",
            Self::Cancelled => "cancelled",
            Self::Returned => "returned",
        }
    }
}
