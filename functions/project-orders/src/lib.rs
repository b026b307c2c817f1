//! Applies back-end events to orders, products, opinions, users and the sales figures: consumer of
//! `order-events-queue`.
//!
//! Each event is logged once and applied in the transaction that logs it. State is folded from all events of its
//! subject, so late, repeated and reordered deliveries yield the same rows. A message is the only copy of its event:
//! one that cannot be read or applied is moved to the dead-letter queue, alone and at once. If Postgres is down the
//! whole invocation fails, so that polling backs off and every message stays.

mod fraud;
mod handler;
mod projection;
mod settings;
mod state;

pub use handler::{Deps, handle, intake};
pub use settings::Settings;
