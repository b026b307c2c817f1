//! Exports and erases a person for the shop's own services: `POST /api/v1/analytic/person/export` and `.../erase`.
//!
//! An invocation does as much as fits into its time; the receipt says whether the same call has to be repeated. The
//! person is named only in the body: never in a URL, a log line or a metric.

mod failure;
mod handler;
mod settings;

pub use handler::{Deps, handle};
pub use settings::{AWS_CALL_LIMIT, Settings};
