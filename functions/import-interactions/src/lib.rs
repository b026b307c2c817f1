//! Takes in what a shop knows of earlier times: `POST /api/v1/analytic/import/interaction`, for its own services.
//!
//! A batch is recorded and scored in one transaction, so that no hint about history stands in the popularity queue before
//! those about what happens now. A 2xx means stored and scored. Sending the catalog's hints comes last and cannot fail a
//! request, because a hint that gets lost is sent again from the pending rows.

mod handler;
mod settings;

pub use handler::{Deps, handle};
pub use settings::Settings;
