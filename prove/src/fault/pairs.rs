//! The pairs of products recounted from the log by their definition: independent of our SQL.
//!
//! An event on product j in a visit adds, for each of the five products i before it (at distance d), g/d to (i, j) and 0.6 g/d to
//! (j, i), where g is its gain times 2^((time - epoch) / half-life).

use std::collections::{BTreeMap, BTreeSet, HashMap};

use tokio_postgres::Client;

use super::findings::Findings;

/// The gains of the contract, restated.
const GAINS: [(&str, f64); 7] = [
    ("view", 1.0),
    ("click_from_search", 1.0),
    ("click_from_category", 1.0),
    ("click_from_recommendation", 1.0),
    ("add_to_cart", 1.5),
    ("add_to_favorites", 1.5),
    ("purchase", 2.0),
];
/// A pause of more than this ends a visit, in seconds.
const PAUSE_SECONDS: f64 = 1_800.0;
/// The default of `LearningLookback`.
const LOOKBACK: u32 = 5;
/// Events of a visitor on one product that teach.
const TEACHING: u32 = 5;
/// Sums of floating-point numbers depend on their order: relative to the larger one.
const ROUNDING: f64 = 1e-6;

/// Two products: from which one to which other.
type Pair = (String, String);

/// An event of a visitor: its gain, the product, seconds since the epoch of learning, and the half-life in seconds.
struct Event {
    gain: f64,
    product: String,
    at: f64,
    half_life: f64,
}

/// I1: every pair is what the log teaches, so that nothing was learned twice or not at all.
pub(super) async fn check_pairs(client: &Client, findings: &mut Findings) {
    let stored = "SELECT own.product_id, other.product_id, strength
         FROM analytic.related_product AS related JOIN analytic.learned_product AS own USING (product_no),
              unnest(partners, strengths) AS partner (partner, strength)
              JOIN analytic.learned_product AS other ON other.product_no = partner
         WHERE kind = 'viewed'";
    let stored = client.query(stored, &[]).await.unwrap();
    let stored: BTreeMap<Pair, f64> = stored.iter().map(|row| ((row.get(0), row.get(1)), row.get(2))).collect();
    let logged =
        "SELECT session_id, event_type, ref_id, extract(epoch FROM occurred_at - epoch)::float8, half_life_days * 86400
         FROM analytic.interaction CROSS JOIN analytic.learning_state
         WHERE ref_type = 'Product' AND session_id IS NOT NULL AND NOT bot ORDER BY occurred_at, id";
    let mut visitors: BTreeMap<String, Vec<Event>> = BTreeMap::new();
    for row in client.query(logged, &[]).await.unwrap() {
        let event_type: &str = row.get(1);
        if let Some((_, gain)) = GAINS.iter().find(|(name, _)| *name == event_type) {
            let event = Event { gain: *gain, product: row.get(2), at: row.get(3), half_life: row.get(4) };
            visitors.entry(row.get(0)).or_default().push(event);
        }
    }
    let mut expected: BTreeMap<Pair, f64> = BTreeMap::new();
    visitors.values().for_each(|events| learn(events, &mut expected));
    if expected.is_empty() {
        findings.violations.push("I1: the traffic has no pair".to_owned());
    }
    let pairs: BTreeSet<_> = stored.keys().chain(expected.keys()).collect();
    for pair in pairs {
        let [stored, expected] = [&stored, &expected].map(|sums| sums.get(pair).copied().unwrap_or_default());
        if (stored - expected).abs() > ROUNDING * stored.abs().max(expected.abs()).max(ROUNDING) {
            findings.differences += 1;
            findings.violations.push(format!("I1: the pair {pair:?} has {stored}, recounted {expected}"));
        }
    }
}

/// Adds what the events of one visitor teach, which are in order.
fn learn(events: &[Event], sums: &mut BTreeMap<Pair, f64>) {
    let (mut visit, mut met): (Vec<&str>, HashMap<&str, u32>) = (Vec::new(), HashMap::new());
    let mut last: Option<&Event> = None;
    for event in events {
        let begins = last.is_none_or(|last| event.at - last.at > PAUSE_SECONDS);
        let repeats = !begins && last.is_some_and(|last| last.product == event.product);
        last = Some(event);
        let times = met.entry(&event.product).or_default();
        *times += 1;
        if begins {
            visit.clear();
        }
        if repeats {
            continue;
        }
        let g = event.gain * (event.at / event.half_life).exp2();
        for (distance, before) in (1..=LOOKBACK).zip(visit.iter().rev()) {
            if *times <= TEACHING && *before != event.product {
                let (before, product) = ((*before).to_owned(), event.product.clone());
                *sums.entry((before.clone(), product.clone())).or_default() += g / f64::from(distance);
                *sums.entry((product, before)).or_default() += 0.6 * g / f64::from(distance);
            }
        }
        visit.push(&event.product);
    }
}
