//! Carts that were left.

use std::collections::BTreeSet;

use jiff::{SignedDuration, Timestamp};
use uuid::Uuid;

use super::{Evidence, Finding, FindingSubject, Rule, Window};
use crate::ProductId;

/// The event types that put something into a cart.
pub const CART_ADDING_EVENTS: [&str; 1] = ["add_to_cart"];
/// The event types that settle what is in a cart: it was bought, or taken out.
pub const CART_SETTLING_EVENTS: [&str; 2] = ["remove_from_cart", "purchase"];
/// How many of the events that put something into carts are judged of one account and day (UTC).
///
/// The first ones by time. A person who fills carts for eight hours comes to one in half a minute; what is faster is a script, whose events must
/// not cost more than those of anybody else.
pub const CART_ITEMS_MAX: u32 = 1_000;

/// That a signed-in shopper put a product into a cart, and what came of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CartItem {
    /// The shopper.
    pub account_id: Uuid,
    /// The product.
    pub product_id: ProductId,
    /// When it was put there, by event time.
    pub added_at: Timestamp,
    /// When it was next bought, ordered or taken out, at this instant or later; `None` when it never was.
    pub settled_at: Option<Timestamp>,
}

/// Which carts are judged, and how long a shopper has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CartLimits {
    /// The first instant of the products that are judged.
    pub from: Timestamp,
    /// The end of them, exclusive. Events after it count up to [`Self::patience`] later.
    pub to: Timestamp,
    /// A product bought or taken out no later than this after it was put in is not left.
    pub patience: SignedDuration,
}

/// Finds the carts that were left: per shopper and hour one finding with all products put in during that hour and
/// neither bought nor taken out in time.
///
/// Unlike the rules about orders this one rests on something that did *not* happen, so it must be asked late: when
/// the patience is over, and some time for late events as well.
#[derive(Debug)]
pub struct CartJudge {
    limits: CartLimits,
    open: Option<Left>,
    findings: Vec<Finding>,
}

/// What a shopper left in the carts of an hour.
#[derive(Debug)]
struct Left {
    account_id: Uuid,
    window: Window,
    from: Timestamp,
    to: Timestamp,
    products: BTreeSet<ProductId>,
}

impl CartJudge {
    /// Begins with nothing found.
    #[must_use]
    pub fn new(limits: CartLimits) -> Self {
        Self { limits, open: None, findings: Vec::new() }
    }

    /// Judges an item. Items come by account and, within it, by time; so one pass is enough and only what was left in
    /// one hour is kept in memory.
    pub fn judge(&mut self, item: &CartItem) {
        let CartLimits { from, to, patience } = self.limits;
        let in_time = |settled: Timestamp| settled.duration_since(item.added_at) <= patience;
        if !(from..to).contains(&item.added_at) || item.settled_at.is_some_and(in_time) {
            return;
        }
        let window = Window::hour_of(item.added_at);
        if let Some(left) = self.open.as_mut().filter(|it| it.account_id == item.account_id && it.window == window) {
            left.from = left.from.min(item.added_at);
            left.to = left.to.max(item.added_at);
            left.products.insert(item.product_id.clone());
            return;
        }
        self.close();
        let products = BTreeSet::from([item.product_id.clone()]);
        let at = item.added_at;
        self.open = Some(Left { account_id: item.account_id, window, from: at, to: at, products });
    }

    /// Returns what was found.
    #[must_use]
    pub fn finish(mut self) -> Vec<Finding> {
        self.close();
        self.findings
    }

    fn close(&mut self) {
        let Some(left) = self.open.take() else { return };
        self.findings.push(Finding {
            rule: Rule::AbandonedCart,
            subject: FindingSubject::Account(left.account_id),
            window: left.window,
            evidence: Evidence::of_cart(left.from, left.to, &left.products),
        });
    }
}
