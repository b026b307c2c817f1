//! One queue as a sender sees it: messages in batches of ten, within a time limit.

use std::time::{Duration, Instant};

use aws_sdk_sqs::Client;
use aws_sdk_sqs::error::DisplayErrorContext;
use aws_sdk_sqs::types::{
    MessageAttributeValue, MessageSystemAttributeNameForSends, MessageSystemAttributeValue,
    SendMessageBatchRequestEntry,
};
use contracts::REASON_ATTRIBUTE;
use futures_util::{StreamExt, stream};
use tokio::time::timeout;

/// A message that its consumer gives up.
#[derive(Debug, Clone, Copy)]
pub struct DeadLetter<'a> {
    /// The unchanged message.
    pub body: &'a str,
    /// Its trace header.
    pub trace: Option<&'a str>,
    /// The reason why no retry will help, as one word.
    pub reason: &'a str,
}

/// `SendMessageBatch` takes at most ten entries.
const BATCH: usize = 10;
/// And this many bytes (256 KiB): the original limit of SQS, which is 1 MiB by now.
const BATCH_MAX_BYTES: usize = 256 * 1024;
/// The largest message that a dead-letter queue accepts, attributes included; template.yaml sets it.
const LETTER_MAX_BYTES: usize = 1024 * 1024;
/// Concurrent calls per queue.
const CONCURRENCY: usize = 10;

/// SQS' acknowledgement of one message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Acknowledgement {
    /// SQS has stored it, on several servers: it will be delivered.
    Accepted,
    /// SQS refused it, could not be reached, or did not answer in time. It may have been accepted nevertheless.
    Unknown,
}

/// A message to be sent.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Outgoing<'a> {
    body: &'a str,
    trace: Option<&'a str>,
    reason: Option<&'a str>,
}

impl<'a> Outgoing<'a> {
    pub(crate) fn dead(letter: &DeadLetter<'a>) -> Self {
        // Attributes count towards the size of a message. The largest messages are sent without their reason.
        let fits =
            letter.body.len() + REASON_ATTRIBUTE.len() + "String".len() + letter.reason.len() <= LETTER_MAX_BYTES;
        Self { body: letter.body, trace: letter.trace, reason: Some(letter.reason).filter(|_| fits) }
    }
}

pub(crate) fn with_trace<'a, B: AsRef<str>>(bodies: &'a [B], trace_header: &'a str) -> Vec<Outgoing<'a>> {
    bodies.iter().map(|body| Outgoing { body: body.as_ref(), trace: Some(trace_header), reason: None }).collect()
}

/// A connection to one queue.
pub(crate) struct QueueSender<'a> {
    pub(crate) client: &'a Client,
    pub(crate) url: &'a str,
    pub(crate) limit: Duration,
}

impl QueueSender<'_> {
    /// Sends messages and returns the acknowledgement of each, in order.
    pub(crate) async fn send(&self, messages: &[Outgoing<'_>]) -> Vec<Acknowledgement> {
        let calls: Vec<_> = batches(messages).into_iter().map(|batch| self.send_batch(batch)).collect();
        stream::iter(calls).buffered(CONCURRENCY).concat().await
    }

    /// As [`Self::send`], but begins no call after the deadline: it takes at most one limit of a call longer, however
    /// many messages there are and however slowly SQS answers.
    pub(crate) async fn send_until(&self, messages: &[Outgoing<'_>], deadline: Instant) -> Vec<Acknowledgement> {
        let call = |batch| async move {
            if Instant::now() >= deadline { unknown(batch) } else { self.send_batch(batch).await }
        };
        let calls: Vec<_> = batches(messages).into_iter().map(call).collect();
        stream::iter(calls).buffered(CONCURRENCY).concat().await
    }

    /// Sends up to ten messages with one call.
    async fn send_batch(&self, messages: &[Outgoing<'_>]) -> Vec<Acknowledgement> {
        let mut said = unknown(messages);
        let entries = messages.iter().enumerate().map(|(i, message)| entry(i, message)).collect();
        let call = self.client.send_message_batch().queue_url(self.url).set_entries(Some(entries)).send();
        match timeout(self.limit, call).await {
            Ok(Ok(output)) => {
                // A 200 may still carry entries that failed.
                for failure in output.failed() {
                    tracing::warn!(queue.url = self.url, code = failure.code(), "SQS did not accept a message");
                }
                for taken in output.successful() {
                    if let Some(said) = taken.id().parse().ok().and_then(|i: usize| said.get_mut(i)) {
                        *said = Acknowledgement::Accepted;
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

/// What is known of messages that were not sent, or not answered.
fn unknown(messages: &[Outgoing<'_>]) -> Vec<Acknowledgement> {
    vec![Acknowledgement::Unknown; messages.len()]
}

/// Splits messages into the largest batches that SQS accepts, in order.
fn batches<'m, 'a>(messages: &'m [Outgoing<'a>]) -> Vec<&'m [Outgoing<'a>]> {
    let mut batches = Vec::new();
    let (mut start, mut bytes) = (0, 0);
    for (i, message) in messages.iter().enumerate() {
        let length = message.body.len();
        if i - start == BATCH || (i > start && bytes + length > BATCH_MAX_BYTES) {
            batches.push(&messages[start..i]);
            (start, bytes) = (i, 0);
        }
        bytes += length;
    }
    if start < messages.len() {
        batches.push(&messages[start..]);
    }
    batches
}

fn entry(position: usize, message: &Outgoing<'_>) -> SendMessageBatchRequestEntry {
    let trace = message.trace.map(|header| {
        let value = MessageSystemAttributeValue::builder().data_type("String").string_value(header).build();
        (MessageSystemAttributeNameForSends::AwsTraceHeader, value.expect("the data type is set"))
    });
    let reason = message.reason.map(|reason| {
        let value = MessageAttributeValue::builder().data_type("String").string_value(reason).build();
        (REASON_ATTRIBUTE.to_owned(), value.expect("the data type is set"))
    });
    SendMessageBatchRequestEntry::builder()
        .id(position.to_string())
        .message_body(message.body)
        .set_message_system_attributes(trace.map(|trace| [trace].into()))
        .set_message_attributes(reason.map(|reason| [reason].into()))
        .build()
        .expect("id and body are set")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lengths(bodies: &[String]) -> Vec<usize> {
        batches(&with_trace(bodies, "")).into_iter().map(<[Outgoing<'_>]>::len).collect()
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

    #[test]
    fn a_dead_letter_without_room_for_its_reason_goes_without_it() {
        let reason = |bytes: usize| {
            let body = "x".repeat(bytes);
            Outgoing::dead(&DeadLetter { body: &body, trace: None, reason: "unreadable" }).reason.is_some()
        };
        assert!(reason(100) && !reason(LETTER_MAX_BYTES));
    }
}
