//! The state of an order, from its known events.
//!
//! The events are a set: they are sorted before they are read, so the same events yield the same state in whatever
//! order, repetition or batches they were delivered. Each part has its own module and reads the whole sequence: what
//! was ordered (`content`) and what it costs (`price`), which payments exist (`payment`), which pieces came back
//! (`returned_item`), which refunds are requested (`refund_request`), the resulting account book (`book`), and the status
//! of the order (`progress`).

use std::collections::BTreeMap;

use jiff::Timestamp;

use crate::contribution::Attributions;
use crate::shop_event::sequence;
use crate::{Currency, CustomerKey, Money, OrderStatus, ShopEvent};

mod book;
mod content;
mod payment;
mod price;
mod progress;
mod refund_parts;
mod refund_request;
mod returned;
mod returned_item;

pub use book::{Entry, EntryKind};
pub use payment::Payment;
pub use price::{Charges, Line};

/// A refund.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Refund {
    /// When.
    pub at: Timestamp,
    /// The amount. All refunds of an order together are at most what was paid, in each currency.
    pub amount: Money,
}

/// What is known about an order.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct OrderState {
    /// When each status was first reached, without those that later events revoked.
    pub reached: BTreeMap<OrderStatus, Timestamp>,
    status: Option<OrderStatus>,
    /// The customer; unknown as long as the creation is.
    pub customer: Option<CustomerKey>,
    /// The seller of the whole order, if there is one.
    pub seller_id: Option<String>,
    /// The seller of the whole order before its lines were replaced by an event that names none.
    pub former_seller_id: Option<String>,
    /// The currency of the order, and of all amounts without their own.
    pub currency: Option<Currency>,
    /// The total as the shop stated it, else the sum of lines and charges.
    pub total_minor: Option<i64>,
    /// Charges apart from the lines.
    pub charges: Charges,
    /// The payment method: that of the order, else that of the first payment; empty when unknown.
    pub payment_method: String,
    /// What was ordered.
    pub lines: Vec<Line>,
    /// The payments, by the time of their first event.
    pub payments: Vec<Payment>,
    /// The account book, in the order of its entries.
    pub book: Vec<Entry>,
    /// When each line was first returned.
    pub returned_at: Vec<Option<Timestamp>>,
    /// When a refund for each line was first requested.
    pub refund_asked_at: Vec<Option<Timestamp>>,
    /// When a refund was first requested.
    pub refund_requested_at: Option<Timestamp>,
    /// When the first event happened: seller and category of a product are those of that time.
    pub first_at: Option<Timestamp>,
}

impl OrderState {
    /// Reads the events of one order, given the known products: returns may name a SKU of what was ordered, or its
    /// product. Events of other subjects are ignored, repeated ones count once.
    #[must_use]
    pub fn of<'e>(events: impl IntoIterator<Item = &'e ShopEvent>, known: &Attributions) -> Self {
        let events = sequence(events);
        let content = content::Content::of(&events);
        let prices = price::Prices::of(&content);
        let payments = payment::Payments::of(&events, &content);
        let pieces = returned_item::returned_pieces(&events, &prices.lines, known);
        let requests = refund_request::refund_requests(&events, &content, &pieces, &payments);
        let progress = progress::Progress::of(&events, &payments, &prices);
        let returned = returned::Returned::of(&events, &content, &prices, &pieces);
        let first_method = payments.all.iter().map(|payment| &*payment.method).find(|method| !method.is_empty());
        Self {
            status: Some(progress.status()),
            customer: content.customer.cloned(),
            seller_id: content.seller_id.map(str::to_owned),
            former_seller_id: content.former_seller_id.map(str::to_owned),
            currency: content.currency,
            total_minor: prices.total,
            charges: prices.charges,
            payment_method: content.method.or(first_method).unwrap_or_default().to_owned(),
            book: book::book(&payments, &requests, &prices),
            reached: progress.reached,
            lines: prices.lines,
            payments: payments.all,
            returned_at: returned.returned_at,
            refund_asked_at: returned.refund_asked_at,
            refund_requested_at: returned.asked_at,
            first_at: events.first().map(|event| event.occurred_at),
        }
    }

    /// Returns the status of the order.
    #[must_use]
    pub fn status(&self) -> OrderStatus {
        self.status.unwrap_or(OrderStatus::Unknown)
    }

    /// Returns when a status was first reached.
    #[must_use]
    pub fn at(&self, status: OrderStatus) -> Option<Timestamp> {
        self.reached.get(&status).copied()
    }

    /// Returns the refunds, in the order of their entries.
    pub fn refunds(&self) -> impl Iterator<Item = Refund> {
        let back = self.book.iter().filter(|entry| entry.kind != EntryKind::Payment);
        back.map(|entry| Refund { at: entry.at, amount: Money { minor: entry.minor, currency: entry.currency } })
    }

    /// Returns the first payment entry.
    #[must_use]
    pub fn first_payment(&self) -> Option<&Entry> {
        self.book.iter().find(|entry| entry.kind == EntryKind::Payment && entry.minor > 0)
    }
}

#[cfg(test)]
mod tests;
