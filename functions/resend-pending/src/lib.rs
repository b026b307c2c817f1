//! Repeats the hint of every overdue effect, which makes lost messages, lost queues and crashes harmless.
//!
//! Takes due rows by lock and never by `id > watermark`: ids commit out of order, and a watermark would skip late ones.
//! Parked rows are skipped.

mod handler;
mod settings;

pub use handler::{Deps, Resent, handle};
pub use settings::{Pace, Settings};
