//! Learns recommendations from the interactions of a batch of hints, and delivers them to an outside catalog when there is
//! one: consumer of `catalog-queue`.
//!
//! Each interaction is learned once, in the transaction that removes its row from `pending`, or marks it while the outside
//! catalog has to confirm it. That one receives every interaction at least once, under its id; what it refuses permanently
//! is parked, and everything else is retried. If Postgres or the whole catalog is down the invocation fails, so that polling
//! backs off, but not before confirmed rows are removed.

mod error;
mod handler;
mod settings;

pub use error::UpdateError;
pub use handler::{Deps, handle};
pub use settings::{CatalogSettings, Settings};
