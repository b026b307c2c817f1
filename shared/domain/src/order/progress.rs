//! Where an order stands, and when it got to each step.
//!
//! Steps only go forward. An end (rejected, cancelled, returned) holds until later news contradict it: an order whose
//! payment failed and that is paid after it goes on; one that was cancelled and left all the same was not cancelled.

use std::collections::BTreeMap;

use jiff::Timestamp;

use crate::{Fact, OrderStatus, ShopEvent};

use super::payment::Payments;
use super::price::Prices;

/// Says whether an event tells that the order left or arrived.
pub(super) fn is_on_its_way(fact: &Fact) -> bool {
    matches!(
        fact,
        Fact::OrderShipped { .. }
            | Fact::OrderDelivered { .. }
            | Fact::OrderStatusUpdated { status: OrderStatus::Shipped | OrderStatus::Delivered, .. }
    )
}

/// The steps that were reached, with their first moments, and where the order stands.
#[derive(Debug, Default)]
pub(super) struct Progress {
    pub(super) reached: BTreeMap<OrderStatus, Timestamp>,
    end: Option<OrderStatus>,
}

impl Progress {
    /// Reads events that are in sequence. An order is paid when money comes, or when a service says so; one that costs
    /// nothing when it is confirmed, leaves or arrives, or when a payment of nothing succeeds.
    pub(super) fn of(events: &[&ShopEvent], payments: &Payments, prices: &Prices) -> Self {
        let mut progress = Self::default();
        let is_free = prices.total == Some(0);
        for (position, event) in events.iter().enumerate() {
            let at = event.occurred_at;
            let mut came = payments.movements.iter().filter(|it| it.position == position && !it.back);
            if came.any(|it| it.minor > 0 || is_free) {
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
            // Goods that came back and were sent again did come back.
            if end != OrderStatus::Returned {
                self.reached.remove(&end);
            }
        }
        // Events come in the order of their time, so the first is the earliest.
        self.reached.entry(status).or_insert(at);
    }
}

/// Says whether a step after an end contradicts it.
fn is_revoked(end: OrderStatus, step: OrderStatus) -> bool {
    match end {
        OrderStatus::Rejected => step >= OrderStatus::Confirmed,
        _ => matches!(step, OrderStatus::Shipped | OrderStatus::Delivered),
    }
}
