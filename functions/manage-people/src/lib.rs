//! Exports and erases a person for the shop's own services: `POST /api/v1/analytic/person/export` and `.../erase`.
//!
//! An invocation does as much as fits into its time; the receipt says whether the same call has to be made again. Who it is
//! about stands in the body and nowhere else: in no address, no log line, no metric.

mod failure;
mod handler;
mod settings;

pub use handler::{Deps, handle};
pub use settings::{AWS_CALL_LIMIT, Settings};
