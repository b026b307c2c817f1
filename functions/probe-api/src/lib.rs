//! Sends a view through the deployed API every few minutes, and measures how long it takes until it is scored.
//!
//! It does what a shopper's browser does, over the internet and through whatever is in front of the API, and knows neither
//! the database nor the queues: it fails when a shopper would see a failure, also when every function believes to be well.

mod handler;
mod settings;

pub use handler::{Deps, REQUEST_LIMIT, handle};
pub use settings::Settings;
