//! A batch of messages as a consumer sees it.
//!
//! The answer goes through the typed response, because one misspelt key in it would acknowledge everything:
//! <https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html>.

use std::collections::{BTreeSet, HashSet};

use aws_lambda_events::sqs::{SqsBatchResponse, SqsEvent, SqsMessage};
use contracts::{AlertHint, Hint, Pointer, Unreadable};
use domain::InteractionId;

/// The system attribute that carries the trace header of the sender.
const TRACE_ATTRIBUTE: &str = "AWSTraceHeader";

/// A batch of hints at interactions.
pub type Batch = Deliveries<Hint>;
/// A batch of hints at alerts.
pub type AlertBatch = Deliveries<AlertHint>;

/// The messages of one invocation, each read or found unreadable.
#[derive(Debug)]
pub struct Deliveries<M> {
    deliveries: Vec<Delivery<M>>,
}

#[derive(Debug)]
struct Delivery<M> {
    message_id: String,
    trace: Option<String>,
    hint: Result<M, Unreadable>,
}

impl Batch {
    /// Returns the interactions to look at, each once, in ascending order.
    #[must_use]
    pub fn interaction_ids(&self) -> Vec<InteractionId> {
        self.ids()
    }
}

impl<M: Pointer> Deliveries<M> {
    /// Reads the messages of an invocation. An unreadable one is kept, to be answered as failed.
    #[must_use]
    pub fn read(event: SqsEvent) -> Self {
        Self { deliveries: event.records.into_iter().map(Delivery::read).collect() }
    }

    /// Returns what the messages point to, each once, in ascending order.
    #[must_use]
    pub fn ids(&self) -> Vec<M::Id> {
        let ids: BTreeSet<_> = self.deliveries.iter().filter_map(Delivery::id).collect();
        ids.into_iter().collect()
    }

    /// Returns the number of messages.
    #[must_use]
    pub fn len(&self) -> usize {
        self.deliveries.len()
    }

    /// Says whether there are no messages.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.deliveries.is_empty()
    }

    /// Counts the messages that cannot be read.
    #[must_use]
    pub fn unreadable(&self) -> usize {
        self.deliveries.iter().filter(|delivery| delivery.hint.is_err()).count()
    }

    /// Returns the trace headers that came along, each once, for the log.
    #[must_use]
    pub fn trace_headers(&self) -> BTreeSet<&str> {
        self.deliveries.iter().filter_map(|delivery| delivery.trace.as_deref()).collect()
    }

    /// Writes the answer: unreadable messages and those that point to the given work have failed, the rest is done.
    #[must_use]
    pub fn answer(&self, failed: &HashSet<M::Id>) -> SqsBatchResponse {
        let mut response = SqsBatchResponse::default();
        for delivery in &self.deliveries {
            if delivery.id().is_none_or(|id| failed.contains(&id)) {
                response.add_failure(&delivery.message_id);
            }
        }
        response
    }
}

impl<M: Pointer> Delivery<M> {
    fn read(message: SqsMessage) -> Self {
        let message_id = message.message_id.unwrap_or_default();
        let hint = M::read(message.body.as_deref().unwrap_or_default());
        if let Err(reason) = &hint {
            // The body stays out of the log; the message itself is kept by the dead-letter queue.
            tracing::warn!(message.id = message_id, %reason, "a message cannot be read");
        }
        Self { message_id, trace: message.attributes.get(TRACE_ATTRIBUTE).cloned(), hint }
    }

    fn id(&self) -> Option<M::Id> {
        self.hint.as_ref().ok().map(|hint| hint.id())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn batch(bodies: &[&str]) -> Batch {
        let records: Vec<_> = bodies
            .iter()
            .enumerate()
            .map(|(i, body)| serde_json::json!({ "messageId": format!("m{i}"), "body": body, "attributes": { "AWSTraceHeader": "Root=1-a-b" } }))
            .collect();
        Batch::read(serde_json::from_value(serde_json::json!({ "Records": records })).unwrap())
    }

    const ONE: &str = r#"{"version":1,"interaction_id":1}"#;
    const TWO: &str = r#"{"version":1,"interaction_id":2}"#;

    #[test]
    fn only_the_failed_messages_are_answered_in_exactly_the_bytes_that_lambda_reads() {
        let batch = batch(&[TWO, "junk", ONE, ONE]);
        let ids: HashSet<_> = [InteractionId(1)].into();
        let answer = serde_json::to_string(&batch.answer(&ids)).unwrap();
        assert_eq!(
            answer,
            r#"{"batchItemFailures":[{"itemIdentifier":"m1"},{"itemIdentifier":"m2"},{"itemIdentifier":"m3"}]}"#
        );
        let all_done = serde_json::to_string(&self::batch(&[ONE]).answer(&HashSet::new())).unwrap();
        assert_eq!(all_done, r#"{"batchItemFailures":[]}"#);
    }

    #[test]
    fn an_interaction_named_twice_is_looked_at_once() {
        let batch = batch(&[TWO, ONE, TWO]);
        assert_eq!(batch.interaction_ids(), [InteractionId(1), InteractionId(2)]);
        assert_eq!(batch.unreadable(), 0);
        assert_eq!(batch.trace_headers().into_iter().collect::<Vec<_>>(), ["Root=1-a-b"]);
    }
}
