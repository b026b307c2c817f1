//! Brings the schema up to date. Invoked after each deployment; safe to repeat and to run concurrently.
//!
//! Migrations only add, so that functions of the previous version keep working until they are replaced.

mod handler;
mod settings;

pub use handler::{Deps, handle};
pub use settings::Settings;
