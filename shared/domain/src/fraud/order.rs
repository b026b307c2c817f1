//! The rules about orders.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use sha2::{Digest, Sha256};

use super::sliding::crowded;
use super::{Evidence, Finding, FindingSubject, Rule, Thresholds, Window};
use crate::{Currency, CustomerKey, Fact, ShopEvent};

/// The fact that an order was placed, from one event. Several events may state it for the same order.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct OrderFact {
    /// When it was placed, by event time.
    pub placed_at: Timestamp,
    /// The order.
    pub order_id: String,
    /// Who placed it; `None` when the event names no customer.
    pub customer: Option<CustomerKey>,
    /// The currency of the amount.
    pub currency: Currency,
    /// The total in minor units: as the shop stated it, else the sum of the lines.
    pub amount_minor: i64,
    /// The digest of products and quantities ([`digest_lines`]); `None` when the event has no lines.
    pub lines: Option<[u8; 16]>,
}

impl OrderFact {
    /// Extracts the fact from an event; `None` when the event does not report a new order.
    #[must_use]
    pub fn of(event: &ShopEvent) -> Option<Self> {
        let Fact::OrderCreated { order_id, content } = &event.fact else { return None };
        let currency = content.currency.code;
        let of_lines = || content.lines.iter().map(|line| line.cost().minor(currency)).fold(0, i64::saturating_add);
        let lines = content.lines.iter().filter(|line| !line.reference.is_empty());
        Some(Self {
            placed_at: event.occurred_at,
            order_id: order_id.clone(),
            customer: content.customer.clone(),
            currency,
            amount_minor: content.total.map_or_else(of_lines, |total| total.minor(currency)),
            lines: digest_lines(lines.map(|line| (line.reference.as_str(), line.quantity_milli.milli()))),
        })
    }

    /// Returns the subject of findings about this order alone.
    #[must_use]
    pub fn subject(&self) -> FindingSubject {
        match &self.customer {
            Some(key) => FindingSubject::Customer(key.clone()),
            None => FindingSubject::Order(self.order_id.clone()),
        }
    }
}

/// Returns a digest of what was ordered: equal for the same quantities of the same products in any order of the
/// lines. `None` for no lines.
#[must_use]
pub fn digest_lines<'a>(lines: impl IntoIterator<Item = (&'a str, i64)>) -> Option<[u8; 16]> {
    let mut quantities: BTreeMap<&str, i64> = BTreeMap::new();
    for (product, quantity) in lines {
        let sum = quantities.entry(product).or_default();
        *sum = sum.saturating_add(quantity);
    }
    if quantities.is_empty() {
        return None;
    }
    let mut hash = Sha256::new();
    for (product, quantity) in quantities {
        hash.update(u64::try_from(product.len()).unwrap_or(u64::MAX).to_be_bytes());
        hash.update(product);
        hash.update(quantity.to_be_bytes());
    }
    let mut digest = [0; 16];
    digest.copy_from_slice(&hash.finalize()[..16]);
    Some(digest)
}

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
            let (subject, window) = (fact.subject(), Window::Order(fact.order_id.clone()));
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
