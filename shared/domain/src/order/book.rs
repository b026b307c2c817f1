//! The account book of an order: every payment, refund and chargeback, with its method and its share per line.

use std::collections::BTreeMap;

use jiff::Timestamp;

use crate::Currency;
use crate::money::apportion;

use super::payment::{Movement, Payment, Payments};
use super::price::Prices;
use super::refund_request::RefundRequest;

/// The kind of an entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EntryKind {
    /// A payment.
    Payment,
    /// A refund.
    Refund,
    /// A chargeback: the bank took the money back.
    Chargeback,
}

/// One entry of the book. Amounts are never negative; the kind gives the direction.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// The kind.
    pub kind: EntryKind,
    /// When.
    pub at: Timestamp,
    /// The amount, in minor units.
    pub minor: i64,
    /// The currency.
    pub currency: Currency,
    /// The payment method; empty when unknown.
    pub method: String,
    /// The share of each line, in the order of the lines; the rest belongs to shipping, tax and fees.
    pub lines: Vec<i64>,
}

/// Writes the book: payments and chargebacks as they happened, and requested refunds as far as money was available.
pub(super) fn book(payments: &Payments, requests: &[RefundRequest<'_>], prices: &Prices) -> Vec<Entry> {
    let mut balance = Balance::of(payments, prices);
    let mut requests = requests.iter().peekable();
    for movement in &payments.movements {
        while let Some(request) = requests.next_if(|request| request.position < movement.position) {
            balance.grant(request);
        }
        balance.book(movement);
    }
    requests.for_each(|request| balance.grant(request));
    balance.entries
}

/// What was paid and not yet refunded: by payment and, in each currency, by line. Both have the same sum.
struct Balance<'p> {
    payments: &'p [Payment],
    /// What each line costs, preceded by the charges that belong to no line.
    weights: Vec<i64>,
    left: Vec<i64>,
    left_of_lines: BTreeMap<Currency, Vec<i64>>,
    /// What was booked so far.
    entries: Vec<Entry>,
}

impl<'p> Balance<'p> {
    fn of(payments: &'p Payments, prices: &Prices) -> Self {
        let lines = prices.lines.iter().map(|line| line.goods_minor);
        let weights = std::iter::once(prices.beside_lines).chain(lines).collect();
        Self {
            payments: &payments.all,
            weights,
            left: vec![0; payments.all.len()],
            left_of_lines: BTreeMap::new(),
            entries: Vec::new(),
        }
    }

    fn book(&mut self, movement: &Movement) {
        if movement.back {
            let minor = movement.minor.min(self.left[movement.payment]);
            self.take((EntryKind::Chargeback, movement.at), (movement.payment, minor), &[]);
            return;
        }
        let payment = &self.payments[movement.payment];
        let shares = apportion(movement.minor, &self.weights);
        self.left[movement.payment] += movement.minor;
        let left = self.left_of_lines.entry(payment.currency).or_insert_with(|| vec![0; shares.len()]);
        left.iter_mut().zip(&shares).for_each(|(left, share)| *left += share);
        self.entries.push(Entry {
            kind: EntryKind::Payment,
            at: movement.at,
            minor: movement.minor,
            currency: payment.currency,
            method: payment.method.clone(),
            lines: shares[1..].to_vec(),
        });
    }

    /// Grants a request as far as money is available: from the named payment, else from payments of the named method
    /// and then from the others, in proportion to what remains of each.
    fn grant(&mut self, request: &RefundRequest<'_>) {
        let mut currencies: Vec<_> = self.payments.iter().map(|payment| payment.currency).collect();
        currencies.sort();
        currencies.dedup();
        for currency in currencies {
            let wanted = match request.minor {
                None => i64::MAX,
                Some((minor, wanted)) if wanted == currency => minor,
                Some(_) => continue,
            };
            let fits = |payment: &Payment| {
                payment.currency == currency && request.payment.is_none_or(|id| payment.is_named && payment.id == id)
            };
            let by_method = |payment: &Payment| request.method.is_none_or(|method| payment.method == method);
            let first = |payment: &Payment| fits(payment) && by_method(payment);
            let then = |payment: &Payment| fits(payment) && !by_method(payment);
            let left = wanted - self.give(request, wanted, &first);
            self.give(request, left, &then);
        }
    }

    fn give(&mut self, request: &RefundRequest<'_>, wanted: i64, fits: &dyn Fn(&Payment) -> bool) -> i64 {
        let left = self.payments.iter().zip(&self.left).map(|(payment, left)| if fits(payment) { *left } else { 0 });
        let left: Vec<_> = left.collect();
        let granted = wanted.min(left.iter().sum());
        for (payment, minor) in apportion(granted, &left).into_iter().enumerate() {
            self.take((EntryKind::Refund, request.at), (payment, minor), &request.items);
        }
        granted
    }

    /// Takes an available amount out of a payment and the lines.
    fn take(&mut self, (kind, at): (EntryKind, Timestamp), (payment, minor): (usize, i64), items: &[i64]) {
        if minor <= 0 {
            return;
        }
        self.left[payment] -= minor;
        let Payment { currency, method, .. } = &self.payments[payment];
        let Some(left) = self.left_of_lines.get_mut(currency) else { return };
        let lines = draw(minor, left, items)[1..].to_vec();
        self.entries.push(Entry { kind, at, minor, currency: *currency, method: method.clone(), lines });
    }
}

/// Draws an amount from what remains outside the lines (index 0) and of each line, and returns what each contributed:
/// the named items up to their value and remainder, then the part outside the lines, then all in proportion to what
/// remains.
fn draw(minor: i64, left: &mut [i64], items: &[i64]) -> Vec<i64> {
    let mut drawn = vec![0; left.len()];
    let mut wanted = minor;
    let mut give = |place: usize, part: i64, left: &mut [i64], wanted: &mut i64| {
        let part = part.min(left[place]).min(*wanted);
        left[place] -= part;
        drawn[place] += part;
        *wanted -= part;
    };
    if items.iter().any(|worth| *worth > 0) {
        for (line, part) in apportion(minor, items).into_iter().enumerate() {
            give(line + 1, part, left, &mut wanted);
        }
        // What one of the items cannot cover, the others may.
        for (line, _) in items.iter().enumerate().filter(|(_, worth)| **worth > 0) {
            give(line + 1, i64::MAX, left, &mut wanted);
        }
        give(0, i64::MAX, left, &mut wanted);
    }
    for (place, part) in apportion(wanted, left).into_iter().enumerate() {
        give(place, part, left, &mut wanted);
    }
    drawn
}
