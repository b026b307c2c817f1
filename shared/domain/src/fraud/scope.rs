//! Which facts must be evaluated together with new facts, and which findings these can affect.

use std::collections::{BTreeMap, BTreeSet};

use jiff::{SignedDuration, Timestamp};

use super::finding::hour_start;
use super::{Finding, FindingSubject, OrderFact, Thresholds, Window, evaluate_orders};
use crate::CustomerKey;

const HOUR: SignedDuration = SignedDuration::from_hours(1);

/// A time span of one customer's orders: `from <= placed_at < to`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stretch {
    /// The customer.
    pub customer: CustomerKey,
    /// The start of the span.
    pub from: Timestamp,
    /// The end of the span, a full hour.
    pub to: Timestamp,
    /// Hours from here on are evaluated; earlier facts are only context.
    evaluated_from: Timestamp,
}

/// What a batch of new facts can change. Evaluating it with all facts in it gives complete evidence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scope {
    /// By customer and time, without overlaps.
    stretches: Vec<Stretch>,
    orders: BTreeSet<String>,
}

impl Scope {
    /// Returns the scope of new facts.
    ///
    /// A fact lies in the windows that end at it, or later by less than the longest window. The hours of those ends are
    /// evaluated again, which requires the facts of the longest window before them as well.
    #[must_use]
    pub fn of(new: &[OrderFact], thresholds: &Thresholds) -> Self {
        let longest = thresholds.longest();
        let mut hours: BTreeMap<(&CustomerKey, Timestamp), Timestamp> = BTreeMap::new();
        for fact in new {
            if let Some(customer) = &fact.customer {
                let end = later(hour_start(later(fact.placed_at, longest)), HOUR);
                let to = hours.entry((customer, hour_start(fact.placed_at))).or_insert(end);
                *to = (*to).max(end);
            }
        }
        let mut stretches: Vec<Stretch> = Vec::new();
        for ((customer, evaluated_from), to) in hours {
            match stretches.last_mut() {
                Some(before) if before.customer == *customer && evaluated_from <= before.to => {
                    before.to = before.to.max(to);
                }
                _ => stretches.push(Stretch {
                    customer: customer.clone(),
                    from: evaluated_from.checked_sub(longest).unwrap_or(Timestamp::MIN),
                    to,
                    evaluated_from,
                }),
            }
        }
        Self { stretches, orders: new.iter().map(|fact| fact.order_id.clone()).collect() }
    }

    /// Returns the spans of which all facts must be known.
    #[must_use]
    pub fn stretches(&self) -> &[Stretch] {
        &self.stretches
    }

    /// Returns the orders of which all facts must be known.
    pub fn orders(&self) -> impl Iterator<Item = &str> {
        self.orders.iter().map(String::as_str)
    }

    /// Returns the findings that the new facts can have caused or extended, given all facts of the scope. Additional
    /// facts are harmless.
    #[must_use]
    pub fn evaluate(&self, known: &[OrderFact], thresholds: &Thresholds) -> Vec<Finding> {
        let mut findings = evaluate_orders(known, thresholds);
        findings.retain(|finding| self.covers(finding));
        findings
    }

    /// Says whether all facts of a finding are in the scope. For one at its edge only some may be known.
    fn covers(&self, finding: &Finding) -> bool {
        match (&finding.subject, &finding.window) {
            (_, Window::Order(order)) => self.orders.contains(order),
            (FindingSubject::Customer(customer), Window::Hour(hour)) => {
                let is_inside = |stretch: &Stretch| stretch.evaluated_from <= *hour && *hour < stretch.to;
                self.stretches.iter().any(|stretch| stretch.customer == *customer && is_inside(stretch))
            }
            (_, Window::Hour(_) | Window::Day(_)) => false,
        }
    }
}

fn later(instant: Timestamp, by: SignedDuration) -> Timestamp {
    instant.checked_add(by).unwrap_or(Timestamp::MAX)
}
