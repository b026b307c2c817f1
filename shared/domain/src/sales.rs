//! What an order adds to the sales figures.
//!
//! Orders are counted when they are placed, paid, cancelled and returned; money when it comes and when it goes back.
//! Each payment and refund is split over the lines in proportion to their totals, so that products, categories and
//! sellers add up to the shop, to the minor unit.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

use crate::contribution::{Attributions, Cell, Contribution, Figures, Grain};
use crate::money::apportion;
use crate::{Currency, OpinionState, OrderLine, OrderState, OrderStatus, ShopEvent, UserState};

/// A line with everything that figures are kept by.
struct Share<'a> {
    product_id: &'a str,
    seller_id: &'a str,
    category_id: &'a str,
    quantity: i64,
    weight: i64,
}

/// Returns what an order adds to the figures, given the products that are known.
///
/// A line belongs to the seller and category that it names itself, else to the order's seller, else to those of its
/// product. An unknown product keeps the name that the line gave it until it is known.
#[must_use]
pub fn order_contribution(order: &OrderState, known: &Attributions) -> Contribution {
    let shares: Vec<_> = order.lines.iter().map(|line| share(order, line, known)).collect();
    let mut sum = Contribution::default();
    add_status(&mut sum, order, &shares);
    let Some(currency) = order.currency else { return sum };
    add_counts(&mut sum, order, &shares);
    let paid = order.payments.iter().filter_map(|it| it.paid_at.map(|at| (at, it.amount, &*it.method)));
    for (at, amount, method) in paid {
        let moved = Moved { at, currency: amount.currency, method: method_or(method, order), refund: false };
        add_money(&mut sum, order, &shares, (&moved, amount.minor));
    }
    for refund in &order.refunds {
        let method = method_or("", order);
        let moved = Moved { at: refund.at, currency: refund.amount.currency, method, refund: true };
        add_money(&mut sum, order, &shares, (&moved, refund.amount.minor));
    }
    if let (Some(customer), Some(_)) = (&order.customer, order.at(OrderStatus::Paid)) {
        let cell = Cell::Customer { customer_key: customer.as_str().to_owned(), currency };
        sum.add(cell, Figures { orders_paid: 1, ..Figures::default() });
    }
    sum
}

/// Returns what a rating adds to the figures: nothing when it was taken back or its product is unknown.
#[must_use]
pub fn opinion_contribution(opinion: &OpinionState, known: &Attributions) -> Contribution {
    let mut sum = Contribution::default();
    let attribution = opinion.reference.as_ref().and_then(|reference| known.get(reference));
    if let (Some(attribution), Some(score_micros), false) = (attribution, opinion.score_micros, opinion.deleted) {
        let cell = Cell::Rating { product_id: attribution.product_id.clone() };
        sum.add(cell, Figures { count: 1, score_micros, ..Figures::default() });
    }
    sum
}

/// Returns what a user adds to the figures: one registration.
#[must_use]
pub fn user_contribution(user: &UserState) -> Contribution {
    let mut sum = Contribution::default();
    if let Some(at) = user.registered_at {
        sum.add(Cell::Users { minute: Grain::Minute.start(at) }, Figures { count: 1, ..Figures::default() });
    }
    sum
}

/// Returns what an event itself adds to the figures, once, when it is logged.
#[must_use]
pub fn event_contribution(event: &ShopEvent) -> Contribution {
    let (service, event_type) = (event.service.clone(), event.fact.name().to_owned());
    let cell = Cell::Events { minute: Grain::Minute.start(event.occurred_at), service, event_type };
    Contribution::from(vec![(cell, Figures { count: 1, ..Figures::default() })])
}

/// Returns the seller and the category that a line is counted for; empty when unknown.
#[must_use]
pub fn attribute<'a>(order: &'a OrderState, line: &'a OrderLine, known: &'a Attributions) -> (&'a str, &'a str) {
    let share = share(order, line, known);
    (share.seller_id, share.category_id)
}

fn share<'a>(order: &'a OrderState, line: &'a OrderLine, known: &'a Attributions) -> Share<'a> {
    let product = known.get(&line.reference);
    let seller = line.seller_id.as_deref().or(order.seller_id.as_deref());
    Share {
        product_id: product.map_or(&line.reference, |product| &product.product_id),
        seller_id: seller.or_else(|| product?.seller_id.as_deref()).unwrap_or_default(),
        category_id: line.category_id.as_deref().or_else(|| product?.category_id.as_deref()).unwrap_or_default(),
        quantity: line.quantity,
        weight: line.total_minor(),
    }
}

/// The pieces by scope: the whole shop (empty), and each seller of a line; the order's seller when it has no lines.
fn scopes<'a>(order: &'a OrderState, shares: &[Share<'a>]) -> BTreeMap<&'a str, i64> {
    let mut scopes = BTreeMap::from([("", shares.iter().map(|share| share.quantity).sum())]);
    for share in shares.iter().filter(|share| !share.seller_id.is_empty()) {
        *scopes.entry(share.seller_id).or_default() += share.quantity;
    }
    if let (true, Some(seller)) = (shares.is_empty(), &order.seller_id) {
        scopes.insert(seller, 0);
    }
    scopes
}

fn add_status(sum: &mut Contribution, order: &OrderState, shares: &[Share<'_>]) {
    for (seller_id, items) in scopes(order, shares) {
        let cell = Cell::Status { seller_id: seller_id.to_owned(), status: order.status() };
        sum.add(cell, Figures { count: 1, items, ..Figures::default() });
    }
}

fn add_counts(sum: &mut Contribution, order: &OrderState, shares: &[Share<'_>]) {
    let Some(currency) = order.currency else { return };
    let one = |status: OrderStatus, items: i64| match status {
        OrderStatus::Created => Figures { orders_placed: 1, ..Figures::default() },
        OrderStatus::Paid => Figures { orders_paid: 1, items, ..Figures::default() },
        OrderStatus::Cancelled => Figures { orders_cancelled: 1, ..Figures::default() },
        OrderStatus::Returned => Figures { orders_returned: 1, ..Figures::default() },
        _ => Figures::default(),
    };
    for (status, at) in &order.reached {
        for (seller_id, items) in scopes(order, shares) {
            let (seller_id, payment_method) = (seller_id.to_owned(), order.payment_method.clone());
            let cell = Cell::Sales { minute: Grain::Minute.start(*at), seller_id, currency, payment_method };
            sum.add(cell, one(*status, items));
        }
    }
    if let Some(at) = order.at(OrderStatus::Paid) {
        add_pieces(sum, shares, (Grain::Minute.start(at), currency));
    }
}

/// Counts the paid pieces of each product and category, and each of them once as ordered.
fn add_pieces(sum: &mut Contribution, shares: &[Share<'_>], (minute, currency): (Timestamp, Currency)) {
    let mut cells = BTreeSet::new();
    for share in shares {
        for cell in [product(share, minute, currency), category(share, minute, currency)] {
            let first = cells.insert(cell.clone());
            sum.add(cell, Figures { orders_paid: i64::from(first), items: share.quantity, ..Figures::default() });
        }
    }
}

/// Money that came or went back.
struct Moved<'a> {
    at: Timestamp,
    currency: Currency,
    method: &'a str,
    refund: bool,
}

impl Moved<'_> {
    fn figures(&self, minor: i64) -> Figures {
        if self.refund {
            Figures { refund_minor: minor, ..Figures::default() }
        } else {
            Figures { revenue_minor: minor, ..Figures::default() }
        }
    }

    fn sales(&self, seller_id: &str) -> Cell {
        let (seller_id, payment_method) = (seller_id.to_owned(), self.method.to_owned());
        Cell::Sales { minute: Grain::Minute.start(self.at), seller_id, currency: self.currency, payment_method }
    }
}

fn add_money(sum: &mut Contribution, order: &OrderState, shares: &[Share<'_>], (moved, minor): (&Moved<'_>, i64)) {
    let minute = Grain::Minute.start(moved.at);
    sum.add(moved.sales(""), moved.figures(minor));
    if let Some(customer) = &order.customer {
        let cell = Cell::Customer { customer_key: customer.as_str().to_owned(), currency: moved.currency };
        sum.add(cell, moved.figures(minor));
    }
    let weights: Vec<_> = shares.iter().map(|share| share.weight).collect();
    for (share, part) in shares.iter().zip(apportion(minor, &weights)) {
        if !share.seller_id.is_empty() {
            sum.add(moved.sales(share.seller_id), moved.figures(part));
        }
        sum.add(product(share, minute, moved.currency), moved.figures(part));
        sum.add(category(share, minute, moved.currency), moved.figures(part));
    }
    if let (true, Some(seller)) = (shares.is_empty(), &order.seller_id) {
        sum.add(moved.sales(seller), moved.figures(minor));
    }
}

fn product(share: &Share<'_>, minute: Timestamp, currency: Currency) -> Cell {
    let (product_id, seller_id) = (share.product_id.to_owned(), share.seller_id.to_owned());
    Cell::Product { minute, product_id, seller_id, currency }
}

fn category(share: &Share<'_>, minute: Timestamp, currency: Currency) -> Cell {
    Cell::Category { minute, category_id: share.category_id.to_owned(), currency }
}

fn method_or<'a>(method: &'a str, order: &'a OrderState) -> &'a str {
    if method.is_empty() { &order.payment_method } else { method }
}
