//! What was ordered, by whom and at what price, as the creations and updates of an order state together.

use crate::{Amount, Currency, CustomerKey, Fact, OrderContent, OrderLine, ShopEvent};

/// What the shop asks for, with amounts as reported.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Terms<'e> {
    /// The lines.
    pub(super) lines: &'e [OrderLine],
    /// The total, if the shop states one.
    pub(super) total: Option<Amount>,
    /// Charges and discount.
    pub(super) shipping: Amount,
    pub(super) tax: Amount,
    pub(super) discount: Amount,
    pub(super) fee: Amount,
}

/// The terms after one event.
#[derive(Debug)]
pub(super) struct Revision<'e> {
    /// The position in the sequence of events.
    pub(super) position: usize,
    /// The terms in force from there on.
    pub(super) terms: Terms<'e>,
    /// The total that the event itself reports; another service may include other charges.
    pub(super) reported: Option<Amount>,
    /// Whether the event changes the lines or the total, so that earlier totals no longer count.
    pub(super) is_change: bool,
}

/// The content of the events, with amounts as reported.
#[derive(Debug, Default)]
pub(super) struct Content<'e> {
    /// The customer: from the first event that names one.
    pub(super) customer: Option<&'e CustomerKey>,
    /// The seller of the whole order.
    pub(super) seller_id: Option<&'e str>,
    /// The seller of the whole order before its lines were replaced by an event that names none.
    pub(super) former_seller_id: Option<&'e str>,
    /// The payment method.
    pub(super) method: Option<&'e str>,
    /// The currency of the order and of all amounts without their own.
    pub(super) currency: Option<Currency>,
    /// The terms in force.
    pub(super) terms: Terms<'e>,
    /// The terms after each event.
    pub(super) revisions: Vec<Revision<'e>>,
    /// Whether any creation or update is known.
    pub(super) is_known: bool,
}

impl<'e> Content<'e> {
    /// Reads events that are sorted.
    ///
    /// Several services may report the same order: the first creation with lines determines what was ordered and what
    /// it costs. Lines of a later creation by the same service, or of an update, replace them, together with the total
    /// and the seller of the whole order: an edited order may have several sellers. Other fields are merged: the first
    /// customer named counts; seller and method are those of the last update that names them, else of the first
    /// creation.
    pub(super) fn of(events: &[&'e ShopEvent]) -> Self {
        let mut content = Self { currency: currency(events), ..Self::default() };
        let mut service = None;
        for (position, event) in events.iter().enumerate() {
            let Some(reported) = event.fact.content() else { continue };
            let is_update = matches!(event.fact, Fact::OrderUpdated { .. });
            content.complete(reported, is_update);
            let replaces = is_update || service.is_none() || service == Some(&*event.service);
            let replaces = replaces && !reported.lines.is_empty();
            let is_edit = is_update && (replaces || reported.total.is_some());
            let is_change = is_edit || replaces && !content.terms.lines.is_empty();
            if replaces {
                content.replace_lines(reported, is_update);
                service = service.or((!is_update).then_some(&*event.service));
            } else if is_update || content.terms.total.is_none() {
                content.terms.total = reported.total.or(content.terms.total);
            }
            let (terms, reported) = (content.terms, reported.total);
            content.revisions.push(Revision { position, terms, reported, is_change });
        }
        content
    }

    fn complete(&mut self, reported: &'e OrderContent, is_update: bool) {
        self.is_known = true;
        self.customer = self.customer.or(reported.customer.as_ref());
        let newest = |known: &mut Option<&'e str>, reported: Option<&'e str>| {
            *known = if is_update { reported.or(*known) } else { known.or(reported) };
        };
        newest(&mut self.seller_id, reported.seller_id.as_deref());
        newest(&mut self.method, reported.payment_method.as_deref());
        let terms = &mut self.terms;
        for (known, reported) in [
            (&mut terms.shipping, reported.shipping),
            (&mut terms.tax, reported.tax),
            (&mut terms.discount, reported.discount),
            (&mut terms.fee, reported.fee),
        ] {
            *known = reported.unwrap_or(*known);
        }
    }

    /// Takes lines with their total and seller. The first lines keep a total that another service has reported for them.
    fn replace_lines(&mut self, reported: &'e OrderContent, is_update: bool) {
        let is_first = self.terms.lines.is_empty() && !is_update;
        self.terms.total = if is_first { reported.total.or(self.terms.total) } else { reported.total };
        if !self.terms.lines.is_empty() {
            if reported.seller_id.is_none() {
                self.former_seller_id = self.seller_id.or(self.former_seller_id);
            }
            self.seller_id = reported.seller_id.as_deref();
        }
        self.terms.lines = &reported.lines;
    }
}

/// Returns the currency of an order: the first that a creation or update names, else the first that another event names,
/// else the default under which the first amount was reported.
fn currency(events: &[&ShopEvent]) -> Option<Currency> {
    let reported = || events.iter().filter_map(|event| Some((event, event.fact.denomination()?)));
    let named = || reported().filter(|(_, currency)| currency.named);
    let first = named().find(|(event, _)| event.fact.content().is_some()).or_else(|| named().next());
    first.or_else(|| reported().next()).map(|(_, currency)| currency.code)
}
