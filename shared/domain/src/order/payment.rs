//! Which payments an order has: several events may report the same payment, and money that a bank takes back is a
//! chargeback.

use std::collections::BTreeMap;

use jiff::Timestamp;

use crate::{Currency, Fact, PaymentStatus, ShopEvent};

use super::content::Content;
use super::price::Dues;

/// One payment of an order, or one capture of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Payment {
    /// The producer's id, or the id of the event that reported it.
    pub id: String,
    /// Whether the id is the producer's.
    pub is_named: bool,
    /// When it was first reported, and the position of that event.
    first_at: (Timestamp, usize),
    /// The status of the payment, apart from refunds.
    status: PaymentStatus,
    /// What came with the last success, and what the bank took back of it since, each with its id.
    came_minor: i64,
    taken_back: Vec<(Option<String>, i64)>,
    /// The amount, in minor units.
    pub amount_minor: i64,
    /// Its currency.
    pub currency: Currency,
    /// The payment method; empty when unknown.
    pub method: String,
    /// When the payment succeeded; `None` as long as no event says so. Only then is it revenue.
    pub paid_at: Option<Timestamp>,
    /// When part of it was first refunded.
    pub refunded_at: Option<Timestamp>,
}

impl Payment {
    /// Returns its status.
    #[must_use]
    pub fn status(&self) -> PaymentStatus {
        if self.refunded_at.is_some() { PaymentStatus::Refunded } else { self.status }
    }

    /// Says whether the payment succeeded and was not charged back.
    fn is_held(&self) -> bool {
        self.paid_at.is_some() && self.status == PaymentStatus::Succeeded
    }

    /// Takes back what a failure states, at most what is left, or all of that. The same amount again is the same
    /// chargeback, unless both have ids that differ; then returns `None`.
    fn take_back(&mut self, failure: &PaymentReport<'_>) -> Option<i64> {
        let left = self.came_minor - self.taken_back.iter().map(|(_, minor)| minor).sum::<i64>();
        let stated = failure.minor.filter(|minor| *minor > 0);
        let is_same = |(id, minor): &(Option<String>, i64)| match (id, failure.refund_id) {
            (Some(one), Some(other)) => one == other,
            _ => Some(*minor) == stated,
        };
        if stated.is_some() && self.taken_back.iter().any(is_same) {
            return None;
        }
        let back = stated.map_or(left, |minor| minor.min(left));
        self.taken_back.push((failure.refund_id.map(str::to_owned), back));
        if back == left {
            self.status = PaymentStatus::Failed;
        }
        Some(back)
    }
}

/// A movement of money of one payment, at one position of the sequence.
#[derive(Debug, Clone)]
pub(super) struct Movement {
    /// The position in the sequence of events.
    pub(super) position: usize,
    pub(super) at: Timestamp,
    /// The payment: its index among all payments of the order.
    pub(super) payment: usize,
    pub(super) minor: i64,
    /// Whether it is a chargeback.
    pub(super) back: bool,
}

/// The payments of an order and how their money moved.
#[derive(Debug, Default)]
pub(super) struct Payments {
    pub(super) all: Vec<Payment>,
    pub(super) movements: Vec<Movement>,
}

/// One event of a payment.
struct PaymentReport<'e> {
    position: usize,
    at: Timestamp,
    id: Option<&'e str>,
    refund_id: Option<&'e str>,
    name: String,
    status: PaymentStatus,
    minor: Option<i64>,
    currency: Currency,
    method: Option<&'e str>,
}

/// The amount up to which payments without an id can raise what was paid.
struct Payable<'c> {
    dues: Dues,
    content: &'c Content<'c>,
    largest: BTreeMap<Currency, i64>,
}

impl<'c> Payable<'c> {
    fn of(reports: &[PaymentReport<'_>], content: &'c Content<'c>) -> Self {
        let mut largest: BTreeMap<Currency, i64> = BTreeMap::new();
        for report in reports.iter().filter(|report| report.status == PaymentStatus::Succeeded) {
            let largest = largest.entry(report.currency).or_default();
            *largest = report.minor.unwrap_or_default().max(*largest);
        }
        Self { dues: Dues::of(content), content, largest }
    }

    /// Returns the highest amount due from a payment on; at least the largest payment when the order is unknown, states no
    /// total, or is in another currency.
    fn at(&self, report: &PaymentReport<'_>) -> i64 {
        let largest = self.largest.get(&report.currency).copied().unwrap_or_default();
        if self.content.currency != Some(report.currency) {
            return largest;
        }
        let due = self.dues.highest_from(report.position);
        let states_total = self.content.revisions.iter().any(|revision| revision.reported.is_some());
        if states_total { due } else { due.max(largest) }
    }
}

impl Payments {
    /// Reads events that are sorted.
    pub(super) fn of(events: &[&ShopEvent], content: &Content<'_>) -> Self {
        let reports: Vec<_> = events.iter().enumerate().filter_map(|(i, event)| read(i, event, content)).collect();
        let mut payments = Self::default();
        for report in reports.iter().filter(|report| report.id.is_some()) {
            let payment = payments.find_or_add(report);
            payments.follow(payment, report, report.minor.unwrap_or_default());
        }
        payments.add_unnamed(&reports, content);
        payments.movements.sort_by_key(|movement| movement.position);
        payments.sort();
        let method = content.method.unwrap_or_default();
        payments
            .all
            .iter_mut()
            .filter(|payment| payment.method.is_empty())
            .for_each(|payment| method.clone_into(&mut payment.method));
        payments
    }

    /// Adds payments without an id. One of them may be another service's news of a payment that is known, so together with
    /// the others they never lift what was paid above what was to be paid then or later.
    fn add_unnamed(&mut self, reports: &[PaymentReport<'_>], content: &Content<'_>) {
        if reports.iter().all(|report| report.id.is_some()) {
            return;
        }
        let payable = Payable::of(reports, content);
        let mut paid: BTreeMap<Currency, i64> = BTreeMap::new();
        for movement in &self.movements {
            let paid = paid.entry(self.all[movement.payment].currency).or_default();
            *paid += if movement.back { -movement.minor } else { movement.minor };
        }
        for report in reports.iter().filter(|report| report.id.is_none()) {
            let paid = paid.entry(report.currency).or_default();
            match report.status {
                PaymentStatus::Succeeded => {
                    let granted = report.minor.unwrap_or_default().min(payable.at(report) - *paid);
                    if granted > 0 || report.minor == Some(0) {
                        *paid += granted.max(0);
                        let payment = self.find_or_add(report);
                        self.follow(payment, report, granted.max(0));
                    }
                }
                // The last payment without an id and with this amount was charged back.
                PaymentStatus::Failed => match self.held_unnamed(report) {
                    Some(payment) => *paid -= self.follow(payment, report, 0),
                    None => drop(self.find_or_add(report)),
                },
                PaymentStatus::Pending | PaymentStatus::Unknown => drop(self.find_or_add(report)),
                PaymentStatus::Refunded => {}
            }
        }
    }

    fn held_unnamed(&self, failed: &PaymentReport<'_>) -> Option<usize> {
        let fits = |payment: &Payment| {
            let is_same = payment.currency == failed.currency && Some(payment.amount_minor) == failed.minor;
            !payment.is_named && payment.is_held() && is_same
        };
        self.all.iter().rposition(fits)
    }

    fn find_or_add(&mut self, report: &PaymentReport<'_>) -> usize {
        let known =
            self.all.iter().position(|payment| payment.id == report.name && payment.is_named == report.id.is_some());
        known.unwrap_or_else(|| {
            self.all.push(Payment {
                id: report.name.clone(),
                is_named: report.id.is_some(),
                first_at: (report.at, report.position),
                status: report.status,
                came_minor: 0,
                taken_back: Vec::new(),
                amount_minor: report.minor.unwrap_or_default(),
                currency: report.currency,
                method: String::new(),
                paid_at: None,
                refunded_at: None,
            });
            self.all.len() - 1
        })
    }

    /// Takes what an event says of a payment; returns what the bank took back by it. Money comes with the first success,
    /// or with the first after failures took all of it back.
    fn follow(&mut self, payment: usize, report: &PaymentReport<'_>, minor: i64) -> i64 {
        let known = &mut self.all[payment];
        if known.method.is_empty() {
            known.method = report.method.unwrap_or_default().to_owned();
        }
        let movement = Movement { position: report.position, at: report.at, payment, minor, back: false };
        match report.status {
            PaymentStatus::Succeeded if !known.is_held() => {
                if known.paid_at.is_none() {
                    (known.amount_minor, known.paid_at, known.currency) = (0, Some(report.at), report.currency);
                }
                known.status = PaymentStatus::Succeeded;
                (known.came_minor, known.taken_back) = (minor, Vec::new());
                known.amount_minor = known.amount_minor.saturating_add(minor);
                self.movements.push(movement);
            }
            PaymentStatus::Failed if known.is_held() => {
                let back = known.take_back(report);
                self.movements.extend(back.map(|minor| Movement { minor, back: true, ..movement }));
                return back.unwrap_or_default();
            }
            PaymentStatus::Refunded if known.is_held() && known.refunded_at.is_none() => {
                known.refunded_at = Some(report.at)
            }
            status if !known.is_held() => known.status = status,
            _ => {}
        }
        0
    }

    /// Sorts the payments by their first events.
    fn sort(&mut self) {
        let mut places: Vec<_> = (0..self.all.len()).collect();
        places.sort_by_key(|place| self.all[*place].first_at.1);
        for movement in &mut self.movements {
            movement.payment = places.iter().position(|place| *place == movement.payment).unwrap_or_default();
        }
        self.all.sort_by_key(|payment| payment.first_at.1);
    }
}

fn read<'e>(position: usize, event: &'e ShopEvent, content: &Content<'_>) -> Option<PaymentReport<'e>> {
    let Fact::PaymentProcessed { payment_id, refund_id, status, amount, currency, method, .. } = &event.fact else {
        return None;
    };
    let currency = if currency.named { currency.code } else { content.currency.unwrap_or(currency.code) };
    Some(PaymentReport {
        position,
        at: event.occurred_at,
        id: payment_id.as_deref(),
        refund_id: refund_id.as_deref(),
        name: payment_id.clone().unwrap_or_else(|| event.id.to_string()),
        status: *status,
        minor: amount.map(|amount| amount.minor(currency)),
        currency,
        method: method.as_deref(),
    })
}

impl Payments {
    /// Returns the index of the payment with this id, if it succeeded.
    pub(super) fn place(&self, id: &str) -> Option<usize> {
        self.all.iter().position(|payment| payment.is_named && payment.id == id && payment.paid_at.is_some())
    }

    /// Returns the payment with this id, if it succeeded.
    pub(super) fn named(&self, id: &str) -> Option<&Payment> {
        self.place(id).map(|place| &self.all[place])
    }
}
