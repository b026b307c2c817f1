//! Keeps the rank lists: computes the products that changed, or of which an hour left a window, and makes the result
//! the current generation. Runs every minute.
//!
//! What is left to do is in the database. A run that is killed, or has no time left, is continued by the next one, and
//! overlapping runs share the work.

mod handler;
mod settings;

pub use handler::{Deps, Outcome, handle, rank};
pub use settings::{STATEMENT_LIMIT, Settings};
