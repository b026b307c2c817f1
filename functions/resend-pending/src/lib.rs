//! Hints again at every effect that is overdue: what makes lost messages, queues and crashes harmless.
//!
//! Takes due rows by lock and never by `id > watermark`: ids commit out of order, and a watermark would pass
//! over the late ones. Parked rows are left alone.

mod handler;
mod settings;

pub use handler::{Deps, Resent, handle};
pub use settings::{Pace, Settings};
