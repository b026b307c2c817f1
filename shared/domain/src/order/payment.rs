//! Which payments an order has: several events may report the same payment, and money that a bank takes back is a
//! chargeback.

use std::collections::BTreeMap;

use jiff::Timestamp;

use crate::{Currency, Fact, PaymentStatus, ShopEvent};

use super::Payment;
use super::content::Content;
use super::price::Prices;

/// A movement of money of one payment, at one position of the sequence.
#[derive(Debug, Clone)]
pub(super) struct Movement {
    /// The position in the sequence of events.
    pub(super) position: usize,
    pub(super) at: Timestamp,
    /// The payment: its index among all payments of the order.
    pub(super) payment: usize,
    pub(super) minor: i64,
    /// Whether it is a chargeback.
    pub(super) back: bool,
}

/// The payments of an order and how their money moved.
#[derive(Debug, Default)]
pub(super) struct Payments {
    pub(super) all: Vec<Payment>,
    pub(super) movements: Vec<Movement>,
}

/// One event of a payment.
struct PaymentNews<'e> {
    position: usize,
    at: Timestamp,
    id: Option<&'e str>,
    name: String,
    status: PaymentStatus,
    minor: Option<i64>,
    currency: Currency,
    method: Option<&'e str>,
}

impl Payments {
    /// Reads events that are sorted.
    pub(super) fn of(events: &[&ShopEvent], content: &Content<'_>, prices: &Prices) -> Self {
        let told: Vec<_> = events.iter().enumerate().filter_map(|(i, event)| read(i, event, content)).collect();
        let mut payments = Self::default();
        for it in told.iter().filter(|it| it.id.is_some()) {
            let payment = payments.find_or_add(it);
            payments.follow(payment, it, it.minor.unwrap_or_default());
        }
        payments.add_unnamed(&told, content, prices);
        payments.movements.sort_by_key(|movement| movement.position);
        payments.sort();
        let method = content.method.unwrap_or_default();
        payments.all.iter_mut().filter(|it| it.method.is_empty()).for_each(|it| method.clone_into(&mut it.method));
        payments
    }

    /// Adds payments without an id. One of them may be another service's news of a payment that is known, so together with
    /// the others they never lift what was paid above what was to be paid: the order's total, or the greatest payment when
    /// the order is unknown, names no total, or is in another currency.
    fn add_unnamed(&mut self, told: &[PaymentNews<'_>], content: &Content<'_>, prices: &Prices) {
        let mut room: BTreeMap<Currency, i64> = BTreeMap::new();
        for it in told.iter().filter(|it| it.status == PaymentStatus::Succeeded) {
            let payable = room.entry(it.currency).or_default();
            if content.totals.is_empty() || content.currency != Some(it.currency) {
                *payable = it.minor.unwrap_or_default().max(*payable);
            }
            if content.currency == Some(it.currency) {
                *payable = prices.payable.max(*payable);
            }
        }
        for movement in &self.movements {
            let paid = room.entry(self.all[movement.payment].currency).or_default();
            *paid -= if movement.back { -movement.minor } else { movement.minor };
        }
        for it in told.iter().filter(|it| it.id.is_none()) {
            let room = room.entry(it.currency).or_default();
            match it.status {
                PaymentStatus::Succeeded => {
                    let granted = it.minor.unwrap_or_default().min(*room);
                    if granted > 0 || it.minor == Some(0) {
                        *room -= granted.max(0);
                        let payment = self.find_or_add(it);
                        self.follow(payment, it, granted.max(0));
                    }
                }
                // The last payment without an id and with this amount was charged back.
                PaymentStatus::Failed => match self.held_unnamed(it) {
                    Some(payment) => *room += self.follow(payment, it, 0),
                    None => drop(self.find_or_add(it)),
                },
                PaymentStatus::Pending | PaymentStatus::Unknown => drop(self.find_or_add(it)),
                PaymentStatus::Refunded => {}
            }
        }
    }

    fn held_unnamed(&self, failed: &PaymentNews<'_>) -> Option<usize> {
        let fits = |it: &Payment| {
            !it.is_named && it.is_held() && it.currency == failed.currency && Some(it.amount_minor) == failed.minor
        };
        self.all.iter().rposition(fits)
    }

    fn find_or_add(&mut self, told: &PaymentNews<'_>) -> usize {
        let known = self.all.iter().position(|it| it.id == told.name && it.is_named == told.id.is_some());
        known.unwrap_or_else(|| {
            self.all.push(Payment {
                id: told.name.clone(),
                is_named: told.id.is_some(),
                first_at: (told.at, told.position),
                status: told.status,
                amount_minor: told.minor.unwrap_or_default(),
                currency: told.currency,
                method: String::new(),
                paid_at: None,
                refunded_at: None,
            });
            self.all.len() - 1
        })
    }

    /// Takes what an event says of a payment; returns what the bank took back by it. Money comes with the first success,
    /// or with the first after a failure took it back.
    fn follow(&mut self, payment: usize, told: &PaymentNews<'_>, minor: i64) -> i64 {
        let it = &mut self.all[payment];
        if it.method.is_empty() {
            it.method = told.method.unwrap_or_default().to_owned();
        }
        let movement = Movement { position: told.position, at: told.at, payment, minor, back: false };
        match told.status {
            PaymentStatus::Succeeded if !it.is_held() => {
                if it.paid_at.is_none() {
                    (it.amount_minor, it.paid_at, it.currency) = (0, Some(told.at), told.currency);
                }
                it.status = PaymentStatus::Succeeded;
                it.amount_minor = it.amount_minor.saturating_add(minor);
                self.movements.push(movement);
            }
            PaymentStatus::Failed if it.is_held() => {
                it.status = PaymentStatus::Failed;
                let came = self.movements.iter().rfind(|it| it.payment == payment && !it.back);
                let came = came.map_or(0, |it| it.minor);
                let back = told.minor.filter(|minor| *minor > 0).map_or(came, |minor| minor.min(came));
                self.movements.push(Movement { minor: back, back: true, ..movement });
                return back;
            }
            PaymentStatus::Refunded if it.is_held() && it.refunded_at.is_none() => it.refunded_at = Some(told.at),
            status if !it.is_held() => it.status = status,
            _ => {}
        }
        0
    }

    /// Sorts the payments by their first events.
    fn sort(&mut self) {
        let mut places: Vec<_> = (0..self.all.len()).collect();
        places.sort_by_key(|place| self.all[*place].first_at.1);
        for movement in &mut self.movements {
            movement.payment = places.iter().position(|place| *place == movement.payment).unwrap_or_default();
        }
        self.all.sort_by_key(|payment| payment.first_at.1);
    }
}

fn read<'e>(position: usize, event: &'e ShopEvent, content: &Content<'_>) -> Option<PaymentNews<'e>> {
    let Fact::PaymentProcessed { payment_id, status, amount, currency, method, .. } = &event.fact else { return None };
    let currency = if currency.named { currency.code } else { content.currency.unwrap_or(currency.code) };
    Some(PaymentNews {
        position,
        at: event.occurred_at,
        id: payment_id.as_deref(),
        name: payment_id.clone().unwrap_or_else(|| event.id.to_string()),
        status: *status,
        minor: amount.map(|amount| amount.minor(currency)),
        currency,
        method: method.as_deref(),
    })
}

impl Payments {
    /// Returns the index of the payment with this id, if it succeeded.
    pub(super) fn place(&self, id: &str) -> Option<usize> {
        self.all.iter().position(|payment| payment.is_named && payment.id == id && payment.paid_at.is_some())
    }

    /// Returns the payment with this id, if it succeeded.
    pub(super) fn named(&self, id: &str) -> Option<&Payment> {
        self.place(id).map(|place| &self.all[place])
    }
}
