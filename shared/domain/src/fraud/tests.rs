//! The rules against a naive recount, in any order and any split.

use std::collections::{BTreeMap, BTreeSet};

use jiff::{SignedDuration, Timestamp};
use proptest::prelude::*;
use uuid::Uuid;

use super::*;
use crate::CustomerKey;
use crate::ProductId;

/// 09:58 UTC, so that the times of the tests cross a full hour.
const NEAR_THE_HOUR: i64 = 1_795_168_680;

fn thresholds() -> Thresholds {
    Thresholds {
        amounts: "EUR:100000".parse().unwrap(),
        similar_length: SignedDuration::from_secs(90),
        ..Thresholds::default()
    }
}

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(NEAR_THE_HOUR + second).unwrap()
}

/// An order that is similar to no other.
fn order(number: i64, second: i64) -> OrderFact {
    OrderFact {
        placed_at: at(second),
        order_id: format!("o-{number}"),
        customer: Some(CustomerKey::of_id("c")),
        currency: "EUR".parse().unwrap(),
        amount_minor: 1_000 + number,
        lines: None,
    }
}

fn names(findings: &[Finding]) -> Vec<String> {
    findings.iter().map(|finding| format!("{} {} {}", finding.rule, finding.subject, finding.window)).collect()
}

#[test]
fn a_burst_over_the_edge_of_a_minute_and_of_an_hour_counts() {
    assert_eq!(at(120).to_string(), "2026-11-20T10:00:00Z");
    let over_the_hour: Vec<_> = (0..6).map(|i| order(i, 95 + i * 10)).collect();
    assert_eq!(names(&evaluate_orders(&over_the_hour, &thresholds())), ["order_burst customer:c 2026-11-20T10"]);
    let over_the_minute: Vec<_> = (0..6).map(|i| order(i, 40 + i * 8)).collect();
    assert_eq!(names(&evaluate_orders(&over_the_minute, &thresholds())), ["order_burst customer:c 2026-11-20T09"]);
}

#[test]
fn five_orders_or_a_sixth_a_minute_after_the_first_are_no_burst() {
    let five: Vec<_> = (0..5).map(|i| order(i, i)).collect();
    assert_eq!(evaluate_orders(&five, &thresholds()), []);
    let sixth = |second| [five.clone(), vec![order(5, second)]].concat();
    assert_eq!(evaluate_orders(&sixth(60), &thresholds()), []);
    assert_eq!(evaluate_orders(&sixth(59), &thresholds()).len(), 1);
    let reported_twice = [five.clone(), vec![OrderFact { amount_minor: 7, ..order(4, 5) }]].concat();
    assert_eq!(evaluate_orders(&reported_twice, &thresholds()), [], "two events about one order are one order");
}

#[test]
fn an_order_is_large_above_the_threshold_of_its_currency_and_once() {
    let of =
        |currency: &str, amount_minor| OrderFact { currency: currency.parse().unwrap(), amount_minor, ..order(1, 0) };
    assert_eq!(evaluate_orders(&[of("EUR", 100_000), of("USD", 900_000)], &thresholds()), []);
    let again = OrderFact { amount_minor: 200_000, ..order(1, 7_200) };
    let found = evaluate_orders(&[again.clone(), of("EUR", 100_001)], &thresholds());
    assert_eq!(names(&found), ["large_order customer:c order:o-1"]);
    let nobody = OrderFact { customer: None, ..again };
    assert_eq!(names(&evaluate_orders(&[nobody], &thresholds())), ["large_order order:o-1 order:o-1"]);
}

#[test]
fn the_same_lines_or_the_same_amount_three_times_are_similar() {
    let lines = |lines: &[(&str, i64)]| digest_lines(lines.iter().copied());
    assert_eq!(lines(&[("a", 1), ("b", 2)]), lines(&[("b", 1), ("a", 1), ("b", 1)]));
    assert_ne!(lines(&[("a", 1)]), lines(&[("a", 2)]));
    assert_eq!(lines(&[]), None);
    let same_lines: Vec<_> = (0..3).map(|i| OrderFact { lines: lines(&[("a", 1)]), ..order(i, i * 44) }).collect();
    assert_eq!(names(&evaluate_orders(&same_lines, &thresholds())), ["similar_orders customer:c 2026-11-20T09"]);
    let same_amount: Vec<_> = (0..3).map(|i| OrderFact { amount_minor: 5, ..order(i, i * 45) }).collect();
    assert_eq!(evaluate_orders(&same_amount, &thresholds()), [], "90 seconds apart");
    assert_eq!(evaluate_orders(&same_lines[1..], &thresholds()), []);
}

#[test]
fn the_name_of_a_finding_does_not_depend_on_its_evidence() {
    let six: Vec<_> = (0..6).map(|i| order(i, i)).collect();
    let seven: Vec<_> = (0..7).map(|i| order(i, i)).collect();
    let (six, seven) = (evaluate_orders(&six, &thresholds()), evaluate_orders(&seven, &thresholds()));
    assert_ne!(six[0].evidence, seven[0].evidence);
    assert_eq!(six[0].id(), seven[0].id());
    assert_eq!(six[0].id().to_string(), "2a54a6c8-353d-8c3e-8c87-d0ee30a9094c");
}

#[test]
fn only_the_reports_of_what_it_rests_on_make_a_finding_history() {
    let day = SignedDuration::from_hours(24);
    let burst: Vec<_> = (0..6).map(|i| order(i, i)).collect();
    let found = evaluate_orders(&burst, &thresholds()).remove(0);
    let reported = |order: &OrderFact, at: Timestamp| (order.clone(), at);
    let (in_time, late) = (at(5) + day, at(6) + day);
    let lately: Vec<_> = burst.iter().map(|order| reported(order, late)).collect();
    assert!(!found.is_historical(&[reported(&burst[5], in_time)]));
    assert!(found.is_historical(&lately));
    let with = |other: OrderFact| [lately.clone(), vec![reported(&other, at(5))]].concat();
    assert!(!found.is_historical(&with(burst[0].clone())), "one of its orders was reported in time");
    let of_another = OrderFact { customer: Some(CustomerKey::of_id("d")), ..order(7, 3) };
    assert!(found.is_historical(&with(of_another)));
    assert!(found.is_historical(&with(order(7, 3_600))), "the customer placed it later");
    // found now, because a threshold was lowered
    assert!(found.is_historical(&[reported(&order(7, 3_600), late)]));
    assert!(!found.is_historical(&[reported(&order(7, 3_600), in_time)]));

    let large = OrderFact { amount_minor: 200_000, ..order(1, 0) };
    let found = evaluate_orders(std::slice::from_ref(&large), &thresholds()).remove(0);
    assert!(
        found.is_historical(&[reported(&large, late), reported(&order(2, 0), at(0))]),
        "another order of that instant"
    );
}

/// Orders of few customers within four minutes, often similar, some reported twice.
fn facts() -> impl Strategy<Value = Vec<OrderFact>> {
    let fact =
        (0..30_i64, 0..240_i64, 0..2_u8, 0..3_i64, 0..3_i64).prop_map(|(number, second, customer, amount, lines)| {
            let product = lines.to_string();
            OrderFact {
                customer: Some(CustomerKey::of_id(&customer.to_string())),
                amount_minor: 99_000 + amount * 1_000,
                lines: digest_lines((lines > 0).then_some((product.as_str(), 1))),
                ..order(number, second)
            }
        });
    prop::collection::vec(fact, 0..60)
}

/// The rules, naively: for every instant, look at everything before it.
fn recount(facts: &[OrderFact], thresholds: &Thresholds) -> BTreeMap<(Rule, String, String), BTreeSet<String>> {
    let mut found: BTreeMap<(Rule, String, String), BTreeSet<String>> = BTreeMap::new();
    for last in facts {
        let (who, hour) = (FindingSubject::of_order(last).to_string(), Window::hour_of(last.placed_at).to_string());
        let within = |length: SignedDuration, alike: &dyn Fn(&OrderFact) -> bool| -> BTreeSet<String> {
            let ours = facts.iter().filter(|fact| fact.customer == last.customer && alike(fact));
            let age = |fact: &OrderFact| last.placed_at.duration_since(fact.placed_at);
            ours.filter(|fact| age(fact) >= SignedDuration::ZERO && age(fact) < length)
                .map(|fact| fact.order_id.clone())
                .collect()
        };
        let burst = within(thresholds.burst_length, &|_| true);
        if burst.len() > thresholds.burst_orders {
            found.entry((Rule::OrderBurst, who.clone(), hour.clone())).or_default().extend(burst);
        }
        let lines = within(thresholds.similar_length, &|fact| fact.lines.is_some() && fact.lines == last.lines);
        let amount = within(thresholds.similar_length, &|fact| fact.amount_minor == last.amount_minor);
        for alike in [lines, amount].into_iter().filter(|alike| alike.len() >= thresholds.similar_orders) {
            found.entry((Rule::SimilarOrders, who.clone(), hour.clone())).or_default().extend(alike);
        }
        if last.amount_minor > 100_000 {
            let window = format!("order:{}", last.order_id);
            found.entry((Rule::LargeOrder, who, window)).or_default().insert(last.order_id.clone());
        }
    }
    found
}

fn orders_of(finding: &Finding) -> (usize, BTreeSet<String>) {
    match &finding.evidence {
        Evidence::Orders { count, orders, .. } => (*count, orders.iter().map(|fact| fact.order_id.clone()).collect()),
        Evidence::Order { order, .. } => (1, BTreeSet::from([order.order_id.clone()])),
        Evidence::Cart { .. } | Evidence::Push { .. } => unreachable!("no order"),
    }
}

/// What the store does: it stores facts, evaluates what each batch affects, and keeps the latest evidence.
fn in_batches(facts: &[OrderFact], sizes: &[usize]) -> BTreeMap<FindingId, Finding> {
    let (mut known, mut kept, mut rest) = (Vec::new(), BTreeMap::new(), facts);
    let mut sizes = sizes.iter().cycle();
    while !rest.is_empty() {
        let (batch, others) = rest.split_at((*sizes.next().unwrap()).min(rest.len()));
        rest = others;
        known.extend_from_slice(batch);
        let scope = Scope::of(batch, &thresholds());
        let near = |fact: &&OrderFact| {
            let ours = |stretch: &Stretch| fact.customer.as_ref() == Some(&stretch.customer);
            let within = |stretch: &Stretch| ours(stretch) && (stretch.from..stretch.to).contains(&fact.placed_at);
            scope.stretches().iter().any(within) || scope.orders().any(|order| order == fact.order_id)
        };
        let loaded: Vec<_> = known.iter().filter(near).cloned().collect();
        kept.extend(scope.evaluate(&loaded, &thresholds()).into_iter().map(|finding| (finding.id(), finding)));
    }
    kept
}

proptest! {
    #[test]
    fn the_rules_find_what_a_plain_recount_finds(facts in facts()) {
        let found: BTreeMap<_, _> = evaluate_orders(&facts, &thresholds())
            .iter()
            .map(|finding| ((finding.rule, finding.subject.to_string(), finding.window.to_string()), orders_of(finding)))
            .collect();
        let expected = recount(&facts, &thresholds());
        prop_assert_eq!(found.keys().collect::<Vec<_>>(), expected.keys().collect::<Vec<_>>());
        for (key, orders) in expected {
            let (count, listed) = &found[&key];
            prop_assert_eq!(*count, orders.len());
            prop_assert!(listed.is_subset(&orders) && listed.len() == orders.len().min(EVIDENCE_ORDERS_MAX));
        }
    }

    #[test]
    fn late_repeated_shuffled_and_split_events_give_the_same_findings(
        (facts, arrival) in facts().prop_flat_map(|facts| {
            let twice = [facts.clone(), facts.clone()].concat();
            (Just(facts), Just(twice).prop_shuffle())
        }),
        sizes in prop::collection::vec(1..9_usize, 1..5),
    ) {
        let at_once: BTreeMap<_, _> =
            evaluate_orders(&facts, &thresholds()).into_iter().map(|finding| (finding.id(), finding)).collect();
        prop_assert_eq!(in_batches(&arrival, &sizes), at_once);
    }

    #[test]
    fn hours_begin_where_the_clock_says(second in -4_000_000_000..4_000_000_000_i64, nanosecond in 0..1_000_000_000) {
        let instant = Timestamp::new(second, nanosecond).unwrap();
        let hour = finding::hour_start(instant);
        prop_assert_eq!(hour.as_second().rem_euclid(3_600), 0);
        let age = instant.duration_since(hour);
        prop_assert!(age >= SignedDuration::ZERO && age < SignedDuration::from_hours(1));
    }
}

const SHOPPER: Uuid = Uuid::from_u128(1);

fn named(product: u128) -> ProductId {
    Uuid::from_u128(product).to_string().parse().unwrap()
}

/// Something put into a cart at a second, and settled at another one.
fn item(product: u128, added: i64, settled: Option<i64>) -> CartItem {
    let product_id = named(product);
    CartItem { account_id: SHOPPER, product_id, added_at: at(added), settled_at: settled.map(at) }
}

fn left(items: &[CartItem]) -> Vec<Finding> {
    let mut evaluator =
        CartEvaluator::new(CartLimits { from: at(0), to: at(100_000), abandoned_after: SignedDuration::from_secs(50) });
    for item in items {
        evaluator.evaluate(item);
    }
    evaluator.finish()
}

#[test]
fn a_cart_is_left_when_nothing_was_bought_or_taken_out_in_time() {
    let expected = [format!("abandoned_cart account:{SHOPPER} 2026-11-20T09")];
    assert_eq!(names(&left(&[item(2, 10, None)])), expected);
    assert_eq!(names(&left(&[item(2, 10, Some(60))])), [""; 0]);
    assert_eq!(names(&left(&[item(2, 10, Some(10))])), [""; 0]);
    assert_eq!(names(&left(&[item(2, 10, Some(61))])), expected);
    assert_eq!(names(&left(&[item(2, 10, Some(11)), item(3, 12, None)])), expected);
    assert_eq!(names(&left(&[item(2, 100_000, None)])), [""; 0], "not yet to be evaluated");
    assert_eq!(names(&left(&[item(2, -1, None)])), [""; 0], "evaluated before");
    let another = CartItem { account_id: Uuid::from_u128(9), ..item(2, 10, None) };
    assert_eq!(left(&[item(2, 10, None), item(2, 4_000, None), another]).len(), 3, "by account and hour");
}

#[test]
fn what_is_listed_of_a_cart_is_bounded_and_its_number_is_not() {
    let items: Vec<_> =
        (0..1_500).map(|number| item(2_000 - u128::from(number % 1_000_u16), i64::from(number / 30), None)).collect();
    let found = left(&items);
    let [Finding { evidence: Evidence::Cart { count, from, to, products }, .. }] = &found[..] else {
        panic!("{} findings", found.len())
    };
    assert_eq!((*count, *from, *to), (1_000, at(0), at(49)));
    let first: Vec<_> = (1_001..=1_020).map(named).collect();
    assert_eq!((products.len(), products), (EVIDENCE_PRODUCTS_MAX, &first));
}
