//! Sends hints to the queues and turns a delivered batch into typed hints and a partial batch response.
//!
//! Nothing depends on a message: a hint that is lost is sent again by `resend-pending`, a hint that comes
//! twice finds its work done.
#![warn(missing_docs)]

mod batch;
mod sender;

pub use batch::{AlertBatch, Batch, Deliveries};
pub use sender::{AlertSender, HintSender, Queues, Sent};
