//! Accepts back-end events over HTTP: `POST /api/v1/analytic/event`.
//!
//! An event is accepted when SQS has acknowledged it, and not before. Nothing is stored here, and Postgres is not
//! needed: `project-orders` logs each event of the queue once, however often it is delivered.

mod handler;
mod settings;

pub use handler::{Deps, handle, intake};
pub use settings::Settings;
