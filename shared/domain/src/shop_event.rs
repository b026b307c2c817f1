//! Back-end events: the closed set of order and domain events.
//!
//! Both wire formats are converted to this form (`contracts` reads them), and the event log stores it. What an event
//! means for an order is decided in `order`, from all events of that order at once.

mod content;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{Amount, CustomerKey, CustomerLink, Denomination, OrderStatus, PaymentStatus};
pub use content::{Opinion, OrderContent, OrderLine, ProductFacts, ReturnedItem};

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

/// What happened. The event log stores the serialized form, which must stay readable.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
#[expect(missing_docs, reason = "the fields carry the names of the wire, which is documented there")]
pub enum Fact {
    /// An order was placed.
    OrderCreated {
        order_id: String,
        #[serde(flatten)]
        content: OrderContent,
    },
    /// An order was changed. Lines that it names replace the previous ones.
    OrderUpdated {
        order_id: String,
        #[serde(flatten)]
        content: OrderContent,
    },
    /// An order was checked.
    OrderValidated { order_id: String, valid: bool },
    /// A payment made progress.
    PaymentProcessed {
        order_id: String,
        /// One payment, or one capture of it: several events of it share the id.
        payment_id: Option<String>,
        /// One refund of it; another refund has another id.
        refund_id: Option<String>,
        status: PaymentStatus,
        /// The amount paid or refunded; without it, the whole payment.
        amount: Option<Amount>,
        currency: Denomination,
        method: Option<String>,
    },
    /// Goods were reserved.
    InventoryReserved { order_id: String },
    /// An order was shipped.
    OrderShipped { order_id: String },
    /// An order was delivered.
    OrderDelivered { order_id: String },
    /// An order was cancelled. Without an amount everything paid for it is refunded.
    OrderCancelled { order_id: String, refund_id: Option<String>, refund: Option<Amount>, currency: Denomination },
    /// An order was returned, or the named items were. Without an amount everything paid is refunded.
    OrderReturned {
        order_id: String,
        refund_id: Option<String>,
        refund: Option<Amount>,
        currency: Denomination,
        items: Vec<ReturnedItem>,
    },
    /// A service that only knows the status reported it.
    OrderStatusUpdated {
        order_id: String,
        status: OrderStatus,
        /// Whether it says that the money was refunded.
        refunded: bool,
    },
    /// A product was created.
    ProductCreated {
        product_id: String,
        #[serde(flatten)]
        facts: ProductFacts,
    },
    /// A product changed.
    ProductUpdated {
        product_id: String,
        #[serde(flatten)]
        facts: ProductFacts,
    },
    /// A product was withdrawn.
    ProductDeleted { product_id: String },
    /// The stock of a product or SKU changed. Only counted.
    ProductStockUpdated { reference: String, stock: Option<i64> },
    /// A user registered.
    UserRegistered { user: CustomerKey },
    /// A user's data changed.
    UserUpdated { user: CustomerKey },
    /// A user was deleted.
    UserDeleted { user: CustomerKey },
    /// A user signed in.
    UserLoggedIn { user: CustomerKey },
    /// A seller was created.
    SellerCreated { seller_id: String },
    /// A seller changed.
    SellerUpdated { seller_id: String },
    /// A seller was deleted.
    SellerDeleted { seller_id: String },
    /// A comment was written.
    CommentCreated(Opinion),
    /// A comment was changed.
    CommentUpdated(Opinion),
    /// A comment was deleted.
    CommentDeleted(Opinion),
    /// A rating was added.
    RatingAdded(Opinion),
    /// A rating was changed.
    RatingUpdated(Opinion),
    /// A rating was deleted.
    RatingDeleted(Opinion),
    /// A click. Only counted: the shop front reports clicks itself.
    ClickTracked { target: Option<String> },
}

impl Fact {
    /// Returns the name of the event as stored and counted.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::OrderCreated { .. } => "order_created",
            Self::OrderUpdated { .. } => "order_updated",
            Self::OrderValidated { .. } => "order_validated",
            Self::PaymentProcessed { .. } => "payment_processed",
            Self::InventoryReserved { .. } => "inventory_reserved",
            Self::OrderShipped { .. } => "order_shipped",
            Self::OrderDelivered { .. } => "order_delivered",
            Self::OrderCancelled { .. } => "order_cancelled",
            Self::OrderReturned { .. } => "order_returned",
            Self::OrderStatusUpdated { .. } => "order_status_updated",
            Self::ProductCreated { .. } => "product_created",
            Self::ProductUpdated { .. } => "product_updated",
            Self::ProductDeleted { .. } => "product_deleted",
            Self::ProductStockUpdated { .. } => "product_stock_updated",
            Self::UserRegistered { .. } => "user_registered",
            Self::UserUpdated { .. } => "user_updated",
            Self::UserDeleted { .. } => "user_deleted",
            Self::UserLoggedIn { .. } => "user_logged_in",
            Self::SellerCreated { .. } => "seller_created",
            Self::SellerUpdated { .. } => "seller_updated",
            Self::SellerDeleted { .. } => "seller_deleted",
            Self::CommentCreated(_) => "comment_created",
            Self::CommentUpdated(_) => "comment_updated",
            Self::CommentDeleted(_) => "comment_deleted",
            Self::RatingAdded(_) => "rating_added",
            Self::RatingUpdated(_) => "rating_updated",
            Self::RatingDeleted(_) => "rating_deleted",
            Self::ClickTracked { .. } => "click_tracked",
        }
    }

    /// Returns the person that the event names.
    #[must_use]
    pub fn customer(&self) -> Option<&CustomerKey> {
        match self {
            Self::OrderCreated { content, .. } | Self::OrderUpdated { content, .. } => content.customer.as_ref(),
            Self::UserRegistered { user }
            | Self::UserUpdated { user }
            | Self::UserDeleted { user }
            | Self::UserLoggedIn { user } => Some(user),
            Self::CommentCreated(it)
            | Self::CommentUpdated(it)
            | Self::CommentDeleted(it)
            | Self::RatingAdded(it)
            | Self::RatingUpdated(it)
            | Self::RatingDeleted(it) => it.customer.as_ref(),
            _ => None,
        }
    }

    /// Replaces the buyer of the order or the author of the opinion. Does nothing when the event names no one, or is
    /// about a user.
    pub fn rename(&mut self, key: &CustomerKey) {
        let customer = match self {
            Self::OrderCreated { content, .. } | Self::OrderUpdated { content, .. } => &mut content.customer,
            Self::CommentCreated(it)
            | Self::CommentUpdated(it)
            | Self::CommentDeleted(it)
            | Self::RatingAdded(it)
            | Self::RatingUpdated(it)
            | Self::RatingDeleted(it) => &mut it.customer,
            _ => return,
        };
        if let Some(customer) = customer {
            customer.clone_from(key);
        }
    }

    /// Returns what the event states about its order.
    #[must_use]
    pub fn content(&self) -> Option<&OrderContent> {
        match self {
            Self::OrderCreated { content, .. } | Self::OrderUpdated { content, .. } => Some(content),
            _ => None,
        }
    }

    /// Returns the currency of the event's amounts.
    #[must_use]
    pub fn denomination(&self) -> Option<Denomination> {
        match self {
            Self::OrderCreated { content, .. } | Self::OrderUpdated { content, .. } => Some(content.currency),
            Self::PaymentProcessed { currency, .. }
            | Self::OrderCancelled { currency, .. }
            | Self::OrderReturned { currency, .. } => Some(*currency),
            _ => None,
        }
    }

    /// Returns the subject of the event.
    #[must_use]
    pub fn subject(&self) -> (Subject, &str) {
        match self {
            Self::OrderCreated { order_id, .. }
            | Self::OrderUpdated { order_id, .. }
            | Self::OrderValidated { order_id, .. }
            | Self::PaymentProcessed { order_id, .. }
            | Self::InventoryReserved { order_id }
            | Self::OrderShipped { order_id }
            | Self::OrderDelivered { order_id }
            | Self::OrderCancelled { order_id, .. }
            | Self::OrderReturned { order_id, .. }
            | Self::OrderStatusUpdated { order_id, .. } => (Subject::Order, order_id),
            Self::ProductCreated { product_id, .. }
            | Self::ProductUpdated { product_id, .. }
            | Self::ProductDeleted { product_id } => (Subject::Product, product_id),
            Self::ProductStockUpdated { reference, .. } => (Subject::Product, reference),
            Self::UserRegistered { user }
            | Self::UserUpdated { user }
            | Self::UserDeleted { user }
            | Self::UserLoggedIn { user } => (Subject::User, user.as_str()),
            Self::SellerCreated { seller_id }
            | Self::SellerUpdated { seller_id }
            | Self::SellerDeleted { seller_id } => (Subject::Seller, seller_id),
            Self::CommentCreated(it) | Self::CommentUpdated(it) | Self::CommentDeleted(it) => {
                (Subject::Comment, &it.id)
            }
            Self::RatingAdded(it) | Self::RatingUpdated(it) | Self::RatingDeleted(it) => (Subject::Rating, &it.id),
            Self::ClickTracked { target } => (Subject::Click, target.as_deref().unwrap_or_default()),
        }
    }
}
