//! Records what shoppers do: `POST /api/v1/analytic/interaction` and `POST /api/v1/analytic/guest/interaction`.
//!
//! A 2xx means stored: the reply is written after the commit. Sending the hints comes last and cannot fail
//! a request, because a lost hint is sent again from the pending rows.

mod agent;
mod caller;
mod handler;
mod settings;

pub use handler::{Deps, handle};
pub use settings::Settings;
