//! Brings the schema up to date. Invoked after each deployment; safe to run twice and at once.
//!
//! Migrations only add, so that the functions of the version before go on working until theirs are replaced.

mod handler;
mod settings;

pub use handler::{Deps, handle};
pub use settings::Settings;
