//! The rules about orders.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

use super::sliding::crowded;
use super::{Evidence, Finding, FindingSubject, OrderFact, Rule, Thresholds, Window};
use crate::{Currency, CustomerKey};

/// Returns every finding that these facts yield, each once.
///
/// More facts only add findings or evidence. The evidence of an hour is complete when all facts from the longest window
/// before that hour to its end are given.
#[must_use]
pub fn evaluate_orders(facts: &[OrderFact], thresholds: &Thresholds) -> Vec<Finding> {
    // By time and id, so that evidence does not depend on the order of arrival.
    let facts: BTreeSet<_> = facts.iter().collect();
    let mut customers: BTreeMap<&CustomerKey, Vec<&OrderFact>> = BTreeMap::new();
    for fact in &facts {
        if let Some(customer) = &fact.customer {
            customers.entry(customer).or_default().push(fact);
        }
    }
    let mut findings = large_orders(&facts, thresholds);
    for (customer, facts) in customers {
        let bursts = crowded(&facts, thresholds.burst_length, thresholds.burst_orders.saturating_add(1));
        findings.extend(hours(Rule::OrderBurst, customer, &facts, bursts));
        findings.extend(hours(Rule::SimilarOrders, customer, &facts, similar(&facts, thresholds)));
    }
    findings
}

fn large_orders(facts: &BTreeSet<&OrderFact>, thresholds: &Thresholds) -> Vec<Finding> {
    let mut findings = BTreeMap::new();
    for fact in facts {
        let Some(limit_minor) = thresholds.amounts.of(fact.currency) else { continue };
        if fact.amount_minor > limit_minor {
            let (subject, window) = (FindingSubject::of_order(fact), Window::Order(fact.order_id.clone()));
            // Of several facts about one order the first is used as evidence.
            findings.entry((subject.clone(), window.clone())).or_insert_with(|| Finding {
                rule: Rule::LargeOrder,
                subject,
                window,
                evidence: Evidence::Order { order: (*fact).clone(), limit_minor },
            });
        }
    }
    findings.into_values().collect()
}

/// Finds the orders that are similar to enough others, by hour.
fn similar(facts: &[&OrderFact], thresholds: &Thresholds) -> BTreeMap<Timestamp, BTreeSet<usize>> {
    let mut alike: BTreeMap<Likeness<'_>, Vec<usize>> = BTreeMap::new();
    for (position, fact) in facts.iter().enumerate() {
        if let Some(lines) = &fact.lines {
            alike.entry(Likeness::Lines(lines)).or_default().push(position);
        }
        if fact.amount_minor > 0 {
            alike.entry(Likeness::Amount(fact.currency, fact.amount_minor)).or_default().push(position);
        }
    }
    let mut found: BTreeMap<Timestamp, BTreeSet<usize>> = BTreeMap::new();
    for positions in alike.into_values() {
        let group: Vec<_> = positions.iter().map(|position| facts[*position]).collect();
        for (hour, members) in crowded(&group, thresholds.similar_length, thresholds.similar_orders) {
            found.entry(hour).or_default().extend(members.into_iter().map(|member| positions[member]));
        }
    }
    found
}

/// What makes two orders similar.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum Likeness<'a> {
    Lines(&'a [u8; 16]),
    Amount(Currency, i64),
}

fn hours(
    rule: Rule,
    customer: &CustomerKey,
    facts: &[&OrderFact],
    found: BTreeMap<Timestamp, BTreeSet<usize>>,
) -> Vec<Finding> {
    let findings = found.into_iter().filter_map(|(hour, positions)| {
        let evidence = Evidence::of_orders(positions.into_iter().map(|position| facts[position]))?;
        Some(Finding {
            rule,
            subject: FindingSubject::Customer(customer.clone()),
            window: Window::Hour(hour),
            evidence,
        })
    });
    findings.collect()
}
