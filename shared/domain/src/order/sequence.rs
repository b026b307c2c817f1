//! The order in which the events of an order are read, whatever the order of their arrival.

use crate::{Fact, OrderStatus, PaymentStatus, ShopEvent};

/// Sorts events by time. At the same instant what is ordered comes first, then payments, then everything else, and
/// refunds come last; then the id decides. Repeated events count once.
pub(super) fn sequence<'e>(events: impl IntoIterator<Item = &'e ShopEvent>) -> Vec<&'e ShopEvent> {
    let mut events: Vec<_> = events.into_iter().collect();
    events.sort_by_key(|event| (event.occurred_at, rank(&event.fact), event.id));
    events.dedup_by_key(|event| event.id);
    events
}

fn rank(fact: &Fact) -> u8 {
    match fact {
        Fact::OrderCreated { .. } => 0,
        Fact::OrderUpdated { .. } => 1,
        Fact::PaymentProcessed { status: PaymentStatus::Succeeded, .. } => 3,
        Fact::PaymentProcessed { status: PaymentStatus::Refunded, .. }
        | Fact::OrderCancelled { .. }
        | Fact::OrderReturned { .. }
        | Fact::OrderStatusUpdated { status: OrderStatus::Cancelled | OrderStatus::Returned, .. } => 5,
        Fact::PaymentProcessed { .. } => 2,
        _ => 4,
    }
}
