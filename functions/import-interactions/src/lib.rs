//! Imports a shop's history: `POST /api/v1/analytic/import/interaction`, for its own services.
//!
//! A batch is recorded and scored in one transaction, so that no hints about history are queued in front of those about
//! live events. A 2xx means stored and scored. Sending the catalog's hints comes last and cannot fail a request,
//! because a lost hint is sent again from the pending rows.

mod handler;
mod settings;

pub use handler::{Deps, handle};
pub use settings::Settings;
