//! The state of an order, from the events of it that are known.
//!
//! The events are a set: they are put into the order of their own time (then of their ids) before they are read, and
//! statuses only ever move forward. Whatever order, repetition or split they were delivered in, the same events are
//! the same state.

use std::collections::BTreeMap;

use jiff::Timestamp;

use crate::{Currency, CustomerKey, Fact, Money, OrderLine, OrderStatus, PaymentStatus, ShopEvent};

/// One payment of an order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Payment {
    /// The producer's id, or the id of the event that told of it.
    pub id: String,
    /// Its furthest status.
    pub status: PaymentStatus,
    /// The amount.
    pub amount: Money,
    /// How it was paid; empty when unknown.
    pub method: String,
    /// When the money came; `None` as long as no event says so. Only then it is revenue.
    pub paid_at: Option<Timestamp>,
    /// When it went back.
    pub refunded_at: Option<Timestamp>,
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
    /// The moment each status was first reached.
    pub reached: BTreeMap<OrderStatus, Timestamp>,
    /// Who ordered; unknown as long as the creation is.
    pub customer: Option<CustomerKey>,
    /// The seller of the whole order, when there is one.
    pub seller_id: Option<String>,
    /// The currency of the lines, else of the first payment.
    pub currency: Option<Currency>,
    /// The total as the shop gave it, else the sum of the lines.
    pub total_minor: Option<i64>,
    /// How it is paid: as the order says, else as the first payment does; empty when unknown.
    pub payment_method: String,
    /// What was ordered.
    pub lines: Vec<OrderLine>,
    /// The payments, by the time of their first event.
    pub payments: Vec<Payment>,
    /// The refunds, in the order of their time.
    pub refunds: Vec<Refund>,
    /// When the customer first wanted money back.
    pub refund_requested_at: Option<Timestamp>,
}

impl OrderState {
    /// Reads the events of one order. Events of other subjects are ignored, repeated ones count once.
    #[must_use]
    pub fn of<'e>(events: impl IntoIterator<Item = &'e ShopEvent>) -> Self {
        let mut events: Vec<_> = events.into_iter().collect();
        events.sort_by_key(|event| (event.occurred_at, event.id));
        events.dedup_by_key(|event| event.id);
        let mut state = Self::default();
        for event in &events {
            state.read(event);
        }
        state.conclude();
        state.refunds = refunds(&events, &state.payments);
        state
    }

    /// Returns where the order stands.
    #[must_use]
    pub fn status(&self) -> OrderStatus {
        self.reached.last_key_value().map_or(OrderStatus::Unknown, |(status, _)| *status)
    }

    /// Returns when a status was first reached.
    #[must_use]
    pub fn at(&self, status: OrderStatus) -> Option<Timestamp> {
        self.reached.get(&status).copied()
    }

    fn read(&mut self, event: &ShopEvent) {
        let at = event.occurred_at;
        match &event.fact {
            Fact::OrderCreated { .. } => self.read_creation(event),
            Fact::OrderValidated { valid: true, .. } => self.reach(OrderStatus::Confirmed, at),
            Fact::OrderValidated { valid: false, .. } => self.reach(OrderStatus::Rejected, at),
            Fact::PaymentProcessed { .. } => self.read_payment(event),
            Fact::InventoryReserved { .. } => self.reach(OrderStatus::Reserved, at),
            Fact::OrderShipped { .. } => self.reach(OrderStatus::Shipped, at),
            Fact::OrderDelivered { .. } => self.reach(OrderStatus::Delivered, at),
            Fact::OrderCancelled { .. } => self.reach(OrderStatus::Cancelled, at),
            Fact::OrderReturned { refund, .. } => {
                self.reach(OrderStatus::Returned, at);
                if refund.is_some() {
                    self.refund_requested_at.get_or_insert(at);
                }
            }
            Fact::OrderStatusUpdated { status, .. } => self.reach(*status, at),
            _ => {}
        }
    }

    fn reach(&mut self, status: OrderStatus, at: Timestamp) {
        // Events come in the order of their time, so the first is the earliest.
        self.reached.entry(status).or_insert(at);
    }

    /// Takes what the creations tell. Several services may each tell of one order: the earliest that lists lines says
    /// what was ordered and what it costs, the earliest that names a customer, seller or payment method says those.
    fn read_creation(&mut self, event: &ShopEvent) {
        let Fact::OrderCreated { customer, seller_id, currency, total_minor, payment_method, lines, .. } = &event.fact
        else {
            return;
        };
        self.reach(OrderStatus::Created, event.occurred_at);
        if self.currency.is_none() || (self.lines.is_empty() && !lines.is_empty()) {
            self.currency = Some(*currency);
            self.total_minor =
                total_minor.or_else(|| Some(lines.iter().map(OrderLine::total_minor).fold(0, i64::saturating_add)));
            self.lines.clone_from(lines);
        }
        self.customer = self.customer.take().or_else(|| customer.clone());
        self.seller_id = self.seller_id.take().or_else(|| seller_id.clone());
        if self.payment_method.is_empty() {
            self.payment_method = payment_method.clone().unwrap_or_default();
        }
    }

    fn read_payment(&mut self, event: &ShopEvent) {
        let Fact::PaymentProcessed { payment_id, status, amount, method, .. } = &event.fact else { return };
        let id = payment_id.clone().unwrap_or_else(|| event.id.to_string());
        let at = event.occurred_at;
        let position = self.payments.iter().position(|payment| payment.id == id).unwrap_or_else(|| {
            self.payments.push(Payment {
                id,
                status: *status,
                amount: *amount,
                method: String::new(),
                paid_at: None,
                refunded_at: None,
            });
            self.payments.len() - 1
        });
        let payment = &mut self.payments[position];
        payment.status = payment.status.max(*status);
        if payment.method.is_empty() {
            payment.method = method.clone().unwrap_or_default();
        }
        match status {
            PaymentStatus::Succeeded if payment.paid_at.is_none() => {
                (payment.paid_at, payment.amount) = (Some(at), *amount);
                self.reach(OrderStatus::Paid, at);
            }
            PaymentStatus::Refunded if payment.refunded_at.is_none() => {
                payment.refunded_at = Some(at);
                self.refund_requested_at.get_or_insert(at);
            }
            _ => {}
        }
    }

    /// Fills in what the creation left open or, as long as it is missing, what the payments tell.
    fn conclude(&mut self) {
        if self.currency.is_none() {
            self.currency = self.payments.first().map(|payment| payment.amount.currency);
        }
        if self.payment_method.is_empty() {
            let named = self.payments.iter().find(|payment| !payment.method.is_empty());
            self.payment_method = named.map(|payment| payment.method.clone()).unwrap_or_default();
        }
    }
}

/// Grants the refunds in the order of their time, each at most what is left of the payments.
fn refunds(events: &[&ShopEvent], payments: &[Payment]) -> Vec<Refund> {
    let mut purse = Purse::of(events, payments);
    let mut refunds = Vec::new();
    for event in events {
        for money in purse.wanted(event) {
            let left = purse.left.entry(money.currency).or_default();
            let granted = money.minor.min(*left);
            if granted > 0 {
                *left -= granted;
                refunds.push(Refund { at: event.occurred_at, amount: Money { minor: granted, ..money } });
            }
        }
    }
    refunds
}

/// What was paid and has not gone back.
struct Purse<'p> {
    payments: &'p [Payment],
    left: BTreeMap<Currency, i64>,
    /// The payments that went back whole.
    gone: Vec<&'p str>,
    /// Whether some return names its amount: one that names none then says nothing about money.
    amount_named: bool,
}

impl<'p> Purse<'p> {
    fn of(events: &[&ShopEvent], payments: &'p [Payment]) -> Self {
        let mut left: BTreeMap<Currency, i64> = BTreeMap::new();
        for payment in payments.iter().filter(|payment| payment.paid_at.is_some()) {
            *left.entry(payment.amount.currency).or_default() += payment.amount.minor;
        }
        let names = |event: &&ShopEvent| matches!(event.fact, Fact::OrderReturned { refund: Some(_), .. });
        Self { payments, left, gone: Vec::new(), amount_named: events.iter().any(names) }
    }

    /// Says what an event asks back. A refunded payment goes back whole. A return gives back the amount that it names;
    /// one that names none, and a cancellation, give back the rest.
    fn wanted(&mut self, event: &ShopEvent) -> Vec<Money> {
        match &event.fact {
            Fact::OrderReturned { refund: Some(amount), .. } => vec![*amount],
            Fact::OrderReturned { refund: None, .. }
            | Fact::OrderStatusUpdated { status: OrderStatus::Returned, .. }
                if !self.amount_named =>
            {
                self.rest()
            }
            Fact::OrderCancelled { .. } | Fact::OrderStatusUpdated { status: OrderStatus::Cancelled, .. } => {
                self.rest()
            }
            Fact::PaymentProcessed { payment_id, status: PaymentStatus::Refunded, .. } => {
                let mut paid = self.payments.iter().filter(|it| it.paid_at.is_some());
                match paid.find(|it| payment_id.as_ref() == Some(&it.id)) {
                    Some(payment) if !self.gone.contains(&&*payment.id) => {
                        self.gone.push(&payment.id);
                        vec![payment.amount]
                    }
                    _ => Vec::new(),
                }
            }
            _ => Vec::new(),
        }
    }

    fn rest(&self) -> Vec<Money> {
        self.left.iter().map(|(currency, minor)| Money { minor: *minor, currency: *currency }).collect()
    }
}

#[cfg(test)]
mod tests;
