//! Sends hints in batches of ten, to several queues at once, within a time limit.

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
        line.send(&bodies, trace_header).await
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
        line.send(&bodies, trace_header).await
    }
}

/// The way to one queue.
struct Line<'a> {
    client: &'a Client,
    url: &'a str,
    limit: Duration,
}

impl Line<'_> {
    async fn send(&self, bodies: &[String], trace_header: &str) -> Sent {
        let calls: Vec<_> = bodies.chunks(BATCH).map(|chunk| self.send_batch(chunk, trace_header)).collect();
        let taken: usize =
            stream::iter(calls).buffer_unordered(CONCURRENCY).fold(0, async |sum, taken| sum + taken).await;
        Sent { sent: taken, failed: bodies.len() - taken }
    }

    /// Sends up to ten hints and returns how many were taken.
    async fn send_batch(&self, bodies: &[String], trace_header: &str) -> usize {
        let entries = bodies.iter().enumerate().map(|(i, body)| entry(i, body, trace_header)).collect();
        let call = self.client.send_message_batch().queue_url(self.url).set_entries(Some(entries)).send();
        match timeout(self.limit, call).await {
            Ok(Ok(output)) => {
                // A 200 may still carry entries that failed.
                for failure in output.failed() {
                    tracing::warn!(queue.url = self.url, code = failure.code(), "SQS did not take a hint");
                }
                output.successful().len()
            }
            Ok(Err(error)) => {
                tracing::warn!(queue.url = self.url, error = %DisplayErrorContext(&error), "could not send hints");
                0
            }
            Err(_) => {
                tracing::warn!(
                    queue.url = self.url,
                    limit_ms = u64::try_from(self.limit.as_millis()).unwrap_or(u64::MAX),
                    "SQS did not answer in time"
                );
                0
            }
        }
    }
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
