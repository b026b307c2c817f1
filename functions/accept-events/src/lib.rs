//! Takes events of the shop's back end over HTTP: `POST /api/v1/analytic/event`.
//!
//! An event is accepted when SQS has acknowledged it, and not before. Nothing is stored here, and no Postgres is needed:
//! `project-orders` logs what the queue brings, once however often it comes.

mod handler;
mod settings;

pub use handler::{Deps, handle, intake};
pub use settings::Settings;
