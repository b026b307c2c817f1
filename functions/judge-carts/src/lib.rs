//! Finds abandoned carts: products put into a cart and neither bought nor removed in time. Runs daily.
//!
//! It can only be known late that something did *not* happen: when the patience is over, plus some time for late
//! events. Every run evaluates two days, so that a lost run is made up for; a finding is stored once however often it
//! is found. A purchase that arrives even later withdraws nothing. Guests have no account and are not evaluated.

mod handler;
mod settings;

pub use handler::{Deps, handle};
pub use settings::{STATEMENT_LIMIT, Settings};
