//! Sends messages in batches of ten, to several queues at once, within a time limit.

use std::time::Duration;

use aws_sdk_sqs::Client;
use aws_sdk_sqs::error::DisplayErrorContext;
use aws_sdk_sqs::types::{
    MessageSystemAttributeNameForSends, MessageSystemAttributeValue, SendMessageBatchRequestEntry,
};
use contracts::{AlertHint, Hint};
use domain::fraud::FindingId;
use domain::{InteractionId, Sink};
use futures_util::{StreamExt, stream};
use tokio::time::timeout;

/// `SendMessageBatch` takes at most ten entries.
const BATCH: usize = 10;
/// And so many bytes (256 KiB): what SQS always took, and less than it takes by now (1 MiB).
const BATCH_MAX_BYTES: usize = 256 * 1024;
/// Calls under way at once per queue.
const CONCURRENCY: usize = 10;

/// The queue of each sink.
#[derive(Debug, Clone)]
pub struct Queues {
    /// Wakes update-popularity.
    pub popularity_url: String,
    /// Wakes update-catalog.
    pub catalog_url: String,
}

impl Queues {
    /// Reads `POPULARITY_QUEUE_URL` and `CATALOG_QUEUE_URL`.
    ///
    /// # Errors
    /// Names the variables that are missing.
    pub fn from_variables(lookup: &mut dyn FnMut(&'static str) -> Option<String>) -> Result<Self, String> {
        match (lookup("POPULARITY_QUEUE_URL"), lookup("CATALOG_QUEUE_URL")) {
            (Some(popularity_url), Some(catalog_url)) => Ok(Self { popularity_url, catalog_url }),
            (None, Some(_)) => Err("POPULARITY_QUEUE_URL is missing".to_owned()),
            (Some(_), None) => Err("CATALOG_QUEUE_URL is missing".to_owned()),
            (None, None) => Err("POPULARITY_QUEUE_URL is missing; CATALOG_QUEUE_URL is missing".to_owned()),
        }
    }

    fn url(&self, sink: Sink) -> &str {
        match sink {
            Sink::Popularity => &self.popularity_url,
            Sink::Catalog => &self.catalog_url,
        }
    }
}

/// How many hints SQS took. The others are not lost: their pending rows stay, and fall due for a resend.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Sent {
    /// Taken by SQS.
    pub sent: usize,
    /// Refused, or without an answer in time.
    pub failed: usize,
}

/// Sends hints.
#[derive(Debug, Clone)]
pub struct HintSender {
    client: Client,
    queues: Queues,
    limit: Duration,
}

impl Sent {
    fn of(said: &[Acknowledgement]) -> Self {
        let sent = said.iter().filter(|said| **said == Acknowledgement::Taken).count();
        Self { sent, failed: said.len() - sent }
    }
}

/// What SQS said of one message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Acknowledgement {
    /// SQS has it, on several servers: it will be delivered.
    Taken,
    /// SQS refused it, could not be reached, or did not answer in time. It may have been taken all the same.
    Missing,
}

impl HintSender {
    /// Keeps the client and the limit that each call has for its answer.
    #[must_use]
    pub fn new(client: Client, queues: Queues, limit: Duration) -> Self {
        Self { client, queues, limit }
    }

    /// Hints one sink at interactions. Never fails: what SQS did not take is counted and left to be resent.
    pub async fn send(&self, sink: Sink, ids: &[InteractionId], trace_header: &str) -> Sent {
        let bodies: Vec<_> = ids.iter().map(|id| Hint { interaction_id: *id }.body()).collect();
        let line = Line { client: &self.client, url: self.queues.url(sink), limit: self.limit };
        Sent::of(&line.send(&bodies, trace_header).await)
    }
}

/// Sends hints at alerts.
#[derive(Debug, Clone)]
pub struct AlertSender {
    client: Client,
    url: String,
    limit: Duration,
}

impl AlertSender {
    /// Keeps the client, the queue and the limit that each call has for its answer.
    #[must_use]
    pub fn new(client: Client, url: String, limit: Duration) -> Self {
        Self { client, url, limit }
    }

    /// Hints at findings. Never fails: what SQS did not take is counted and left to be resent.
    pub async fn send(&self, ids: &[FindingId], trace_header: &str) -> Sent {
        let bodies: Vec<_> = ids.iter().map(|id| AlertHint { finding_id: *id }.body()).collect();
        let line = Line { client: &self.client, url: &self.url, limit: self.limit };
        Sent::of(&line.send(&bodies, trace_header).await)
    }
}

/// Sends events of the shop's back end. A message is the event itself, so what SQS said of it is what may be promised.
#[derive(Debug, Clone)]
pub struct EventSender {
    client: Client,
    url: String,
    limit: Duration,
}

impl EventSender {
    /// Keeps the client, the queue and the limit that each call has for its answer.
    #[must_use]
    pub fn new(client: Client, url: String, limit: Duration) -> Self {
        Self { client, url, limit }
    }

    /// Sends events and returns what SQS said of each, in their order. Never fails as a whole, and may be repeated:
    /// the consumer logs an event once.
    pub async fn send(&self, events: &[&str], trace_header: &str) -> Vec<Acknowledgement> {
        Line { client: &self.client, url: &self.url, limit: self.limit }.send(events, trace_header).await
    }
}

/// The way to one queue.
struct Line<'a> {
    client: &'a Client,
    url: &'a str,
    limit: Duration,
}

impl Line<'_> {
    /// Sends bodies and returns what SQS said of each, in their order.
    async fn send<B: AsRef<str>>(&self, bodies: &[B], trace_header: &str) -> Vec<Acknowledgement> {
        let calls: Vec<_> = batches(bodies).into_iter().map(|batch| self.send_batch(batch, trace_header)).collect();
        stream::iter(calls).buffered(CONCURRENCY).concat().await
    }

    /// Sends up to ten bodies with one call.
    async fn send_batch<B: AsRef<str>>(&self, bodies: &[B], trace_header: &str) -> Vec<Acknowledgement> {
        let mut said = vec![Acknowledgement::Missing; bodies.len()];
        let entries = bodies.iter().enumerate().map(|(i, body)| entry(i, body.as_ref(), trace_header)).collect();
        let call = self.client.send_message_batch().queue_url(self.url).set_entries(Some(entries)).send();
        match timeout(self.limit, call).await {
            Ok(Ok(output)) => {
                // A 200 may still carry entries that failed.
                for failure in output.failed() {
                    tracing::warn!(queue.url = self.url, code = failure.code(), "SQS did not take a message");
                }
                for taken in output.successful() {
                    if let Some(said) = taken.id().parse().ok().and_then(|i: usize| said.get_mut(i)) {
                        *said = Acknowledgement::Taken;
                    }
                }
            }
            Ok(Err(error)) => {
                tracing::warn!(queue.url = self.url, error = %DisplayErrorContext(&error), "could not send messages");
            }
            Err(_) => {
                tracing::warn!(
                    queue.url = self.url,
                    limit_ms = u64::try_from(self.limit.as_millis()).unwrap_or(u64::MAX),
                    "SQS did not answer in time"
                );
            }
        }
        said
    }
}

/// Cuts messages into the largest batches that SQS takes, in their order.
fn batches<B: AsRef<str>>(bodies: &[B]) -> Vec<&[B]> {
    let mut batches = Vec::new();
    let (mut start, mut bytes) = (0, 0);
    for (i, body) in bodies.iter().enumerate() {
        let length = body.as_ref().len();
        if i - start == BATCH || (i > start && bytes + length > BATCH_MAX_BYTES) {
            batches.push(&bodies[start..i]);
            (start, bytes) = (i, 0);
        }
        bytes += length;
    }
    if start < bodies.len() {
        batches.push(&bodies[start..]);
    }
    batches
}

fn entry(position: usize, body: &str, trace_header: &str) -> SendMessageBatchRequestEntry {
    let trace = MessageSystemAttributeValue::builder()
        .data_type("String")
        .string_value(trace_header)
        .build()
        .expect("the data type is set");
    SendMessageBatchRequestEntry::builder()
        .id(position.to_string())
        .message_body(body)
        .message_system_attributes(MessageSystemAttributeNameForSends::AwsTraceHeader, trace)
        .build()
        .expect("id and body are set")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lengths(bodies: &[String]) -> Vec<usize> {
        batches(bodies).into_iter().map(<[String]>::len).collect()
    }

    #[test]
    fn a_batch_has_at_most_ten_messages_and_256_kib() {
        let of = |count: usize, bytes: usize| vec!["x".repeat(bytes); count];
        assert_eq!(lengths(&[]), [0_usize; 0]);
        assert_eq!(lengths(&of(10, 40)), [10]);
        assert_eq!(lengths(&of(21, 40)), [10, 10, 1]);
        assert_eq!(lengths(&of(5, 64 * 1024)), [4, 1]);
        assert_eq!(lengths(&of(2, 300 * 1024)), [1, 1]);
    }
}
