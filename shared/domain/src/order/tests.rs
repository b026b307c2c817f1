use proptest::prelude::*;
use uuid::Uuid;

use super::*;
use crate::{
    Amount, Attribution, Attributions, Cell, CellFigures, Contribution, Denomination, Fact, OrderContent, OrderLine,
    PaymentStatus, Period, Quantity, ReturnedItem, order_contribution, order_interactions,
};

mod refunds;

const ORDER: &str = "o-1";

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(1_790_000_000 + second).unwrap()
}

fn event(id: u128, second: i64, fact: Fact) -> ShopEvent {
    ShopEvent { id: Uuid::from_u128(id), service: "shop".to_owned(), occurred_at: at(second), fact, link: None }
}

/// Events one second after the other.
fn reported(facts: Vec<Fact>) -> Vec<ShopEvent> {
    (1..).zip(facts).map(|(i, fact)| event(i, i64::try_from(i).unwrap(), fact)).collect()
}

fn euros(minor: i64) -> Amount {
    format!("{}.{:02}", minor / 100, minor % 100).parse().unwrap()
}

fn default_currency() -> Denomination {
    Denomination { code: "EUR".parse().unwrap(), named: false }
}

fn named(code: &str) -> Denomination {
    Denomination { code: code.parse().unwrap(), named: true }
}

fn line(reference: &str, quantity: i64, price_minor: i64) -> OrderLine {
    OrderLine {
        reference: reference.to_owned(),
        sku: None,
        quantity_milli: Quantity::whole(quantity),
        price: Some(euros(price_minor)),
        total: None,
        seller_id: None,
        category_id: None,
    }
}

fn content(lines: Vec<OrderLine>) -> OrderContent {
    OrderContent {
        customer: Some(CustomerKey::of_id("c-1")),
        seller_id: None,
        currency: default_currency(),
        total: None,
        shipping: None,
        tax: None,
        discount: None,
        fee: None,
        payment_method: None,
        lines,
    }
}

fn created(lines: Vec<OrderLine>) -> Fact {
    Fact::OrderCreated { order_id: ORDER.to_owned(), content: content(lines) }
}

fn updated(lines: Vec<OrderLine>) -> Fact {
    Fact::OrderUpdated { order_id: ORDER.to_owned(), content: content(lines) }
}

fn paying(id: Option<&str>, refund_id: Option<&str>, status: PaymentStatus, minor: i64) -> Fact {
    Fact::PaymentProcessed {
        order_id: ORDER.to_owned(),
        payment_id: id.map(str::to_owned),
        refund_id: refund_id.map(str::to_owned),
        status,
        amount: Some(euros(minor)),
        currency: default_currency(),
        method: None,
    }
}

fn payment(id: &str, status: PaymentStatus, minor: i64) -> Fact {
    paying(Some(id), None, status, minor)
}

fn paid(id: &str, minor: i64) -> Fact {
    payment(id, PaymentStatus::Succeeded, minor)
}

fn returned(minor: Option<i64>) -> Fact {
    returned_items(minor, &[])
}

fn returned_items(minor: Option<i64>, items: &[(&str, Option<i64>)]) -> Fact {
    let item = |(reference, quantity): &(&str, Option<i64>)| ReturnedItem {
        reference: (*reference).to_owned(),
        sku: None,
        quantity_milli: quantity.map(Quantity::whole),
    };
    Fact::OrderReturned {
        order_id: ORDER.to_owned(),
        refund_id: None,
        refund: minor.map(euros),
        currency: default_currency(),
        items: items.iter().map(item).collect(),
    }
}

fn cancelled(minor: Option<i64>) -> Fact {
    let (order_id, currency) = (ORDER.to_owned(), default_currency());
    Fact::OrderCancelled { order_id, refund_id: None, refund: minor.map(euros), currency }
}

fn status(status: OrderStatus) -> Fact {
    Fact::OrderStatusUpdated { order_id: ORDER.to_owned(), status, refunded: false }
}

fn shipped() -> Fact {
    Fact::OrderShipped { order_id: ORDER.to_owned() }
}

/// Folds events while no product is known.
fn folded<'e>(events: impl IntoIterator<Item = &'e ShopEvent>) -> OrderState {
    OrderState::of(events, &Attributions::new())
}

fn refunded(state: &OrderState) -> Vec<i64> {
    state.refunds().map(|refund| refund.amount.minor).collect()
}

fn came(state: &OrderState) -> i64 {
    state.book.iter().filter(|entry| entry.kind == EntryKind::Payment).map(|entry| entry.minor).sum()
}

/// What was paid and refunded when one thing happened after the other.
fn money(facts: Vec<Fact>) -> (i64, i64) {
    let state = folded(&reported(facts));
    (came(&state), refunded(&state).iter().sum())
}

fn fifty() -> Fact {
    created(vec![line("p", 1, 5_000)])
}

#[test]
fn a_cancellation_that_arrives_before_its_order_calls_it_off_and_gives_the_money_back() {
    let called_off = event(3, 30, cancelled(None));
    let alone = folded([&called_off]);
    assert_eq!(alone.status(), OrderStatus::Cancelled);
    assert_eq!(refunded(&alone), [0; 0]);

    let placed = event(1, 10, created(vec![line("p", 2, 500)]));
    let came = event(2, 20, paid("a", 1_000));
    let state = folded([&called_off, &came, &placed]);
    assert_eq!(state.status(), OrderStatus::Cancelled);
    assert_eq!(state.total_minor, Some(1_000));
    assert_eq!(refunded(&state), [1_000]);
}

#[test]
fn services_that_each_report_an_order_complete_each_other() {
    let bare = |id, second, customer: Option<&str>, method: Option<&str>| {
        let customer = customer.map(CustomerKey::of_id);
        let payment_method = method.map(str::to_owned);
        let content = OrderContent { customer, payment_method, total: Some(euros(999)), ..content(Vec::new()) };
        let reported = event(id, second, Fact::OrderCreated { order_id: ORDER.to_owned(), content });
        ShopEvent { service: "analytics".to_owned(), ..reported }
    };
    let other = event(3, 12, created(vec![line("q", 1, 1)]));
    let reported = [
        bare(1, 10, None, None),
        event(2, 11, created(vec![line("p", 2, 500)])),
        ShopEvent { service: "warehouse".to_owned(), ..other.clone() },
        bare(4, 13, Some("c-2"), Some("card")),
    ];
    let state = folded(&reported);
    assert_eq!((state.at(OrderStatus::Created), state.total_minor), (Some(at(10)), Some(999)));
    assert_eq!(state.lines[0].reference, "p", "the earliest with lines");
    assert_eq!((state.customer.unwrap().as_str(), &*state.payment_method), ("c-1", "card"));

    let newer =
        folded(reported.iter().chain([&other]).take(3).chain([&ShopEvent { id: Uuid::from_u128(9), ..other.clone() }]));
    assert_eq!(newer.lines[0].reference, "q", "a newer one of the same service");
}

#[test]
fn no_more_goes_back_than_came() {
    let events = [
        event(1, 10, created(vec![line("p", 1, 1_000)])),
        event(2, 20, paid("a", 1_000)),
        event(3, 30, returned(Some(300))),
        event(4, 40, returned(Some(900))),
        event(5, 50, returned(None)),
        event(6, 60, payment("a", PaymentStatus::Refunded, 1_000)),
    ];
    assert_eq!(refunded(&folded(&events)), [300, 700]);
}

#[test]
fn a_payment_reported_twice_counts_once_and_a_failed_one_never() {
    let events = [
        event(1, 10, payment("a", PaymentStatus::Pending, 1_000)),
        event(2, 20, paid("a", 1_000)),
        event(3, 30, paid("a", 1_000)),
        event(4, 40, payment("b", PaymentStatus::Failed, 500)),
    ];
    let state = folded(&events);
    assert_eq!(state.payments.iter().filter(|payment| payment.paid_at.is_some()).count(), 1);
    assert_eq!(state.at(OrderStatus::Paid), Some(at(20)));
}

#[test]
fn a_payment_without_an_id_never_lifts_what_was_paid_above_the_total() {
    let unnamed = |minor| paying(None, None, PaymentStatus::Succeeded, minor);
    assert_eq!(money(vec![fifty(), paid("a", 5_000), unnamed(5_000)]).0, 5_000);
    assert_eq!(money(vec![fifty(), unnamed(5_000), paid("a", 5_000)]).0, 5_000, "whoever reports first");
    assert_eq!(money(vec![fifty(), unnamed(5_000), unnamed(5_000)]).0, 5_000);
    assert_eq!(money(vec![fifty(), unnamed(2_500), unnamed(2_500)]).0, 5_000, "split tender");
    let total = |minor| OrderContent { total: Some(euros(minor)), ..content(vec![line("p", 1, minor)]) };
    let created = |minor| Fact::OrderCreated { order_id: ORDER.to_owned(), content: total(minor) };
    let edited = |minor| Fact::OrderUpdated { order_id: ORDER.to_owned(), content: total(minor) };
    assert_eq!(money(vec![created(10_000), edited(5_000), paid("a", 5_000), unnamed(5_000)]).0, 5_000);
    assert_eq!(money(vec![created(10_000), edited(5_000), unnamed(5_000), paid("a", 5_000)]).0, 5_000);
    assert_eq!(money(vec![created(10_000), edited(5_000), unnamed(2_000), unnamed(3_000), unnamed(3_000)]).0, 5_000);
    assert_eq!(money(vec![created(10_000), unnamed(10_000), edited(5_000)]).0, 10_000, "it was due then");
    assert_eq!(money(vec![created(5_000), unnamed(5_000), edited(8_000), paid("b", 3_000)]).0, 8_000, "and a rest");
    assert_eq!(money(vec![unnamed(5_000), created(5_000)]).0, 5_000, "the payment is dated before the order");
    let bare = OrderContent { total: Some(euros(5_500)), ..content(Vec::new()) };
    let other = |at| {
        event(at, i64::try_from(at).unwrap(), Fact::OrderCreated { order_id: ORDER.to_owned(), content: bare.clone() })
    };
    for first in [1, 3] {
        let analytics = ShopEvent { service: "analytics".to_owned(), ..other(first) };
        let events = [event(2, 2, created(5_000)), analytics, event(4, 4, unnamed(5_500))];
        assert_eq!(came(&folded(&events)), 5_500, "another service knows the shipping");
    }
    assert_eq!(money(vec![fifty(), paid("a", 3_000), paid("b", 3_000)]).0, 6_000, "those with ids do");
    assert_eq!(money(vec![unnamed(5_000), unnamed(5_000)]).0, 5_000, "the order is unknown");
    assert_eq!(money(vec![fifty(), unnamed(5_500)]).0, 5_500, "no total is named, and shipping may come on top");
}

#[test]
fn what_fails_after_it_succeeded_is_a_chargeback() {
    let failed = |minor| payment("a", PaymentStatus::Failed, minor);
    assert_eq!(money(vec![fifty(), failed(5_000), paid("a", 5_000)]), (5_000, 0), "a first try");
    assert_eq!(money(vec![fifty(), paid("a", 5_000), failed(5_000)]), (5_000, 5_000));
    assert_eq!(money(vec![fifty(), paid("a", 5_000), failed(5_000), paid("a", 5_000)]), (10_000, 5_000), "and won");
    assert_eq!(money(vec![fifty(), paid("a", 5_000), returned(Some(2_000)), failed(5_000)]), (5_000, 5_000));
    assert_eq!(money(vec![fifty(), paid("a", 5_000), failed(3_000), failed(1_000)]), (5_000, 4_000), "parts add up");
    assert_eq!(money(vec![fifty(), paid("a", 5_000), failed(3_000), failed(3_000)]), (5_000, 3_000), "reported twice");
    assert_eq!(money(vec![fifty(), paid("a", 5_000), failed(3_000), failed(5_000)]), (5_000, 5_000), "then the rest");
    assert_eq!(
        money(vec![fifty(), paid("a", 5_000), failed(3_000), paid("a", 5_000)]),
        (5_000, 3_000),
        "an old report"
    );
    let with_id = |id| paying(Some("a"), Some(id), PaymentStatus::Failed, 2_000);
    assert_eq!(money(vec![fifty(), paid("a", 5_000), with_id("x"), with_id("y"), with_id("x")]), (5_000, 4_000));
    let unnamed = |status| paying(None, None, status, 5_000);
    let bounced = vec![fifty(), unnamed(PaymentStatus::Succeeded), unnamed(PaymentStatus::Failed)];
    assert_eq!(money(bounced), (5_000, 5_000));
}

#[test]
fn a_cancellation_that_was_revoked_gives_nothing_back() {
    assert_eq!(money(vec![fifty(), paid("a", 5_000), cancelled(None), shipped()]), (5_000, 0));
    assert_eq!(money(vec![fifty(), paid("a", 5_000), cancelled(Some(1_000)), shipped()]), (5_000, 1_000));
    let anew = vec![fifty(), paid("a", 5_000), cancelled(None), paid("b", 5_000), shipped()];
    assert_eq!(money(anew), (10_000, 5_000), "it was paid for anew");
}

#[test]
fn later_news_revoke_an_end_that_they_contradict() {
    let stands = |facts: Vec<Fact>| folded(&reported(facts)).status();
    let (failed, arrived) = (status(OrderStatus::Rejected), status(OrderStatus::Delivered));
    assert_eq!(stands(vec![fifty(), failed.clone(), paid("a", 5_000), shipped(), arrived]), OrderStatus::Delivered);
    assert_eq!(stands(vec![fifty(), failed, paid("a", 5_000)]), OrderStatus::Paid);
    assert_eq!(stands(vec![fifty(), cancelled(None), shipped()]), OrderStatus::Shipped);
    assert_eq!(stands(vec![fifty(), shipped(), cancelled(None)]), OrderStatus::Cancelled);
    assert_eq!(stands(vec![fifty(), status(OrderStatus::Unknown)]), OrderStatus::Created);
    assert_eq!(stands(vec![status(OrderStatus::Unknown)]), OrderStatus::Unknown);
}

#[test]
fn a_free_order_is_sold_when_it_is_confirmed_or_arrives() {
    let sold = |facts: Vec<Fact>| folded(&reported(facts)).at(OrderStatus::Paid);
    let free = || created(vec![line("p", 1, 0)]);
    assert_eq!(sold(vec![free()]), None);
    assert_eq!(sold(vec![free(), status(OrderStatus::Confirmed)]), Some(at(2)));
    assert_eq!(sold(vec![free(), status(OrderStatus::Delivered)]), Some(at(2)));
    assert_eq!(sold(vec![fifty(), status(OrderStatus::Delivered)]), None, "this one costs something");
}

#[test]
fn an_amount_without_a_currency_is_in_its_orders() {
    let yen = OrderContent { currency: named("JPY"), ..content(vec![line("p", 1, 500_000)]) };
    let events = reported(vec![
        paid("a", 500_000),
        returned(Some(100_000)),
        Fact::OrderCreated { order_id: ORDER.to_owned(), content: yen },
    ]);
    let state = folded(&events);
    assert_eq!((state.currency, state.book[0].minor), (Some("JPY".parse().unwrap()), 5_000));
    assert_eq!(refunded(&state), [1_000]);
}

#[test]
fn an_update_takes_the_place_of_the_lines() {
    let state = folded(&reported(vec![fifty(), updated(vec![line("q", 2, 4_000)]), paid("a", 8_000)]));
    assert_eq!((state.lines[0].reference.as_str(), state.lines.len(), state.total_minor), ("q", 1, Some(8_000)));
    assert_eq!(state.book[0].lines, [8_000]);
}

fn attribution(product: &str, seller_id: Option<&str>) -> Attribution {
    let period = Period { since: at(0), seller_id: seller_id.map(str::to_owned), category_id: None };
    let product_id = Uuid::new_v5(&Uuid::NAMESPACE_OID, product.as_bytes()).to_string();
    Attribution { product_id, periods: vec![period] }
}

#[test]
fn sellers_products_and_categories_have_the_lines_and_the_shop_has_the_money() {
    let mut lines = vec![line("p", 1, 333), line("q", 2, 333), line("p", 1, 1)];
    lines[1].seller_id = Some("s-2".to_owned());
    let placed = OrderContent { shipping: Some(euros(500)), ..content(lines) };
    let events = [
        event(1, 10, Fact::OrderCreated { order_id: ORDER.to_owned(), content: placed }),
        event(2, 20, paid("a", 1_500)),
        event(3, 90, returned(Some(300))),
    ];
    let known = Attributions::from([("p".to_owned(), attribution("p", Some("s-1")))]);
    let contribution = order_contribution(&folded(&events), &known);
    let sum = |wanted: &dyn Fn(&Cell) -> bool| {
        let mut sum = CellFigures::default();
        contribution.iter().filter(|(cell, _)| wanted(cell)).for_each(|(_, figures)| sum += *figures);
        (sum.revenue_minor, sum.refund_minor)
    };
    assert_eq!(sum(&|cell| matches!(cell, Cell::Sales { seller_id, .. } if seller_id.is_empty())), (1_500, 300));
    assert_eq!(sum(&|cell| matches!(cell, Cell::Sales { seller_id, .. } if !seller_id.is_empty())), (1_000, 200));
    assert_eq!(sum(&|cell| matches!(cell, Cell::Product { .. })), (1_000, 200));
    assert_eq!(sum(&|cell| matches!(cell, Cell::Category { .. })), (1_000, 200));
    assert_eq!(sum(&|cell| matches!(cell, Cell::Customer { .. })), (1_500, 300));
}

#[test]
fn sellers_share_the_charges_to_the_last_cent_and_refunds_leave_them() {
    let charged_by = |lines: Vec<OrderLine>| {
        let charges = OrderContent { shipping: Some(euros(499)), tax: Some(euros(100)), ..content(lines) };
        let events = [
            event(1, 10, Fact::OrderCreated { order_id: ORDER.to_owned(), content: charges }),
            event(2, 20, paid("a", 2_000)),
            event(3, 90, returned(None)),
        ];
        let contribution = order_contribution(&folded(&events), &Attributions::new());
        let of_sellers = contribution.iter().filter_map(|(cell, figures)| match cell {
            Cell::Sales { seller_id, .. } if figures.shipping_minor > 0 => {
                Some(format!("{seller_id}: {} {}", figures.shipping_minor, figures.tax_minor))
            }
            _ => None,
        });
        of_sellers.collect::<Vec<_>>().join(", ")
    };
    let of = |seller: &str, minor| {
        let seller_id = (!seller.is_empty()).then(|| seller.to_owned());
        OrderLine { seller_id, ..line("p", 1, minor) }
    };
    assert_eq!(charged_by(vec![of("b", 10), of("a", 10), of("c", 10)]), ": 499 100, a: 166 33, b: 166 33, c: 167 34");
    assert_eq!(charged_by(vec![of("a", 10), of("a", 90)]), ": 499 100, a: 499 100");
    assert_eq!(charged_by(vec![of("a", 25), of("", 75)]), ": 499 100, a: 125 25", "the rest belongs to no seller");
    assert_eq!(charged_by(vec![of("a", 0), of("b", 0)]), ": 499 100, a: 249 50, b: 250 50");
}

#[test]
fn lines_that_replace_those_of_one_seller_belong_to_their_own_sellers() {
    let of = |seller: Option<&str>, lines| OrderContent { seller_id: seller.map(str::to_owned), ..content(lines) };
    let known = Attributions::from([("q".to_owned(), attribution("q", Some("s-2")))]);
    let edited = |seller, reference| {
        let placed = Fact::OrderCreated { order_id: ORDER.to_owned(), content: of(Some("s-1"), vec![line("p", 1, 5)]) };
        let content = of(seller, vec![line(reference, 1, 5)]);
        let updated = Fact::OrderUpdated { order_id: ORDER.to_owned(), content };
        let order = folded(&[event(1, 10, placed), event(2, 20, updated)]);
        crate::attribute(&order, &order.lines[0], &known).0.to_owned()
    };
    assert_eq!(edited(None, "q"), "s-2", "the product's seller is known");
    assert_eq!(edited(None, "r"), "s-1", "nobody knows better");
    assert_eq!(edited(Some("s-3"), "q"), "s-3", "the order is another seller's now");
}

#[test]
fn a_stored_contribution_reads_back_and_takes_itself_away() {
    let events = [event(1, 10, created(vec![line("p", 1, 5)])), event(2, 20, paid("a", 5))];
    let contribution = order_contribution(&folded(&events), &Attributions::new());
    let text = serde_json::to_string(&contribution).unwrap();
    let mut read: Contribution = serde_json::from_str(&text).unwrap();
    assert_eq!(read, contribution);
    read.subtract(&contribution);
    assert!(read.is_empty());
}

fn any_fact() -> impl Strategy<Value = Fact> {
    let statuses = prop::sample::select(OrderStatus::ALL.to_vec());
    let payment_status = prop::sample::select(vec![
        PaymentStatus::Pending,
        PaymentStatus::Failed,
        PaymentStatus::Succeeded,
        PaymentStatus::Refunded,
    ]);
    let lines = || {
        let any = ("[pqst]", prop::option::of("[st]"), 1..4_i64, 0..500_i64);
        prop::collection::vec(any.prop_map(|(name, sku, q, price)| OrderLine { sku, ..line(&name, q, price) }), 0..4)
    };
    let amount = || prop::sample::select(vec![100_i64, 250, 500, 1_000, 1_999]);
    prop_oneof![
        (lines(), prop::option::of(0..300_i64), prop::option::of(amount())).prop_map(|(lines, tax, total)| {
            let (tax, total) = (tax.map(euros), total.map(euros));
            Fact::OrderCreated { order_id: ORDER.to_owned(), content: OrderContent { tax, total, ..content(lines) } }
        }),
        lines().prop_map(updated),
        (prop::option::of("[ab]"), prop::option::of("[xy]"), payment_status, amount())
            .prop_map(|(id, refund, status, minor)| paying(id.as_deref(), refund.as_deref(), status, minor)),
        prop::option::of(amount()).prop_map(returned),
        (prop::option::of(amount()), prop::collection::vec(("[pqrst]", prop::option::of(1..4_i64)), 1..4)).prop_map(
            |(minor, items)| {
                let items: Vec<_> = items.iter().map(|(name, quantity)| (&**name, *quantity)).collect();
                returned_items(minor, &items)
            }
        ),
        statuses.prop_map(status),
        prop::option::of(amount()).prop_map(cancelled),
        Just(shipped()),
    ]
}

/// Two products, and two SKUs of the first.
fn known() -> Attributions {
    let known = [("p", "p"), ("q", "q"), ("s", "p"), ("t", "p")];
    let led = |product: &str| Attribution { product_id: product.to_owned(), periods: Vec::new() };
    known.map(|(reference, product)| (reference.to_owned(), led(product))).into()
}

proptest! {
    #[test]
    fn the_state_depends_on_the_events_and_not_on_their_order_or_repetition(
        (reported, shuffled) in prop::collection::vec((0..5_i64, any_fact()), 1..12).prop_flat_map(|facts| {
            let events: Vec<_> = facts.into_iter().zip(1..).map(|((second, fact), id)| event(id, second, fact)).collect();
            let twice: Vec<_> = events.iter().chain(&events).cloned().collect();
            (Just(events), Just(twice).prop_shuffle())
        })
    ) {
        let known = known();
        let (state, other) = (OrderState::of(&reported, &known), OrderState::of(&shuffled, &known));
        prop_assert_eq!(&state, &other);
        prop_assert_eq!(order_contribution(&state, &known), order_contribution(&other, &known));
        prop_assert_eq!(order_interactions(ORDER, &state, &known), order_interactions(ORDER, &other, &known));
    }

    #[test]
    fn the_book_adds_up_and_never_owes(
        facts in prop::collection::vec((0..5_i64, any_fact()), 1..14)
    ) {
        let events: Vec<_> = facts.into_iter().zip(1..).map(|((second, fact), id)| event(id, second, fact)).collect();
        let state = OrderState::of(&events, &known());
        let (mut balance, mut lines) = (0, vec![0; state.lines.len()]);
        for entry in &state.book {
            let sign = if entry.kind == EntryKind::Payment { 1 } else { -1 };
            balance += sign * entry.minor;
            lines.iter_mut().zip(&entry.lines).for_each(|(sum, part)| *sum += sign * part);
            prop_assert!(entry.minor >= 0 && entry.lines.iter().all(|part| *part >= 0));
            prop_assert!(entry.lines.iter().sum::<i64>() <= entry.minor, "the lines have no more than the entry");
            // A refund before its payment, or above what remains of it, would make the balance negative at some entry.
            prop_assert!(balance >= 0 && lines.iter().all(|sum| *sum >= 0));
        }
        prop_assert!(state.book.windows(2).all(|pair| pair[0].at <= pair[1].at), "in the order of time");
        let of_payments: i64 = state
            .payments
            .iter()
            .filter(|payment| payment.paid_at.is_some())
            .map(|payment| payment.amount_minor)
            .sum();
        prop_assert_eq!(of_payments, came(&state), "the sum of the entries is the money that moved");
    }
}
