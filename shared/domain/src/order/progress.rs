//! The status of an order, and when it reached each step.
//!
//! Steps only go forward. A final status (rejected, cancelled, returned) holds until a later event contradicts it: an
//! order whose payment failed and that is paid later continues; one that was cancelled and shipped nevertheless was not
//! cancelled.

use std::collections::BTreeMap;

use jiff::Timestamp;

use crate::{Fact, OrderStatus, ShopEvent};

use super::payment::Payments;
use super::price::Prices;

/// Says whether an event reports that the order was shipped or delivered.
pub(super) fn is_on_its_way(fact: &Fact) -> bool {
    matches!(
        fact,
        Fact::OrderShipped { .. }
            | Fact::OrderDelivered { .. }
            | Fact::OrderStatusUpdated { status: OrderStatus::Shipped | OrderStatus::Delivered, .. }
    )
}

/// The steps that were reached, with their first times, and the current status.
#[derive(Debug, Default)]
pub(super) struct Progress {
    pub(super) reached: BTreeMap<OrderStatus, Timestamp>,
    end: Option<OrderStatus>,
}

impl Progress {
    /// Reads events that are sorted. An order is paid when a payment succeeds, or when a service says so; a free one
    /// when it is confirmed, shipped or delivered, or when a payment of 0 succeeds.
    pub(super) fn of(events: &[&ShopEvent], payments: &Payments, prices: &Prices) -> Self {
        let mut progress = Self::default();
        let is_free = prices.total == Some(0);
        for (position, event) in events.iter().enumerate() {
            let at = event.occurred_at;
            let mut came = payments.movements.iter().filter(|movement| movement.position == position && !movement.back);
            if came.any(|movement| movement.minor > 0 || is_free) {
                progress.reach(OrderStatus::Paid, at);
            }
            let Some(status) = event.fact.status() else { continue };
            if is_free && matches!(status, OrderStatus::Confirmed | OrderStatus::Shipped | OrderStatus::Delivered) {
                progress.reach(OrderStatus::Paid, at);
            }
            progress.reach(status, at);
        }
        progress
    }

    /// Returns where the order stands.
    pub(super) fn status(&self) -> OrderStatus {
        let furthest = self.reached.keys().rfind(|status| **status < OrderStatus::Rejected);
        self.end.or(furthest.copied()).unwrap_or(OrderStatus::Unknown)
    }

    fn reach(&mut self, status: OrderStatus, at: Timestamp) {
        let is_end = status >= OrderStatus::Rejected;
        if is_end {
            self.end = Some(status);
        } else if let Some(end) = self.end.filter(|end| is_revoked(*end, status)) {
            self.end = None;
            // Goods that were returned and shipped again did come back.
            if end != OrderStatus::Returned {
                self.reached.remove(&end);
            }
        }
        // Events are sorted by time, so the first is the earliest.
        self.reached.entry(status).or_insert(at);
    }
}

/// Says whether a step after a final status contradicts it.
fn is_revoked(end: OrderStatus, step: OrderStatus) -> bool {
    match end {
        OrderStatus::Rejected => step >= OrderStatus::Confirmed,
        _ => matches!(step, OrderStatus::Shipped | OrderStatus::Delivered),
    }
}
