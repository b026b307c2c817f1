//! Requested refunds, before it is known how much money is available.

use std::collections::BTreeMap;

use jiff::Timestamp;

use crate::{Amount, Currency, Denomination, Fact, OrderStatus, PaymentStatus, ShopEvent};

use super::content::Content;
use super::payment::Payments;
use super::progress;
use super::refund_parts::replace_wholes_by_parts;
use super::returned_item::ReturnedPieces;

/// Who reports a refund; several reports may be one refund.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Reporters {
    /// The payment service.
    payment: bool,
    /// The returns department, or whoever cancelled the order.
    desk: bool,
}

impl Reporters {
    const PAYMENT: Self = Self { payment: true, desk: false };
    const DESK: Self = Self { payment: false, desk: true };
}

/// A requested refund.
#[derive(Debug, Clone)]
pub(super) struct RefundRequest<'e> {
    /// The position in the sequence of events from which it can be granted.
    pub(super) position: usize,
    pub(super) at: Timestamp,
    /// The amount and its currency; `None` means everything that remains.
    pub(super) minor: Option<(i64, Currency)>,
    /// The id of the payment that is refunded, if known.
    pub(super) payment: Option<&'e str>,
    /// The payment method that is refunded, if only that is known.
    pub(super) method: Option<&'e str>,
    /// The value of the named items, by line; empty when none are named.
    pub(super) items: Vec<i64>,
    /// Whether no report states the amount.
    is_estimate: bool,
    /// Whether the items are those of an earlier return.
    is_repeated: bool,
    /// Whether it may wait for a payment. A cancellation concerns only what was paid before it.
    may_wait: bool,
    refund_id: Option<&'e str>,
    reporters: Reporters,
}

/// Reads the refunds that sorted events request, each once.
pub(super) fn refund_requests<'e>(
    events: &[&'e ShopEvent],
    content: &Content<'_>,
    pieces: &BTreeMap<usize, ReturnedPieces>,
    payments: &Payments,
) -> Vec<RefundRequest<'e>> {
    let reader = Reader { events, content, pieces, payments };
    let mut requests: Vec<RefundRequest<'e>> = Vec::new();
    for (position, event) in events.iter().enumerate() {
        let Some(mut request) = reader.read(position, event) else { continue };
        reader.wait_for_money(&mut request);
        let same = requests.iter().position(|known| known.is(&request));
        match same.or_else(|| requests.iter().position(|known| reader.settles(&request, known))) {
            Some(known) => requests[known].complete(request),
            None => requests.push(request),
        }
    }
    requests.iter_mut().for_each(|request| reader.wait_for_money(request));
    requests.sort_by_key(|request| request.position);
    replace_wholes_by_parts(&mut requests);
    requests
}

impl<'e> RefundRequest<'e> {
    /// Says whether a later request is the same refund reported again. Two different ids are two refunds, the same id
    /// is the same refund. Otherwise the amounts must be equal and come from two different reporters, or twice from the
    /// payment service for the same payment, or for pieces that have come back before.
    fn is(&self, later: &Self) -> bool {
        if let (Some(one), Some(other)) = (self.refund_id, later.refund_id) {
            return one == other;
        }
        let is_equal = self.minor.is_some() && self.minor == later.minor;
        if later.reporters.payment && self.reporters.payment {
            return is_equal && self.payment == later.payment;
        }
        if later.reporters.desk && self.reporters.desk {
            return later.repeats(self) && (is_equal || self.is_estimate || later.is_estimate);
        }
        is_equal
    }

    /// Says whether a return names pieces of an earlier one, and no others.
    fn repeats(&self, earlier: &Self) -> bool {
        self.is_repeated && self.items.iter().zip(&earlier.items).any(|(one, other)| *one > 0 && *other > 0)
    }

    /// Returns the amount of a return or cancellation that states one and that no report of the payment service repeats.
    pub(super) fn stated_by_desk(&self) -> Option<(i64, Currency)> {
        self.minor.filter(|(minor, _)| *minor > 0 && !self.is_estimate && !self.reporters.payment)
    }

    /// Says whether the payment service alone reports it, in the currency of a larger refund, and no ids tell the two apart.
    pub(super) fn may_be_part_of(&self, whole: &Self) -> bool {
        let is_in = |(_, currency): (i64, Currency)| whole.minor.is_some_and(|(_, wanted)| wanted == currency);
        !self.is_estimate
            && !self.reporters.desk
            && self.minor.is_some_and(is_in)
            && (self.refund_id.is_none() || whole.refund_id.is_none())
    }

    /// Takes the items of the larger refund that it is a part of.
    pub(super) fn become_part_of(&mut self, whole: &Self) {
        self.items.clone_from(&whole.items);
        self.reporters.desk = true;
    }

    /// Adds the payment, method and items that a later report names, and the amount if only that one states it.
    fn complete(&mut self, later: Self) {
        if self.is_estimate && !later.is_estimate {
            (self.minor, self.is_estimate) = (later.minor, false);
        }
        self.may_wait |= later.may_wait;
        self.payment = self.payment.or(later.payment);
        self.method = self.method.or(later.method);
        self.refund_id = self.refund_id.or(later.refund_id);
        self.reporters.payment |= later.reporters.payment;
        self.reporters.desk |= later.reporters.desk;
        if self.items.is_empty() {
            self.items = later.items;
        }
    }
}

struct Reader<'a, 'e> {
    events: &'a [&'e ShopEvent],
    content: &'a Content<'a>,
    pieces: &'a BTreeMap<usize, ReturnedPieces>,
    payments: &'a Payments,
}

impl<'e> Reader<'_, 'e> {
    fn read(&self, position: usize, event: &'e ShopEvent) -> Option<RefundRequest<'e>> {
        let of = |reporters, refund_id: &'e Option<String>| RefundRequest {
            position,
            at: event.occurred_at,
            minor: None,
            payment: None,
            method: None,
            items: Vec::new(),
            is_estimate: true,
            is_repeated: false,
            may_wait: true,
            refund_id: refund_id.as_deref(),
            reporters,
        };
        match &event.fact {
            Fact::PaymentProcessed { refund_id, status: PaymentStatus::Refunded, .. } => {
                Some(self.refund_of_payment(&event.fact, of(Reporters::PAYMENT, refund_id)))
            }
            Fact::OrderReturned { refund_id, refund, currency, .. } => {
                Some(self.refund_of_return((*refund, *currency), of(Reporters::DESK, refund_id)))
            }
            Fact::OrderCancelled { refund_id, refund: Some(amount), currency, .. } => {
                let minor = Some(reported_amount(*amount, *currency, self.content.currency));
                Some(RefundRequest { minor, is_estimate: false, may_wait: false, ..of(Reporters::DESK, refund_id) })
            }
            // A service that only knows the status repeats what another reports with an amount.
            Fact::OrderStatusUpdated { status: OrderStatus::Cancelled, .. }
                if self.is_reported(states_cancellation) =>
            {
                None
            }
            Fact::OrderCancelled { refund: None, .. }
            | Fact::OrderStatusUpdated { status: OrderStatus::Cancelled, .. } => {
                (!self.is_revoked(position)).then(|| RefundRequest { may_wait: false, ..of(Reporters::DESK, &None) })
            }
            Fact::OrderStatusUpdated { status: OrderStatus::Returned, refunded, .. } => {
                (*refunded || !self.is_reported(states_return)).then(|| of(Reporters::DESK, &None))
            }
            _ => None,
        }
    }

    /// Completes the refund of a return: its amount, else the value of its items.
    fn refund_of_return(
        &self,
        (refund, currency): (Option<Amount>, Denomination),
        request: RefundRequest<'e>,
    ) -> RefundRequest<'e> {
        let own = self.content.currency;
        let pieces = self.pieces.get(&request.position);
        let stated = refund.map(|amount| reported_amount(amount, currency, own));
        let value = || pieces.map(|pieces| (pieces.value(), own.unwrap_or(currency.code)));
        RefundRequest {
            minor: stated.or_else(value),
            is_estimate: stated.is_none(),
            is_repeated: pieces.is_some_and(|pieces| pieces.is_repeated),
            items: pieces.map(|pieces| pieces.worth.clone()).unwrap_or_default(),
            ..request
        }
    }

    /// Completes a refund that the payment service reports.
    fn refund_of_payment(&self, fact: &'e Fact, mut request: RefundRequest<'e>) -> RefundRequest<'e> {
        let Fact::PaymentProcessed { payment_id, amount, currency, method, .. } = fact else { return request };
        let known = payment_id.as_deref().and_then(|id| self.payments.named(id));
        request.method = method.as_deref();
        match known {
            Some(_) => request.payment = payment_id.as_deref(),
            // An id that belongs to no payment is the id of the refund.
            None => request.refund_id = request.refund_id.or(payment_id.as_deref()),
        }
        let own = known.map(|payment| payment.currency).or(self.content.currency);
        request.minor = amount.map(|amount| reported_amount(amount, *currency, own));
        request.is_estimate = amount.is_none();
        request
    }

    /// Says whether the payment service states the amount of a cancellation or return that named none: with the first
    /// refund after it, unless that is of a payment that came later, or both name different ids.
    fn settles(&self, report: &RefundRequest<'_>, estimate: &RefundRequest<'_>) -> bool {
        let is_estimate = estimate.is_estimate && estimate.reporters == Reporters::DESK;
        let is_stated = !report.is_estimate && report.reporters == Reporters::PAYMENT;
        let differ = estimate.refund_id.is_some() && report.refund_id.is_some();
        let in_its_currency = match (estimate.minor, report.minor) {
            (Some((_, one)), Some((_, other))) => one == other,
            _ => true,
        };
        let named = report.payment.and_then(|id| self.payments.place(id));
        let is_of_it = |payment: usize| named.is_none_or(|named| named == payment);
        let mut came = self.payments.movements.iter().take_while(|movement| movement.position <= estimate.position);
        is_estimate
            && is_stated
            && !differ
            && in_its_currency
            && came.any(|movement| !movement.back && is_of_it(movement.payment))
    }

    /// Says whether a cancellation was revoked: the order was shipped nevertheless, and there was no new payment.
    fn is_revoked(&self, position: usize) -> bool {
        let later = |event: &&ShopEvent| progress::is_on_its_way(&event.fact);
        let is_paid_anew =
            || self.payments.movements.iter().any(|movement| !movement.back && movement.position > position);
        self.events.iter().skip(position + 1).any(later) && !is_paid_anew()
    }

    fn is_reported(&self, what: fn(&Fact) -> bool) -> bool {
        self.events.iter().any(|event| what(&event.fact))
    }

    /// A refund that is dated before the payment that it names is granted at the time of the payment. One that names
    /// none waits for the first payment in its currency.
    fn wait_for_money(&self, request: &mut RefundRequest<'_>) {
        let named = request.payment.and_then(|id| self.payments.place(id));
        let may_concern = |payment: usize| match (named, request.minor) {
            (Some(named), _) => payment == named,
            (None, Some((_, currency))) => request.may_wait && self.payments.all[payment].currency == currency,
            (None, None) => request.may_wait,
        };
        let came = self.payments.movements.iter().find(|movement| !movement.back && may_concern(movement.payment));
        if let Some(came) = came.filter(|came| came.position > request.position) {
            (request.position, request.at) = (came.position, came.at);
        }
    }
}

fn states_cancellation(fact: &Fact) -> bool {
    matches!(fact, Fact::OrderCancelled { refund: Some(_), .. })
}

fn states_return(fact: &Fact) -> bool {
    matches!(fact, Fact::OrderReturned { refund, items, .. } if refund.is_some() || !items.is_empty())
}

fn reported_amount(amount: Amount, currency: Denomination, own: Option<Currency>) -> (i64, Currency) {
    let currency = if currency.named { currency.code } else { own.unwrap_or(currency.code) };
    (amount.minor(currency), currency)
}
