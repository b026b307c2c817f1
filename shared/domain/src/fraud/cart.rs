//! Abandoned carts.

use std::collections::BTreeSet;

use jiff::{SignedDuration, Timestamp};
use uuid::Uuid;

use super::{Evidence, Finding, FindingSubject, Rule, Window};
use crate::ProductId;

/// The event types that put something into a cart.
pub const CART_ADDING_EVENTS: [&str; 1] = ["add_to_cart"];
/// The event types that settle an item in a cart: it was bought or removed.
pub const CART_SETTLING_EVENTS: [&str; 2] = ["remove_from_cart", "purchase"];
/// How many add-to-cart events are evaluated per account and day (UTC).
///
/// The first ones by time. A person who fills carts for eight hours reaches one every half a minute; anything faster is
/// a script, whose events must not cost more than a person's.
pub const CART_ITEMS_MAX: u32 = 1_000;

/// A product that a signed-in shopper put into a cart, and when it was settled.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CartItem {
    /// The shopper.
    pub account_id: Uuid,
    /// The product.
    pub product_id: ProductId,
    /// When it was added, by event time.
    pub added_at: Timestamp,
    /// When it was next bought, ordered or removed, at the same instant or later; `None` if it never was.
    pub settled_at: Option<Timestamp>,
}

/// Which carts are evaluated, and how long a shopper has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CartLimits {
    /// The start of the evaluated time, inclusive.
    pub from: Timestamp,
    /// The end of it, exclusive. Events after it count up to [`Self::abandoned_after`] later.
    pub to: Timestamp,
    /// A product bought or removed no later than this after it was added is not abandoned.
    pub abandoned_after: SignedDuration,
}

/// Finds abandoned carts: per shopper and hour one finding with all products added during that hour and neither bought
/// nor removed in time.
///
/// Unlike the rules about orders, this one rests on something that did *not* happen, so it can only be evaluated after
/// that time is over, plus some time for late events.
#[derive(Debug)]
pub struct CartEvaluator {
    limits: CartLimits,
    open: Option<Left>,
    findings: Vec<Finding>,
}

/// What a shopper abandoned in one hour.
#[derive(Debug)]
struct Left {
    account_id: Uuid,
    window: Window,
    from: Timestamp,
    to: Timestamp,
    products: BTreeSet<ProductId>,
}

impl CartEvaluator {
    /// Starts without findings.
    #[must_use]
    pub fn new(limits: CartLimits) -> Self {
        Self { limits, open: None, findings: Vec::new() }
    }

    /// Evaluates an item. Items come sorted by account and time, so one pass is enough and only the abandoned items of
    /// one hour are kept in memory.
    pub fn evaluate(&mut self, item: &CartItem) {
        let CartLimits { from, to, abandoned_after } = self.limits;
        let in_time = |settled: Timestamp| settled.duration_since(item.added_at) <= abandoned_after;
        if !(from..to).contains(&item.added_at) || item.settled_at.is_some_and(in_time) {
            return;
        }
        let window = Window::hour_of(item.added_at);
        if let Some(left) =
            self.open.as_mut().filter(|left| left.account_id == item.account_id && left.window == window)
        {
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

    /// Returns the findings.
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
