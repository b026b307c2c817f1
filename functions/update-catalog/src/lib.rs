//! Delivers the interactions of a batch of hints to the catalog: consumer of `catalog-queue`.
//!
//! The catalog receives every interaction at least once, under its id. Only confirmed ones leave `pending`; permanently
//! refused ones are parked; everything else is retried. If Postgres or the whole catalog is down the invocation fails,
//! so that polling backs off, but not before confirmed rows are removed.

mod error;
mod handler;
mod settings;

pub use error::UpdateError;
pub use handler::{Deps, handle};
pub use settings::{CatalogSettings, Settings};
