//! Finds abandoned carts: products put into a cart and neither bought nor removed in time. Runs daily.
//!
//! A cart can be evaluated only after the shopper's time to buy has passed, plus some time for late events. Every run
//! evaluates two days, which covers one lost run; a finding is stored once, however often it is found. A purchase that
//! arrives even later does not withdraw a finding. Guests have no account and are not evaluated.

mod handler;
mod settings;

pub use handler::{Deps, handle};
pub use settings::{STATEMENT_LIMIT, Settings};
