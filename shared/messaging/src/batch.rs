//! A batch of messages as a consumer sees it.
//!
//! The response is typed, because a misspelt key in it would acknowledge everything:
//! <https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html>.

use std::collections::{BTreeSet, HashMap, HashSet};

use aws_lambda_events::sqs::SqsBatchResponse;
use contracts::{AlertHint, Hint, Pointer, SqsEvent, SqsMessage};
use domain::InteractionId;

use crate::queue_sender::Acknowledgement;
use crate::queue_sender::DeadLetter;
use crate::sender::DeadLetterSender;

/// The reason of an unreadable message.
const UNREADABLE: &str = "unreadable";

/// A batch of interaction hints.
pub type Batch = Deliveries<Hint>;
/// A batch of alert hints.
pub type AlertBatch = Deliveries<AlertHint>;

/// The messages of one invocation, each parsed or unreadable. They are identified by their positions.
#[derive(Debug)]
pub struct Deliveries<M> {
    deliveries: Vec<Delivery<M>>,
}

#[derive(Debug)]
struct Delivery<M> {
    message_id: String,
    body: String,
    trace: Option<String>,
    sent_millis: Option<i64>,
    content: Option<M>,
}

/// The outcome of a readable message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Disposition {
    /// Its work is done.
    Done,
    /// It is redelivered after the visibility timeout.
    Retry,
    /// No retry will help: it goes to the dead-letter queue, with this reason.
    DeadLetter(String),
}

/// The result of a batch.
#[derive(Debug)]
pub struct Settled {
    /// The response for Lambda.
    pub response: SqsBatchResponse,
    /// Messages that were moved to the dead-letter queue.
    pub dead: usize,
}

impl Batch {
    /// Returns the interactions to look at, each once, in ascending order.
    #[must_use]
    pub fn interaction_ids(&self) -> Vec<InteractionId> {
        self.ids()
    }
}

impl<M: Pointer> Deliveries<M> {
    /// Parses the messages of an invocation. Unreadable ones are kept, to be moved to the dead-letter queue.
    #[must_use]
    pub fn read(event: SqsEvent) -> Self {
        Self::read_with(event, |body| M::read(body).map_err(|reason| reason.to_string()))
    }

    /// Returns the ids that the messages carry, each once, in ascending order.
    #[must_use]
    pub fn ids(&self) -> Vec<M::Id> {
        let ids: BTreeSet<_> = self.contents().map(|(_, hint)| hint.id()).collect();
        ids.into_iter().collect()
    }

    /// Like [`Self::settle`], with outcomes by id. Ids that are not listed are done.
    pub async fn settle_ids(
        &self,
        dead_letters: &DeadLetterSender,
        dead: &HashMap<M::Id, String>,
        again: &HashSet<M::Id>,
    ) -> Settled {
        let disposition = |_: usize, hint: &M| match dead.get(&hint.id()) {
            Some(reason) => Disposition::DeadLetter(reason.clone()),
            None if again.contains(&hint.id()) => Disposition::Retry,
            None => Disposition::Done,
        };
        self.settle(dead_letters, disposition).await
    }
}

impl<M> Deliveries<M> {
    /// Parses the messages of an invocation with a parser that returns the reason for an unreadable one.
    #[must_use]
    pub fn read_with(event: SqsEvent, read: impl Fn(&str) -> Result<M, String>) -> Self {
        Self { deliveries: event.records.into_iter().map(|message| Delivery::read(message, &read)).collect() }
    }

    /// Returns the readable messages, each with its position.
    pub fn contents(&self) -> impl Iterator<Item = (usize, &M)> {
        self.deliveries.iter().enumerate().filter_map(|(i, delivery)| Some((i, delivery.content.as_ref()?)))
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
        self.deliveries.iter().filter(|delivery| delivery.content.is_none()).count()
    }

    /// Returns the trace headers of the messages, each once, for the log.
    #[must_use]
    pub fn trace_headers(&self) -> BTreeSet<&str> {
        self.deliveries.iter().filter_map(|delivery| delivery.trace.as_deref()).collect()
    }

    /// Returns when the message at a position was sent, in milliseconds since 1970; `None` when it does not say so.
    #[must_use]
    pub fn sent_millis(&self, position: usize) -> Option<i64> {
        self.deliveries.get(position)?.sent_millis
    }

    /// Moves messages that no retry can help, and unreadable ones, to the dead-letter queue, and builds the response:
    /// messages to be redelivered, or that could not be moved, have failed; the rest is done.
    ///
    /// A message is sent to the dead-letter queue before it is acknowledged: a crash in between leaves it in both
    /// queues and never in none.
    pub async fn settle(
        &self,
        dead_letters: &DeadLetterSender,
        disposition: impl Fn(usize, &M) -> Disposition,
    ) -> Settled {
        let (mut failed, mut doomed) = (HashSet::new(), Vec::new());
        for (position, delivery) in self.deliveries.iter().enumerate() {
            match delivery.content.as_ref().map(|content| disposition(position, content)) {
                Some(Disposition::Done) => {}
                Some(Disposition::Retry) => _ = failed.insert(position),
                Some(Disposition::DeadLetter(reason)) => doomed.push((position, reason)),
                None => doomed.push((position, UNREADABLE.to_owned())),
            }
        }
        let letters: Vec<_> =
            doomed.iter().map(|(position, reason)| self.deliveries[*position].dead_letter(reason)).collect();
        let said = dead_letters.send(&letters).await;
        let missing = doomed.iter().zip(&said).filter(|(_, said)| **said != Acknowledgement::Accepted);
        failed.extend(missing.map(|((position, _), _)| *position));
        let dead = said.iter().filter(|said| **said == Acknowledgement::Accepted).count();
        Settled { response: self.answer(&failed), dead }
    }

    /// Builds the response: the messages at these positions have failed, the rest is done.
    fn answer(&self, failed: &HashSet<usize>) -> SqsBatchResponse {
        let mut response = SqsBatchResponse::default();
        for (position, delivery) in self.deliveries.iter().enumerate() {
            if failed.contains(&position) {
                response.add_failure(&delivery.message_id);
            }
        }
        response
    }
}

impl<M> Delivery<M> {
    fn read(message: SqsMessage, read: impl Fn(&str) -> Result<M, String>) -> Self {
        let SqsMessage { message_id, body, attributes } = message;
        let content = match read(&body) {
            Ok(content) => Some(content),
            Err(reason) => {
                // The body is not logged; the dead-letter queue keeps the message.
                tracing::warn!(message.id = message_id, reason, "a message cannot be read");
                None
            }
        };
        let sent_millis = attributes.sent_millis.and_then(|millis| millis.parse().ok());
        Self { message_id, body, trace: attributes.trace_header, sent_millis, content }
    }

    fn dead_letter<'a>(&'a self, reason: &'a str) -> DeadLetter<'a> {
        DeadLetter { body: &self.body, trace: self.trace.as_deref(), reason }
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
        let answer = serde_json::to_string(&batch.answer(&[1, 2, 3].into())).unwrap();
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
