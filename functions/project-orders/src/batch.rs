//! The messages of one invocation, each read or found unreadable.

use std::collections::{BTreeSet, HashSet};

use aws_lambda_events::sqs::{SqsBatchResponse, SqsEvent, SqsMessage};
use contracts::{Intake, Rejection, read_shop_event};
use domain::ShopEvent;
use jiff::Timestamp;

/// The system attribute that carries the trace header of the sender.
const TRACE_ATTRIBUTE: &str = "AWSTraceHeader";

/// A batch of messages; their positions are the names of what they carry.
pub(crate) struct Batch {
    message_ids: Vec<String>,
    traces: BTreeSet<String>,
    /// The readable events with the position of their message.
    pub(crate) events: Vec<(usize, ShopEvent)>,
}

impl Batch {
    /// Reads the messages. Why one is unreadable is logged; the message itself is kept by the dead-letter queue.
    pub(crate) fn read(event: SqsEvent, intake: &Intake, arrival: Timestamp) -> Self {
        let mut batch = Self { message_ids: Vec::new(), traces: BTreeSet::new(), events: Vec::new() };
        for (position, message) in event.records.into_iter().enumerate() {
            let read = batch.open(message, intake, arrival);
            match read {
                Ok(event) => batch.events.push((position, event)),
                Err(reason) => {
                    let id = &batch.message_ids[position];
                    // The text of the reason may quote what the producer sent; its code does not.
                    tracing::warn!(message.id = id, reason = reason.code.as_str(), "an event cannot be read");
                }
            }
        }
        batch
    }

    fn open(&mut self, message: SqsMessage, intake: &Intake, arrival: Timestamp) -> Result<ShopEvent, Rejection> {
        self.message_ids.push(message.message_id.unwrap_or_default());
        self.traces.extend(message.attributes.get(TRACE_ATTRIBUTE).cloned());
        read_shop_event(message.body.as_deref().unwrap_or_default(), intake, arrival)
    }

    /// Returns the number of messages.
    pub(crate) fn len(&self) -> usize {
        self.message_ids.len()
    }

    /// Returns the trace headers that came along, for the log and for what is sent on.
    pub(crate) fn traces(&self) -> &BTreeSet<String> {
        &self.traces
    }

    /// Writes the answer: unreadable messages and those at the given positions have failed, the rest is done.
    pub(crate) fn answer(&self, failed: &HashSet<usize>) -> SqsBatchResponse {
        let read: HashSet<_> = self.events.iter().map(|(position, _)| *position).collect();
        let mut response = SqsBatchResponse::default();
        for (position, id) in self.message_ids.iter().enumerate() {
            if failed.contains(&position) || !read.contains(&position) {
                response.add_failure(id);
            }
        }
        response
    }
}
