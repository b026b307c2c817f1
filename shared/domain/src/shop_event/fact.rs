//! What happened, in one place: a new event is a variant here, with what it is about and what it says of its order.

use serde::{Deserialize, Serialize};

use super::{Opinion, OrderContent, ProductFacts, ReturnedItem, Subject};
use crate::{Amount, CustomerKey, Denomination, OrderStatus, PaymentStatus};

/// What happened. The serialised form is what the event log keeps; it must stay readable.
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
    /// An order was changed. Lines that it names take the place of those before.
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
        /// One refund of it; another one has another id.
        refund_id: Option<String>,
        status: PaymentStatus,
        /// What came or went back; without it, the whole payment.
        amount: Option<Amount>,
        currency: Denomination,
        method: Option<String>,
    },
    /// Goods were set aside.
    InventoryReserved { order_id: String },
    /// An order left.
    OrderShipped { order_id: String },
    /// An order arrived.
    OrderDelivered { order_id: String },
    /// An order was called off. Without an amount all that was paid for it goes back.
    OrderCancelled { order_id: String, refund_id: Option<String>, refund: Option<Amount>, currency: Denomination },
    /// An order was sent back, or the items that are named. Without an amount all that was paid for it goes back.
    OrderReturned {
        order_id: String,
        refund_id: Option<String>,
        refund: Option<Amount>,
        currency: Denomination,
        items: Vec<ReturnedItem>,
    },
    /// A service that only knows the status said so.
    OrderStatusUpdated {
        order_id: String,
        status: OrderStatus,
        /// Whether it is said that the money went back.
        refunded: bool,
    },
    /// A product appeared.
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
    /// A user left.
    UserDeleted { user: CustomerKey },
    /// A user signed in.
    UserLoggedIn { user: CustomerKey },
    /// A seller appeared.
    SellerCreated { seller_id: String },
    /// A seller changed.
    SellerUpdated { seller_id: String },
    /// A seller left.
    SellerDeleted { seller_id: String },
    /// A comment was written.
    CommentCreated(Opinion),
    /// A comment was changed.
    CommentUpdated(Opinion),
    /// A comment was taken back.
    CommentDeleted(Opinion),
    /// A rating was given.
    RatingAdded(Opinion),
    /// A rating was changed.
    RatingUpdated(Opinion),
    /// A rating was taken back.
    RatingDeleted(Opinion),
    /// Somebody clicked. Only counted: the shop front reports clicks itself.
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

    /// Returns where the event says its order stands; `None` when it says nothing of that.
    #[must_use]
    pub fn status(&self) -> Option<OrderStatus> {
        Some(match self {
            Self::OrderCreated { .. } => OrderStatus::Created,
            Self::OrderValidated { valid: true, .. } => OrderStatus::Confirmed,
            Self::OrderValidated { valid: false, .. } => OrderStatus::Rejected,
            Self::InventoryReserved { .. } => OrderStatus::Reserved,
            Self::OrderShipped { .. } => OrderStatus::Shipped,
            Self::OrderDelivered { .. } => OrderStatus::Delivered,
            Self::OrderCancelled { .. } => OrderStatus::Cancelled,
            Self::OrderReturned { .. } => OrderStatus::Returned,
            Self::OrderStatusUpdated { status, .. } => *status,
            _ => return None,
        })
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
            Self::CommentCreated(opinion)
            | Self::CommentUpdated(opinion)
            | Self::CommentDeleted(opinion)
            | Self::RatingAdded(opinion)
            | Self::RatingUpdated(opinion)
            | Self::RatingDeleted(opinion) => opinion.customer.as_ref(),
            _ => None,
        }
    }

    /// Names another person as the buyer of the order or the author of the opinion. Changes nothing when the event
    /// names nobody, or is about a user.
    pub fn rename(&mut self, key: &CustomerKey) {
        let customer = match self {
            Self::OrderCreated { content, .. } | Self::OrderUpdated { content, .. } => &mut content.customer,
            Self::CommentCreated(opinion)
            | Self::CommentUpdated(opinion)
            | Self::CommentDeleted(opinion)
            | Self::RatingAdded(opinion)
            | Self::RatingUpdated(opinion)
            | Self::RatingDeleted(opinion) => &mut opinion.customer,
            _ => return,
        };
        if let Some(customer) = customer {
            customer.clone_from(key);
        }
    }

    /// Returns what the event says its order is.
    #[must_use]
    pub fn content(&self) -> Option<&OrderContent> {
        match self {
            Self::OrderCreated { content, .. } | Self::OrderUpdated { content, .. } => Some(content),
            _ => None,
        }
    }

    /// Returns the currency that the event's amounts are in.
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

    /// Says what the event is about.
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
            Self::CommentCreated(comment) | Self::CommentUpdated(comment) | Self::CommentDeleted(comment) => {
                (Subject::Comment, &comment.id)
            }
            Self::RatingAdded(rating) | Self::RatingUpdated(rating) | Self::RatingDeleted(rating) => {
                (Subject::Rating, &rating.id)
            }
            Self::ClickTracked { target } => (Subject::Click, target.as_deref().unwrap_or_default()),
        }
    }
}
