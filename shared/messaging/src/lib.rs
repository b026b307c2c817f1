//! Sends hints and events to the queues and turns a delivered batch into typed hints and a partial batch response.
//!
//! Nothing depends on a hint: one that is lost is sent again by `resend-pending`, one that comes twice finds its work
//! done. An event is kept by nothing but its message, so its sender learns what SQS said of each.
#![warn(missing_docs)]

mod batch;
mod sender;

pub use batch::{AlertBatch, Batch, Deliveries};
pub use sender::{Acknowledgement, AlertSender, EventSender, HintSender, Queues, Sent};
