//! The simulated shop: the rules as deployed find its planted fraudsters, and no one else.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use contracts::{AddressKey, Intake, read_shop_event};
use domain::fraud::{FindingSubject, OrderFact, Rule, Scope, Thresholds, evaluate_orders};
use jiff::{SignedDuration, Timestamp};
use local_stack::simulate::ProductIds;
use local_stack::simulate::order::{Plan, Shop, large_orders};

fn plan(seed: u64) -> Plan {
    let until = "2026-11-21T10:20:30Z".parse().unwrap();
    Plan {
        seed,
        run: "monday".to_owned(),
        orders: 5_000,
        until,
        days: 30,
        products: 200,
        product_ids: ProductIds::Uuid,
        customers: 400,
    }
}

/// The defaults, and the amounts of the local stack.
fn thresholds() -> Thresholds {
    Thresholds { amounts: large_orders().parse().unwrap(), ..Thresholds::default() }
}

/// The facts of a shop, each event once.
fn facts(shop: &Shop, plan: &Plan) -> Vec<OrderFact> {
    let address_key = AddressKey::new(1, "a secret of the tests").unwrap();
    let intake = Intake { currency: "EUR".parse().unwrap(), address_key };
    let mut seen = HashSet::new();
    let events = shop.events.iter().map(|event| read_shop_event(&event.body.to_string(), &intake, plan.until).unwrap());
    events.filter(|event| seen.insert(event.id)).filter_map(|event| OrderFact::of(&event)).collect()
}

#[test]
fn over_a_month_of_any_seed_the_findings_are_exactly_the_planted_ones() {
    for seed in [1, 2, 3, 42, 4_711, u64::MAX] {
        let plan = plan(seed);
        let shop = Shop::open(&plan);
        let facts = facts(&shop, &plan);
        assert_eq!((facts.len(), shop.planted.len()), (5_000, 9));

        let found: Vec<_> = evaluate_orders(&facts, &thresholds());
        let named = found.iter().map(|finding| (finding.rule, finding.subject.to_string()));
        let planted: BTreeSet<_> = shop.planted.iter().map(|planted| (planted.rule, planted.subject.clone())).collect();
        assert_eq!(named.collect::<BTreeSet<_>>(), planted, "seed {seed}");
        assert_eq!(found.len(), planted.len(), "each is one finding");
        let scope = Scope::of(&facts, &thresholds());
        assert_eq!(scope.evaluate(&facts, &thresholds()).len(), planted.len());
    }
}

#[test]
fn ordinary_customers_keep_far_from_every_threshold() {
    let plan = plan(9);
    let shop = Shop::open(&plan);
    let planted: BTreeSet<_> = shop.planted.iter().map(|planted| planted.subject.as_str()).collect();
    let (mut last, limits): (BTreeMap<String, Timestamp>, _) = (BTreeMap::new(), thresholds().amounts);
    let mut facts = facts(&shop, &plan);
    facts.sort();
    for fact in facts {
        let subject = FindingSubject::of_order(&fact).to_string();
        if planted.contains(subject.as_str()) {
            continue;
        }
        let limit = limits.of(fact.currency).expect("every currency has a limit");
        assert!(fact.amount_minor * 5 < limit * 4, "{fact:?}");
        if let Some(before) = last.insert(subject, fact.placed_at) {
            assert!(fact.placed_at.duration_since(before) >= SignedDuration::from_mins(60), "{fact:?}");
        }
    }
    let rules: Vec<_> = shop.planted.iter().map(|planted| planted.rule).collect();
    assert_eq!(rules[..3], [Rule::OrderBurst, Rule::LargeOrder, Rule::SimilarOrders]);
}

#[test]
fn a_burst_goes_over_the_edge_of_a_minute() {
    let plan = plan(10);
    let shop = Shop::open(&plan);
    let facts = facts(&shop, &plan);
    for planted in shop.planted.iter().filter(|planted| planted.rule == Rule::OrderBurst) {
        let times: Vec<_> = facts
            .iter()
            .filter(|fact| FindingSubject::of_order(fact).to_string() == planted.subject)
            .map(|fact| fact.placed_at)
            .collect();
        let minutes: BTreeMap<_, usize> = times.iter().fold(BTreeMap::new(), |mut minutes, at| {
            *minutes.entry(at.as_second() / 60).or_default() += 1;
            minutes
        });
        assert_eq!((times.len(), minutes.len()), (6, 2), "{minutes:?}");
        assert!(minutes.values().all(|orders| *orders < 6));
    }
}
