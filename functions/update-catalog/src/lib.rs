//! Tells the catalog about the interactions of a batch of hints: consumer of `catalog-queue`.
//!
//! The catalog hears every interaction at least once, under its id. Only what it confirmed leaves `pending`;
//! what it refuses for good is parked; everything else comes again. If Postgres or the whole catalog is down
//! the invocation fails, so that polling backs off, but never before what was confirmed is removed.

mod error;
mod handler;
mod settings;

pub use error::UpdateError;
pub use handler::{Deps, handle};
pub use settings::{CatalogSettings, Settings};
