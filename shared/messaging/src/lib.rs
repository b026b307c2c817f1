//! Sends hints and events to the queues and turns a delivered batch into typed hints and a partial batch response.
//!
//! Nothing depends on a hint: one that is lost is sent again by `resend-pending`, one that comes twice finds its work
//! done. An event is kept by nothing but its message, so its sender learns what SQS said of each, and its consumer moves
//! what it cannot process to the dead-letter queue itself: the receive count of SQS cannot tell poison from an outage.
#![warn(missing_docs)]

mod batch;
mod line;
mod sender;

pub use batch::{AlertBatch, Batch, Deliveries, Fate, Settled};
pub use line::Acknowledgement;
pub use sender::{
    AlertSender, DeadLetter, DeadLetterSender, EventSender, HintSender, Queues, Sent, SinkSender, queue_variable,
};
