//! The payments and refunds of a simulated shop, as the shop's own accounting has them: from what it did and not from
//! the events that it sent.

use std::collections::BTreeMap;

use super::life::{OrderEvent, Outcome, Payment};

/// Money in and out, in minor units.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Moved {
    /// Payments.
    pub paid_minor: i64,
    /// Refunds.
    pub refunded_minor: i64,
}

/// The payments of one order, each with its refunds.
#[derive(Debug, Default)]
pub(super) struct Accounts {
    payments: Vec<(Payment, i64)>,
}

impl Accounts {
    /// The accounts of an order after all of its events.
    pub(super) fn of(events: &[OrderEvent]) -> Self {
        let mut accounts = Self::default();
        events.iter().for_each(|event| accounts.apply(*event));
        accounts
    }

    fn apply(&mut self, event: OrderEvent) {
        match event {
            OrderEvent::Paid { payment, outcome: Outcome::Succeeded } => self.payments.push((payment, 0)),
            // Everything that remains.
            OrderEvent::Cancelled | OrderEvent::Returned { refund_minor: None } => {
                self.payments.iter_mut().for_each(|(payment, refunded)| *refunded = payment.minor);
            }
            // Orders with this event have one payment.
            OrderEvent::Returned { refund_minor: Some(minor) } | OrderEvent::LineReturned { refund_minor: minor } => {
                self.payments.iter_mut().for_each(|(_, refunded)| *refunded += minor);
            }
            OrderEvent::Refunded { payment, minor, number: Some(_) } => {
                let of_payment = self.payments.iter_mut().filter(|(paid, _)| *paid == payment);
                of_payment.for_each(|(_, refunded)| *refunded += minor);
            }
            // The others move no money, or report refunds that were already counted.
            _ => {}
        }
    }

    /// Adds it to the totals of the shop.
    pub(super) fn add_to(self, currency: &'static str, shop: &mut BTreeMap<(&'static str, &'static str), Moved>) {
        for (Payment { method, minor, .. }, refunded) in self.payments {
            let moved = shop.entry((currency, method)).or_default();
            moved.paid_minor += minor;
            moved.refunded_minor += refunded;
        }
    }
}
