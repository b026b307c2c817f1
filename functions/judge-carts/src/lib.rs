//! Finds carts that were left: products put into a cart and neither bought nor taken out in time. Runs daily.
//!
//! What did *not* happen can only be said late: when the patience is over, and some time for late events as well.
//! Every run judges two days, so that a lost run is made up for; a finding is stored once however often it is found.
//! A purchase that arrives even later takes nothing back. Guests have no account and are not judged.

mod handler;
mod settings;

pub use handler::{Deps, handle};
pub use settings::{STATEMENT_LIMIT, Settings};
