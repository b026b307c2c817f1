//! Applies the popularity effects of a batch of hints: consumer of `popularity-queue`.
//!
//! However SQS delivers, each effect is applied once: by the transaction whose DELETE got the pending row. If
//! Postgres is down the whole invocation fails, so that polling backs off; one bad row never harms the
//! others of its batch.

mod handler;
mod settings;

pub use handler::{Deps, handle};
pub use settings::Settings;
