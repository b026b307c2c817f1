//! The state of an order, from the events of it that are known.
//!
//! The events are a set: they are put into one sequence before they are read. Whatever order, repetition or split they
//! were delivered in, the same events are the same state. Each part is read by a module of its own, from the whole
//! sequence: what was ordered (`content`) and what it costs (`price`), which payments there are (`payment`), what is asked
//! back (`wish`), the account book that follows (`book`), and where the order stands (`progress`).

use std::collections::BTreeMap;

use jiff::Timestamp;

use crate::{Currency, CustomerKey, Money, OrderStatus, PaymentStatus, Quantity, ShopEvent};

mod book;
mod content;
mod payment;
mod price;
mod progress;
mod returned;
mod sequence;
mod wish;

pub use book::{Entry, EntryKind};

/// One line of an order, in minor units of the order's currency.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// What was ordered, as the shop names it; empty when it names nothing.
    pub reference: String,
    /// How much.
    pub quantity: Quantity,
    /// The price of one piece, rounded.
    pub price_minor: i64,
    /// What the line costs as it was told.
    pub total_minor: i64,
    /// What the line costs after its share of a discount on the order: what revenue is shared by.
    pub goods_minor: i64,
    /// The seller, when the line names one.
    pub seller_id: Option<String>,
    /// The category, when the line names one.
    pub category_id: Option<String>,
}

/// What is charged beside the lines or within their prices, in minor units of the order's currency.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Charges {
    /// Shipping.
    pub shipping: i64,
    /// Tax.
    pub tax: i64,
    /// Fees.
    pub fee: i64,
}

impl Charges {
    fn sum(&self) -> i64 {
        self.shipping.saturating_add(self.tax).saturating_add(self.fee)
    }
}

/// One payment of an order, or one capture of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Payment {
    /// The producer's id, or the id of the event that told of it.
    pub id: String,
    /// Whether the id is the producer's.
    pub is_named: bool,
    /// When it was first told of, and the place of that event.
    first_at: (Timestamp, usize),
    /// What became of the money, apart from refunds.
    status: PaymentStatus,
    /// The amount, in minor units.
    pub amount_minor: i64,
    /// Its currency.
    pub currency: Currency,
    /// How it was paid; empty when unknown.
    pub method: String,
    /// When the money came; `None` as long as no event says so. Only then it is revenue.
    pub paid_at: Option<Timestamp>,
    /// When some of it first went back.
    pub refunded_at: Option<Timestamp>,
}

impl Payment {
    /// Returns what became of it.
    #[must_use]
    pub fn status(&self) -> PaymentStatus {
        if self.refunded_at.is_some() { PaymentStatus::Refunded } else { self.status }
    }

    /// Says whether the money came and no bank took it back.
    fn is_held(&self) -> bool {
        self.paid_at.is_some() && self.status == PaymentStatus::Succeeded
    }
}

/// Money that went back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Refund {
    /// When.
    pub at: Timestamp,
    /// How much. All refunds of an order together are at most what was paid, in each currency.
    pub amount: Money,
}

/// What is known of an order.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct OrderState {
    /// The moment each status was first reached, without those that later news revoked.
    pub reached: BTreeMap<OrderStatus, Timestamp>,
    status: Option<OrderStatus>,
    /// Who ordered; unknown as long as the creation is.
    pub customer: Option<CustomerKey>,
    /// The seller of the whole order, when there is one.
    pub seller_id: Option<String>,
    /// The seller of the whole order before its lines were replaced by an event that names none.
    pub former_seller_id: Option<String>,
    /// The currency of the order, and of all amounts that name none.
    pub currency: Option<Currency>,
    /// The total as the shop gave it, else what lines and charges add up to.
    pub total_minor: Option<i64>,
    /// What is charged apart from the lines.
    pub charges: Charges,
    /// How it is paid: as the order says, else as the first payment does; empty when unknown.
    pub payment_method: String,
    /// What was ordered.
    pub lines: Vec<Line>,
    /// The payments, by the time of their first event.
    pub payments: Vec<Payment>,
    /// The account book, in the order of its entries.
    pub book: Vec<Entry>,
    /// When each line first came back.
    pub returned_at: Vec<Option<Timestamp>>,
    /// When money for each line was first asked back.
    pub refund_asked_at: Vec<Option<Timestamp>>,
    /// When money was first asked back.
    pub refund_requested_at: Option<Timestamp>,
    /// When the first event happened: what a product is at that time, it is in this order.
    pub first_at: Option<Timestamp>,
}

impl OrderState {
    /// Reads the events of one order. Events of other subjects are ignored, repeated ones count once.
    #[must_use]
    pub fn of<'e>(events: impl IntoIterator<Item = &'e ShopEvent>) -> Self {
        let events = sequence::sequence(events);
        let content = content::Content::of(&events);
        let prices = price::Prices::of(&content);
        let payments = payment::Payments::of(&events, &content, &prices);
        let wishes = wish::wishes(&events, &content, &prices.lines, &payments);
        let progress = progress::Progress::of(&events, &payments, &prices);
        let returned = returned::Returned::of(&events, &content, &prices);
        let first_method = payments.all.iter().map(|it| &*it.method).find(|method| !method.is_empty());
        Self {
            status: Some(progress.status()),
            customer: content.customer.cloned(),
            seller_id: content.seller_id.map(str::to_owned),
            former_seller_id: content.former_seller_id.map(str::to_owned),
            currency: content.currency,
            total_minor: prices.total,
            charges: prices.charges,
            payment_method: content.method.or(first_method).unwrap_or_default().to_owned(),
            book: book::book(&payments, &wishes, &prices),
            reached: progress.reached,
            lines: prices.lines,
            payments: payments.all,
            returned_at: returned.returned_at,
            refund_asked_at: returned.refund_asked_at,
            refund_requested_at: returned.asked_at,
            first_at: events.first().map(|event| event.occurred_at),
        }
    }

    /// Returns where the order stands.
    #[must_use]
    pub fn status(&self) -> OrderStatus {
        self.status.unwrap_or(OrderStatus::Unknown)
    }

    /// Returns when a status was first reached.
    #[must_use]
    pub fn at(&self, status: OrderStatus) -> Option<Timestamp> {
        self.reached.get(&status).copied()
    }

    /// Returns the money that went back, in the order of its entries.
    pub fn refunds(&self) -> impl Iterator<Item = Refund> {
        let back = self.book.iter().filter(|entry| entry.kind != EntryKind::Payment);
        back.map(|entry| Refund { at: entry.at, amount: Money { minor: entry.minor, currency: entry.currency } })
    }

    /// Returns the first entry of money that came.
    #[must_use]
    pub fn first_payment(&self) -> Option<&Entry> {
        self.book.iter().find(|entry| entry.kind == EntryKind::Payment && entry.minor > 0)
    }
}

#[cfg(test)]
mod tests;
