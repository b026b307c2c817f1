//! Back-end events: the closed set of order and domain events.
//!
//! Both wire formats are converted to this form (`contracts` reads them), and the event log stores it. What an event
//! means for an order is decided in `order`, from all events of that order at once.

mod content;
mod fact;
mod sequence;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::CustomerLink;
pub use content::{Opinion, OrderContent, OrderLine, ProductFacts, ReturnedItem};
pub use fact::Fact;
pub(crate) use sequence::sequence;

/// One event of the shop's back end.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct ShopEvent {
    /// Its identity: the producer's event id, or a digest of type, subject, time and content. It is logged once.
    pub id: Uuid,
    /// The service that sent it, by its own name; empty when it gave none.
    pub service: String,
    /// When it happened.
    pub occurred_at: Timestamp,
    /// What happened.
    pub fact: Fact,
    /// The customer id and the address that it names together. Not part of its content.
    pub link: Option<CustomerLink>,
}

/// What an event is about. Events of one subject are applied together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Subject {
    /// An order; its id.
    Order,
    /// A product; its SPU id.
    Product,
    /// A user; the customer key.
    User,
    /// A seller; its id.
    Seller,
    /// A rating; its id.
    Rating,
    /// A comment; its id.
    Comment,
    /// A click; the product or category.
    Click,
}

impl Subject {
    /// Returns the name in `shop_event.subject`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Order => "order",
            Self::Product => "product",
            Self::User => "user",
            Self::Seller => "seller",
            Self::Rating => "rating",
            Self::Comment => "comment",
            Self::Click => "click",
        }
    }
}
