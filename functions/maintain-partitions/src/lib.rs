//! Creates the partitions of the coming days, prunes event ids beyond the horizon and old quotas of guests, and folds old
//! activity. Runs daily.
//!
//! It drops no interaction: removing old partitions is a decision about data, not maintenance.

mod handler;
mod settings;

pub use handler::{Deps, handle};
pub use settings::{Horizon, STATEMENT_LIMIT, Settings};
