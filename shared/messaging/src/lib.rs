//! Sends hints and events to the queues and turns a delivered batch into typed hints and a partial batch response.
//!
//! Nothing depends on a hint: a lost one is sent again by `resend-pending`, a repeated one finds its work done. An
//! event exists only in its message, so its sender gets SQS' acknowledgement for each, and its consumer itself moves
//! what it cannot process to the dead-letter queue: the receive count of SQS cannot distinguish a poison message from
//! an outage.
#![warn(missing_docs)]

mod batch;
mod dead_letter_queue;
mod queue_sender;
mod sender;

pub use batch::{AlertBatch, Batch, Deliveries, Disposition, Settled};
pub use dead_letter_queue::{DeadLetterCount, DeadLetterQueues};
pub use queue_sender::{Acknowledgement, DeadLetter};
pub use sender::{AlertSender, DeadLetterSender, EventSender, HintSender, Queues, Sent, SinkSender};
