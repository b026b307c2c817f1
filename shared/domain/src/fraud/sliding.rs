//! A time window that slides over facts, so that no hour boundary hides a burst.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::ops::RangeInclusive;

use jiff::{SignedDuration, Timestamp};

use super::OrderFact;
use super::finding::hour_start;

/// Finds the windows shorter than `length` with at least `count` orders, and returns, per hour in which one ends, the
/// positions of all facts in it.
///
/// A window is `(end - length, end]` with a fact at its end. The facts must be sorted by time. Two facts about one
/// order count once.
pub(super) fn crowded(
    facts: &[&OrderFact],
    length: SignedDuration,
    count: usize,
) -> BTreeMap<Timestamp, BTreeSet<usize>> {
    let mut found: BTreeMap<Timestamp, BTreeSet<usize>> = BTreeMap::new();
    let mut noted: BTreeMap<Timestamp, usize> = BTreeMap::new();
    for stretch in stretches(facts, length, count) {
        let hour = hour_start(facts[*stretch.end()].placed_at);
        // Windows only move forward, so facts that an earlier one of this hour has collected are not visited again.
        let next = noted.entry(hour).or_default();
        found.entry(hour).or_default().extend((*stretch.start()).max(*next)..=*stretch.end());
        *next = *stretch.end() + 1;
    }
    found
}

fn stretches(facts: &[&OrderFact], length: SignedDuration, count: usize) -> Vec<RangeInclusive<usize>> {
    let (mut first, mut crowded) = (0, Vec::new());
    let mut orders: HashMap<&str, usize> = HashMap::new();
    for (last, fact) in facts.iter().enumerate() {
        *orders.entry(&fact.order_id).or_default() += 1;
        // Facts at the same instant end the same window.
        if facts.get(last + 1).is_some_and(|next| next.placed_at == fact.placed_at) {
            continue;
        }
        while fact.placed_at.duration_since(facts[first].placed_at) >= length {
            leave(&mut orders, &facts[first].order_id);
            first += 1;
        }
        if orders.len() >= count {
            crowded.push(first..=last);
        }
    }
    crowded
}

fn leave<'a>(orders: &mut HashMap<&'a str, usize>, order_id: &'a str) {
    if let Some(facts) = orders.get_mut(order_id) {
        *facts -= 1;
        if *facts == 0 {
            orders.remove(order_id);
        }
    }
}
