use proptest::prelude::*;
use uuid::Uuid;

use super::*;
use crate::{Attribution, Attributions, Cell, Contribution, Figures, order_contribution, order_interactions};

const ORDER: &str = "o-1";

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(1_790_000_000 + second).unwrap()
}

fn event(id: u128, second: i64, fact: Fact) -> ShopEvent {
    ShopEvent { id: Uuid::from_u128(id), service: "shop".to_owned(), occurred_at: at(second), fact, link: None }
}

fn line(reference: &str, quantity: i64, price_minor: i64) -> OrderLine {
    OrderLine { reference: reference.to_owned(), quantity, price_minor, seller_id: None, category_id: None }
}

fn created(lines: Vec<OrderLine>) -> Fact {
    Fact::OrderCreated {
        order_id: ORDER.to_owned(),
        customer: Some(CustomerKey::of_id("c-1")),
        seller_id: None,
        currency: "EUR".parse().unwrap(),
        total_minor: None,
        payment_method: None,
        lines,
    }
}

fn payment(id: &str, status: PaymentStatus, minor: i64) -> Fact {
    Fact::PaymentProcessed {
        order_id: ORDER.to_owned(),
        payment_id: Some(id.to_owned()),
        status,
        amount: Money { minor, currency: "EUR".parse().unwrap() },
        method: Some("card".to_owned()),
    }
}

fn returned(minor: Option<i64>) -> Fact {
    let refund = minor.map(|minor| Money { minor, currency: "EUR".parse().unwrap() });
    Fact::OrderReturned { order_id: ORDER.to_owned(), refund }
}

fn refunded(state: &OrderState) -> Vec<i64> {
    state.refunds.iter().map(|refund| refund.amount.minor).collect()
}

#[test]
fn a_cancellation_that_arrives_before_its_order_calls_it_off_and_gives_the_money_back() {
    let cancelled = event(3, 30, Fact::OrderCancelled { order_id: ORDER.to_owned() });
    let alone = OrderState::of([&cancelled]);
    assert_eq!(alone.status(), OrderStatus::Cancelled);
    assert_eq!(refunded(&alone), [0; 0]);

    let placed = event(1, 10, created(vec![line("p", 2, 500)]));
    let paid = event(2, 20, payment("a", PaymentStatus::Succeeded, 1_000));
    let state = OrderState::of([&cancelled, &paid, &placed]);
    assert_eq!(state.status(), OrderStatus::Cancelled);
    assert_eq!(state.total_minor, Some(1_000));
    assert_eq!(refunded(&state), [1_000]);
}

#[test]
fn services_that_each_tell_of_an_order_complete_each_other() {
    let bare = |id, second, customer: Option<&str>, method: Option<&str>| {
        let Fact::OrderCreated { order_id, currency, .. } = created(Vec::new()) else { unreachable!() };
        let customer = customer.map(CustomerKey::of_id);
        let payment_method = method.map(str::to_owned);
        let (seller_id, total_minor, lines) = (None, Some(999), Vec::new());
        event(
            id,
            second,
            Fact::OrderCreated { order_id, customer, seller_id, currency, total_minor, payment_method, lines },
        )
    };
    let told = [
        bare(1, 10, None, None),
        event(2, 11, created(vec![line("p", 2, 500)])),
        event(3, 12, created(vec![line("q", 1, 1)])),
        bare(4, 13, Some("c-2"), Some("card")),
    ];
    let state = OrderState::of(&told);
    assert_eq!((state.at(OrderStatus::Created), state.total_minor), (Some(at(10)), Some(1_000)));
    assert_eq!(state.lines, [line("p", 2, 500)], "the earliest with lines");
    assert_eq!((state.customer.unwrap().as_str(), &*state.payment_method), ("c-1", "card"));
}

#[test]
fn no_more_goes_back_than_came() {
    let events = [
        event(1, 10, created(vec![line("p", 1, 1_000)])),
        event(2, 20, payment("a", PaymentStatus::Succeeded, 1_000)),
        event(3, 30, returned(Some(300))),
        event(4, 40, returned(Some(900))),
        event(5, 50, returned(None)),
        event(6, 60, payment("a", PaymentStatus::Refunded, 1_000)),
    ];
    assert_eq!(refunded(&OrderState::of(&events)), [300, 700]);
}

#[test]
fn a_payment_told_twice_counts_once_and_a_failed_one_never() {
    let events = [
        event(1, 10, payment("a", PaymentStatus::Pending, 1_000)),
        event(2, 20, payment("a", PaymentStatus::Succeeded, 1_000)),
        event(3, 30, payment("a", PaymentStatus::Succeeded, 1_000)),
        event(4, 40, payment("b", PaymentStatus::Failed, 500)),
    ];
    let state = OrderState::of(&events);
    assert_eq!(state.payments.iter().filter(|payment| payment.paid_at.is_some()).count(), 1);
    assert_eq!(state.at(OrderStatus::Paid), Some(at(20)));
}

#[test]
fn sellers_products_and_categories_add_up_to_the_shop() {
    let mut lines = vec![line("p", 1, 333), line("q", 2, 333), line("p", 1, 1)];
    lines[1].seller_id = Some("s-2".to_owned());
    let events = [
        event(1, 10, created(lines)),
        event(2, 20, payment("a", PaymentStatus::Succeeded, 1_001)),
        event(3, 90, returned(Some(100))),
    ];
    let attribution =
        Attribution { product_id: "spu".to_owned(), seller_id: Some("s-1".to_owned()), category_id: None };
    let known = Attributions::from([("p".to_owned(), attribution)]);
    let contribution = order_contribution(&OrderState::of(&events), &known);
    let sum = |wanted: &dyn Fn(&Cell) -> bool| {
        let mut sum = Figures::default();
        contribution.iter().filter(|(cell, _)| wanted(cell)).for_each(|(_, figures)| sum += *figures);
        (sum.revenue_minor, sum.refund_minor)
    };
    assert_eq!(sum(&|cell| matches!(cell, Cell::Sales { seller_id, .. } if seller_id.is_empty())), (1_001, 100));
    assert_eq!(sum(&|cell| matches!(cell, Cell::Sales { seller_id, .. } if !seller_id.is_empty())), (1_001, 100));
    assert_eq!(sum(&|cell| matches!(cell, Cell::Product { .. })), (1_001, 100));
    assert_eq!(sum(&|cell| matches!(cell, Cell::Category { .. })), (1_001, 100));
    assert_eq!(sum(&|cell| matches!(cell, Cell::Customer { .. })), (1_001, 100));
}

#[test]
fn a_stored_contribution_reads_back_and_takes_itself_away() {
    let events =
        [event(1, 10, created(vec![line("p", 1, 5)])), event(2, 20, payment("a", PaymentStatus::Succeeded, 5))];
    let contribution = order_contribution(&OrderState::of(&events), &Attributions::new());
    let text = serde_json::to_string(&contribution).unwrap();
    let mut read: Contribution = serde_json::from_str(&text).unwrap();
    assert_eq!(read, contribution);
    read.subtract(&contribution);
    assert!(read.is_empty());
}

fn any_fact() -> impl Strategy<Value = Fact> {
    let order_id = ORDER.to_owned();
    let status = prop::sample::select(OrderStatus::ALL.to_vec());
    let payment_status = prop::sample::select(vec![
        PaymentStatus::Pending,
        PaymentStatus::Failed,
        PaymentStatus::Succeeded,
        PaymentStatus::Refunded,
    ]);
    prop_oneof![
        prop::collection::vec(("[pq]", 1..4_i64, 0..500_i64), 0..3)
            .prop_map(|lines| created(lines.iter().map(|(r, q, p)| line(r, *q, *p)).collect())),
        ("[ab]", payment_status, 0..2_000_i64).prop_map(|(id, status, minor)| payment(&id, status, minor)),
        prop::option::of(0..1_500_i64).prop_map(returned),
        status.prop_map(move |status| Fact::OrderStatusUpdated { order_id: order_id.clone(), status }),
        Just(Fact::OrderCancelled { order_id: ORDER.to_owned() }),
        Just(Fact::OrderShipped { order_id: ORDER.to_owned() }),
    ]
}

proptest! {
    #[test]
    fn the_state_depends_on_the_events_and_not_on_their_order_or_repetition(
        (told, shuffled) in prop::collection::vec((0..5_i64, any_fact()), 1..12).prop_flat_map(|facts| {
            let events: Vec<_> = facts.into_iter().zip(1..).map(|((second, fact), id)| event(id, second, fact)).collect();
            let twice: Vec<_> = events.iter().chain(&events).cloned().collect();
            (Just(events), Just(twice).prop_shuffle())
        })
    ) {
        let (state, other) = (OrderState::of(&told), OrderState::of(&shuffled));
        prop_assert_eq!(&state, &other);
        let known = ["p", "q"].map(|reference| {
            let product_id = Uuid::new_v5(&Uuid::NAMESPACE_OID, reference.as_bytes()).to_string();
            (reference.to_owned(), Attribution { product_id, seller_id: None, category_id: None })
        });
        let known = Attributions::from(known);
        prop_assert_eq!(order_contribution(&state, &known), order_contribution(&other, &known));
        prop_assert_eq!(order_interactions(ORDER, &state, &known), order_interactions(ORDER, &other, &known));
        let paid: i64 = state.payments.iter().filter(|it| it.paid_at.is_some()).map(|it| it.amount.minor).sum();
        prop_assert!(refunded(&state).iter().sum::<i64>() <= paid);
    }
}
