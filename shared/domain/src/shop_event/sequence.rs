//! The order in which the events of a subject are read, whatever the order of their arrival.

use super::{Fact, ShopEvent};
use crate::{OrderStatus, PaymentStatus};

/// Sorts events by time; at the same instant by [`rank`], then by id. Repeated events count once.
///
/// Many producers write whole seconds or minutes, so events of the same instant are common, and an id says nothing about
/// which came first.
pub(crate) fn sequence<'e>(events: impl IntoIterator<Item = &'e ShopEvent>) -> Vec<&'e ShopEvent> {
    let mut events: Vec<_> = events.into_iter().collect();
    events.sort_by_key(|event| (event.occurred_at, rank(&event.fact), event.id));
    events.dedup_by_key(|event| event.id);
    events
}

/// Ranks what happened at the same instant: a creation comes first, then changes, for an order then payments and
/// everything else, and last what ends it: refunds, cancellations, deletions.
fn rank(fact: &Fact) -> u8 {
    match fact {
        Fact::OrderCreated { .. }
        | Fact::ProductCreated { .. }
        | Fact::UserRegistered { .. }
        | Fact::SellerCreated { .. }
        | Fact::CommentCreated(_)
        | Fact::RatingAdded(_) => 0,
        Fact::OrderUpdated { .. }
        | Fact::ProductUpdated { .. }
        | Fact::UserUpdated { .. }
        | Fact::SellerUpdated { .. }
        | Fact::CommentUpdated(_)
        | Fact::RatingUpdated(_) => 1,
        Fact::PaymentProcessed { status: PaymentStatus::Succeeded, .. } => 3,
        // What the payment service states is the amount of a cancellation or return before it.
        Fact::PaymentProcessed { status: PaymentStatus::Refunded, .. } => 6,
        Fact::OrderCancelled { .. }
        | Fact::OrderReturned { .. }
        | Fact::OrderStatusUpdated { status: OrderStatus::Cancelled | OrderStatus::Returned, .. }
        | Fact::ProductDeleted { .. }
        | Fact::UserDeleted { .. }
        | Fact::SellerDeleted { .. }
        | Fact::CommentDeleted(_)
        | Fact::RatingDeleted(_) => 5,
        Fact::PaymentProcessed { .. } => 2,
        _ => 4,
    }
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;
    use proptest::prelude::*;
    use proptest::sample::Index;
    use uuid::Uuid;

    use super::*;
    use crate::{Opinion, OpinionState, ProductFacts, ProductState};

    /// What happened to a product and a rating: when, whether it was created, changed or deleted, and the event's id. It
    /// states its id.
    type Told = (i64, u8, u128);

    fn event((second, step, id): Told, fact: Fact) -> ShopEvent {
        let occurred_at = Timestamp::from_second(1_790_000_000 + second).unwrap();
        let id = Uuid::from_u128(id << 16 | u128::try_from(second + 1).unwrap() << 8 | u128::from(step));
        ShopEvent { id, service: String::new(), occurred_at, fact, link: None }
    }

    fn of_product(told: Told) -> ShopEvent {
        let facts = || ProductFacts {
            seller_id: Some(told.2.to_string()),
            available: Some(told.2.is_multiple_of(2)),
            ..ProductFacts::default()
        };
        let product_id = "p-1".to_owned();
        event(
            told,
            match told.1 {
                0 => Fact::ProductCreated { product_id, facts: facts() },
                1 => Fact::ProductUpdated { product_id, facts: facts() },
                _ => Fact::ProductDeleted { product_id },
            },
        )
    }

    fn of_rating(told: Told) -> ShopEvent {
        let score_micros = i64::try_from(told.2).ok().filter(|_| told.1 < 2);
        let opinion = Opinion { id: "r-1".to_owned(), reference: None, customer: None, score_micros };
        event(
            told,
            match told.1 {
                0 => Fact::RatingAdded(opinion),
                1 => Fact::RatingUpdated(opinion),
                _ => Fact::RatingDeleted(opinion),
            },
        )
    }

    fn shuffled(mut events: Vec<ShopEvent>, order: &[Index]) -> Vec<ShopEvent> {
        let mut delivered: Vec<ShopEvent> = order.iter().map(|place| place.get(&events).clone()).collect();
        while !events.is_empty() {
            let place = order[events.len() % order.len()].index(events.len());
            delivered.push(events.swap_remove(place));
        }
        delivered
    }

    proptest! {
        #[test]
        fn at_the_same_instant_a_change_follows_the_creation_and_a_deletion_comes_last(
            told in prop::collection::vec((0..3_i64, 0..3_u8, 1..1_000_u128), 1..10),
            order in prop::collection::vec(any::<Index>(), 1..10),
        ) {
            let last = |wanted: fn(u8) -> bool| told.iter().filter(|told| wanted(told.1)).max().copied();
            let stated = last(|step| step < 2);
            let withdrawn = last(|step| step != 1).filter(|told| told.1 == 2);
            // when
            let product = shuffled(told.iter().copied().map(of_product).collect(), &order);
            let product = ProductState::of(&product);
            let rating = shuffled(told.iter().copied().map(of_rating).collect(), &order);
            let rating = OpinionState::of(&rating);
            // then
            let seller = product.periods.last().and_then(|period| period.seller_id.clone());
            prop_assert_eq!(seller, stated.map(|told| told.2.to_string()));
            prop_assert_eq!(product.available, stated.map(|told| told.2.is_multiple_of(2)));
            prop_assert_eq!(product.deleted_at.is_some(), withdrawn.is_some());
            prop_assert_eq!(rating.score_micros, stated.and_then(|told| i64::try_from(told.2).ok()));
        }

        #[test]
        fn an_earlier_order_has_the_seller_that_the_first_instant_states_last(
            told in prop::collection::vec((0..3_i64, 0..2_u8, 1..1_000_u128), 1..6),
            order in prop::collection::vec(any::<Index>(), 1..6),
        ) {
            // given a first event that names no seller
            let mut events: Vec<_> = told.iter().copied().map(of_product).collect();
            let facts = ProductFacts::default();
            events.push(event((-1, 0, 0), Fact::ProductCreated { product_id: "p-1".to_owned(), facts }));
            let first = told.iter().map(|told| told.0).min();
            let stated = told.iter().filter(|told| Some(told.0) == first).max().map(|told| told.2.to_string());
            // when
            let product = ProductState::of(&shuffled(events, &order));
            // then
            prop_assert_eq!(product.periods[0].seller_id.clone(), stated);
        }
    }
}
