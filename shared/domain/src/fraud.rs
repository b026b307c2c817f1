//! Which orders, carts and products raise a finding, and how it is identified so that it is raised once.
//!
//! The rules evaluate *facts*: this customer placed an order at this time. Facts are only added, never changed or
//! withdrawn, so a finding that holds for some of the facts holds for all of them; and in whatever order facts arrive,
//! the findings made along the way are those that all facts together yield. Nothing here queries related facts or
//! stores a finding.
//!
//! A burst has no identity that survives a late order: its first order may change, and two bursts may turn out to be
//! one. A finding is therefore identified by the calendar hour (UTC) in which a suspicious window *ends*: the window
//! slides and may begin before the hour, but adding facts never moves the end of one that was seen.
//!
//! Pushes of a product are the exception: they rest on counts of a day at the moment of a run, and are found once a day.

mod cart;
mod evidence;
mod fact;
mod finding;
mod order;
mod push;
mod scope;
mod sliding;
#[cfg(test)]
mod tests;
mod threshold;

pub use cart::{CART_ADDING_EVENTS, CART_ITEMS_MAX, CART_SETTLING_EVENTS, CartEvaluator, CartItem, CartLimits};
pub use evidence::{EVIDENCE_ORDERS_MAX, EVIDENCE_PRODUCTS_MAX, Evidence};
pub use fact::{OrderFact, digest_lines};
pub use finding::{Finding, FindingId, FindingSubject, Rule, Window};
pub use order::evaluate_orders;
pub use push::{ActorKind, ActorPoints, ProductDay, PushLimits};
pub use scope::{Scope, Stretch};
pub use threshold::{AmountLimits, InvalidThresholds, NumberSetting, Thresholds};
