//! What an order contributes to the sales figures.
//!
//! Orders count when they are placed, paid, cancelled and returned; money at each payment and refund. Products,
//! categories and sellers get what the order's account book assigns to their lines. Shipping, tax and fees of an order
//! are shared by its sellers as well, apart from that money; products and categories have none.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

use crate::contribution::{Attributions, Cell, CellFigures, Contribution, Grain};
use crate::money::apportion;
use crate::{Charges, Currency, Entry, EntryKind, Line, OpinionState, OrderState, OrderStatus, ShopEvent, UserState};

/// A line with every dimension of the figures.
struct Share<'a> {
    product_id: &'a str,
    seller_id: &'a str,
    category_id: &'a str,
    quantity_milli: i64,
    total_minor: i64,
}

/// Returns what an order contributes to the figures, given the known products.
///
/// A line belongs to the seller and category that it names itself, else to the order's seller, else to those of its
/// product, else to the seller of the order before it was edited. Until a product is known, the line's reference is
/// used.
#[must_use]
pub fn order_contribution(order: &OrderState, known: &Attributions) -> Contribution {
    let shares: Vec<_> = order.lines.iter().map(|line| share(order, line, known)).collect();
    let mut sum = Contribution::default();
    add_status(&mut sum, order, &shares);
    add_counts(&mut sum, order, &shares);
    for entry in &order.book {
        add_money(&mut sum, order, &shares, entry);
    }
    if let (Some(customer), Some((_, currency, _))) = (&order.customer, sold(order)) {
        let cell = Cell::Customer { customer_key: customer.as_str().to_owned(), currency };
        sum.add(cell, CellFigures { orders_paid: 1, ..CellFigures::default() });
    }
    sum
}

/// Returns when an order was sold, in which currency and by which method: those of the first payment, else those of the
/// order.
fn sold(order: &OrderState) -> Option<(Timestamp, Currency, &str)> {
    let at = order.at(OrderStatus::Paid)?;
    match order.first_payment() {
        Some(entry) => Some((at, entry.currency, &entry.method)),
        None => Some((at, order.currency?, &order.payment_method)),
    }
}

/// Returns what a rating contributes: nothing when it was deleted or its product is unknown.
#[must_use]
pub fn opinion_contribution(opinion: &OpinionState, known: &Attributions) -> Contribution {
    let mut sum = Contribution::default();
    let attribution = opinion.reference.as_ref().and_then(|reference| known.get(reference));
    if let (Some(attribution), Some(score_micros), false) = (attribution, opinion.score_micros, opinion.deleted) {
        let cell = Cell::Rating { product_id: attribution.product_id.clone() };
        sum.add(cell, CellFigures { count: 1, score_micros, ..CellFigures::default() });
    }
    sum
}

/// Returns what a user contributes: one registration.
#[must_use]
pub fn user_contribution(user: &UserState) -> Contribution {
    let mut sum = Contribution::default();
    if let Some(at) = user.registered_at {
        sum.add(Cell::Users { minute: Grain::Minute.start(at) }, CellFigures { count: 1, ..CellFigures::default() });
    }
    sum
}

/// Returns what an event itself contributes, once, when it is logged.
#[must_use]
pub fn event_contribution(event: &ShopEvent) -> Contribution {
    let (service, event_type) = (event.service.clone(), event.fact.name().to_owned());
    let cell = Cell::Events { minute: Grain::Minute.start(event.occurred_at), service, event_type };
    Contribution::from(vec![(cell, CellFigures { count: 1, ..CellFigures::default() })])
}

/// Returns the seller and the category that a line is counted for; empty when unknown.
#[must_use]
pub fn attribute<'a>(order: &'a OrderState, line: &'a Line, known: &'a Attributions) -> (&'a str, &'a str) {
    let share = share(order, line, known);
    (share.seller_id, share.category_id)
}

fn share<'a>(order: &'a OrderState, line: &'a Line, known: &'a Attributions) -> Share<'a> {
    let product = known.get(&line.reference);
    let period = product.zip(order.first_at).and_then(|(product, at)| product.at(at));
    let seller = line.seller_id.as_deref().or(order.seller_id.as_deref());
    Share {
        product_id: product.map_or(&line.reference, |product| &product.product_id),
        seller_id: seller
            .or_else(|| period?.seller_id.as_deref())
            .or(order.former_seller_id.as_deref())
            .unwrap_or_default(),
        category_id: line.category_id.as_deref().or_else(|| period?.category_id.as_deref()).unwrap_or_default(),
        quantity_milli: line.quantity.milli(),
        total_minor: line.total_minor,
    }
}

/// The quantities by scope: the whole shop (empty), and each seller of a line; the order's seller when it has no lines.
fn scopes<'a>(order: &'a OrderState, shares: &[Share<'a>]) -> BTreeMap<&'a str, i64> {
    let mut scopes = BTreeMap::from([("", shares.iter().map(|share| share.quantity_milli).sum())]);
    for share in shares.iter().filter(|share| !share.seller_id.is_empty()) {
        *scopes.entry(share.seller_id).or_default() += share.quantity_milli;
    }
    if let (true, Some(seller)) = (shares.is_empty(), &order.seller_id) {
        scopes.insert(seller, 0);
    }
    scopes
}

/// The charges by scope: of the whole shop (empty), and of each seller. The sellers share them in proportion to what their
/// lines cost, in equal parts if no line costs anything. The share of lines without a seller is the shop's alone.
fn charged<'a>(order: &'a OrderState, shares: &[Share<'a>]) -> Vec<(&'a str, Charges)> {
    if order.charges == Charges::default() {
        return Vec::new();
    }
    let mut costs = BTreeMap::<_, i64>::new();
    for share in shares {
        let cost = costs.entry(share.seller_id).or_default();
        *cost = cost.saturating_add(share.total_minor);
    }
    if let (true, Some(seller)) = (shares.is_empty(), &order.seller_id) {
        costs.insert(seller, 0);
    }
    let is_free = costs.values().all(|cost| *cost == 0);
    let weights: Vec<_> = costs.values().map(|cost| if is_free { 1 } else { *cost }).collect();
    let split = |amount| apportion(amount, &weights);
    let Charges { shipping, tax, fee } = order.charges;
    let parts = costs.into_keys().zip(split(shipping)).zip(split(tax)).zip(split(fee));
    let of_sellers = parts.map(|(((seller_id, shipping), tax), fee)| (seller_id, Charges { shipping, tax, fee }));
    std::iter::once(("", order.charges)).chain(of_sellers.filter(|(seller_id, _)| !seller_id.is_empty())).collect()
}

fn add_status(sum: &mut Contribution, order: &OrderState, shares: &[Share<'_>]) {
    for (seller_id, items_milli) in scopes(order, shares) {
        let cell = Cell::Status { seller_id: seller_id.to_owned(), status: order.status() };
        sum.add(cell, CellFigures { count: 1, items_milli, ..CellFigures::default() });
    }
}

fn add_counts(sum: &mut Contribution, order: &OrderState, shares: &[Share<'_>]) {
    if let Some(currency) = order.currency {
        for (status, at) in &order.reached {
            let figures = match status {
                OrderStatus::Created => CellFigures { orders_placed: 1, ..CellFigures::default() },
                OrderStatus::Cancelled => CellFigures { orders_cancelled: 1, ..CellFigures::default() },
                OrderStatus::Returned => CellFigures { orders_returned: 1, ..CellFigures::default() },
                _ => continue,
            };
            for seller_id in scopes(order, shares).into_keys() {
                sum.add(sales(*at, seller_id, (currency, &order.payment_method)), figures);
            }
        }
    }
    let Some((at, currency, method)) = sold(order) else { return };
    for (seller_id, items_milli) in scopes(order, shares) {
        let cell = sales(at, seller_id, (currency, method));
        sum.add(cell, CellFigures { orders_paid: 1, items_milli, ..CellFigures::default() });
    }
    if order.currency == Some(currency) {
        for (seller_id, charges) in charged(order, shares) {
            let Charges { shipping: shipping_minor, tax: tax_minor, fee: fee_minor } = charges;
            let figures = CellFigures { shipping_minor, tax_minor, fee_minor, ..CellFigures::default() };
            sum.add(sales(at, seller_id, (currency, method)), figures);
        }
    }
    add_pieces(sum, shares, (Grain::Minute.start(at), currency));
}

fn sales(at: Timestamp, seller_id: &str, (currency, method): (Currency, &str)) -> Cell {
    let (seller_id, payment_method) = (seller_id.to_owned(), method.to_owned());
    Cell::Sales { minute: Grain::Minute.start(at), seller_id, currency, payment_method }
}

/// Adds the paid quantity of each product and category, and counts each of them as ordered once.
fn add_pieces(sum: &mut Contribution, shares: &[Share<'_>], (minute, currency): (Timestamp, Currency)) {
    let mut cells = BTreeSet::new();
    for share in shares {
        for cell in product(share, minute, currency).into_iter().chain([category(share, minute, currency)]) {
            let orders_paid = i64::from(cells.insert(cell.clone()));
            sum.add(cell, CellFigures { orders_paid, items_milli: share.quantity_milli, ..CellFigures::default() });
        }
    }
}

fn add_money(sum: &mut Contribution, order: &OrderState, shares: &[Share<'_>], entry: &Entry) {
    let figures = |minor| match entry.kind {
        EntryKind::Payment => CellFigures { revenue_minor: minor, ..CellFigures::default() },
        EntryKind::Refund | EntryKind::Chargeback => CellFigures { refund_minor: minor, ..CellFigures::default() },
    };
    let (minute, of) = (Grain::Minute.start(entry.at), (entry.currency, &*entry.method));
    sum.add(sales(entry.at, "", of), figures(entry.minor));
    if let Some(customer) = &order.customer {
        let cell = Cell::Customer { customer_key: customer.as_str().to_owned(), currency: entry.currency };
        sum.add(cell, figures(entry.minor));
    }
    for (share, part) in shares.iter().zip(&entry.lines) {
        if !share.seller_id.is_empty() {
            sum.add(sales(entry.at, share.seller_id, of), figures(*part));
        }
        let cells = product(share, minute, entry.currency).into_iter().chain([category(share, minute, entry.currency)]);
        cells.for_each(|cell| sum.add(cell, figures(*part)));
    }
    if let (true, Some(seller)) = (shares.is_empty(), &order.seller_id) {
        sum.add(sales(entry.at, seller, of), figures(entry.minor));
    }
}

/// The cell of a line's product; `None` when the line names no product.
fn product(share: &Share<'_>, minute: Timestamp, currency: Currency) -> Option<Cell> {
    let (product_id, seller_id) = (share.product_id.to_owned(), share.seller_id.to_owned());
    (!product_id.is_empty()).then_some(Cell::Product { minute, product_id, seller_id, currency })
}

fn category(share: &Share<'_>, minute: Timestamp, currency: Currency) -> Cell {
    Cell::Category { minute, category_id: share.category_id.to_owned(), currency }
}
