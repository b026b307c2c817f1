//! The status of payments and orders.

use serde::{Deserialize, Serialize};

/// The status of a payment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PaymentStatus {
    /// An unknown status.
    Unknown,
    /// Started.
    Pending,
    /// Refused.
    Failed,
    /// The payment succeeded.
    Succeeded,
    /// The payment was refunded.
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

/// The status of an order. The first seven are steps forward, in order; the last three are final, although later events
/// may revoke them (`order::progress`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OrderStatus {
    /// No event so far states its status.
    Unknown,
    /// Placed.
    Created,
    /// Found valid.
    Confirmed,
    /// Goods are reserved.
    Reserved,
    /// Paid, at least in part.
    Paid,
    /// On its way.
    Shipped,
    /// Delivered.
    Delivered,
    /// Found invalid.
    Rejected,
    /// Cancelled.
    Cancelled,
    /// Returned.
    Returned,
}

impl OrderStatus {
    /// All of them, the steps in order and then the final ones.
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
