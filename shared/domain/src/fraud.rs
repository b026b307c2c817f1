//! Which orders and carts raise an alert, and how a finding is named so that it is raised once.
//!
//! The rules judge *facts*: an order was placed by this customer at this time. Facts are only ever added, never
//! changed or taken back, so a finding that holds for some of the facts holds for all of them, and whatever the order
//! in which facts arrive, the findings made on the way are those that all facts together give. Nothing here asks for a
//! fact's neighbours or stores a finding.
//!
//! A burst has no name of its own that survives a late order: its first order may change, and two bursts may turn
//! out to be one. A finding is therefore named by the calendar hour (UTC) in which a suspicious stretch *ends*: the
//! stretch slides and may begin before the hour, but adding facts never moves the end of one that was seen.

mod cart;
mod evidence;
mod finding;
mod order;
mod scope;
mod sliding;
#[cfg(test)]
mod tests;
mod threshold;

pub use cart::{CART_ADDING_EVENTS, CART_ITEMS_MAX, CART_SETTLING_EVENTS, CartItem, CartJudge, CartLimits};
pub use evidence::{EVIDENCE_ORDERS_MAX, EVIDENCE_PRODUCTS_MAX, Evidence};
pub use finding::{Finding, FindingId, FindingSubject, Rule, Window};
pub use order::{OrderFact, digest_lines, judge_orders};
pub use scope::{Scope, Stretch};
pub use threshold::{AmountLimits, InvalidThresholds, Thresholds};
