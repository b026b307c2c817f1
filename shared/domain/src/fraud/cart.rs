//! Carts that were left.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use uuid::Uuid;

use super::{Evidence, Finding, Rule, Subject, Window};

/// The event types that the rule looks at.
pub const CART_RULE_EVENTS: [&str; 3] = ["add_to_cart", "remove_from_cart", "purchase"];

/// Something that a signed-in shopper did with a product.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CartEvent {
    /// The shopper.
    pub account_id: Uuid,
    /// The product.
    pub product_id: Uuid,
    /// One of [`CART_RULE_EVENTS`]; others are ignored.
    pub event_type: String,
    /// When, by event time.
    pub occurred_at: Timestamp,
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

/// Returns the carts that were left: per shopper and hour one finding with all products put in during that hour and
/// neither bought nor taken out in time.
///
/// Unlike the rules about orders this one rests on something that did *not* happen, so it must be asked late: when
/// the patience is over, and some time for late events as well.
#[must_use]
pub fn judge_carts(events: &[CartEvent], limits: CartLimits) -> Vec<Finding> {
    let mut histories: BTreeMap<(Uuid, Uuid), Vec<(Timestamp, bool)>> = BTreeMap::new();
    for event in events.iter().filter(|event| CART_RULE_EVENTS.contains(&&*event.event_type)) {
        let history = histories.entry((event.account_id, event.product_id)).or_default();
        history.push((event.occurred_at, event.event_type == "add_to_cart"));
    }
    let mut left: BTreeMap<(Uuid, Window), BTreeMap<Uuid, Vec<Timestamp>>> = BTreeMap::new();
    for ((account, product), history) in histories {
        let settled = |at: Timestamp| {
            history.iter().any(|(other, added)| !added && *other >= at && other.duration_since(at) <= limits.patience)
        };
        for (at, _) in history.iter().filter(|(at, added)| *added && (limits.from..limits.to).contains(at)) {
            if !settled(*at) {
                left.entry((account, Window::hour_of(*at))).or_default().entry(product).or_default().push(*at);
            }
        }
    }
    left.into_iter().filter_map(|((account, window), products)| finding(account, window, &products)).collect()
}

fn finding(account: Uuid, window: Window, products: &BTreeMap<Uuid, Vec<Timestamp>>) -> Option<Finding> {
    let times = || products.values().flatten().copied();
    let evidence =
        Evidence::Cart { from: times().min()?, to: times().max()?, products: products.keys().copied().collect() };
    Some(Finding { rule: Rule::AbandonedCart, subject: Subject::Account(account), window, evidence })
}
