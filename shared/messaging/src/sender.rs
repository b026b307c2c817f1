//! Senders of hints, events, and dead letters. Every sender has a time limit for each call.

use std::time::{Duration, Instant};

use aws_sdk_sqs::Client;
use contracts::{AlertHint, Hint};
use domain::fraud::FindingId;
use domain::{InteractionId, Sink};
use futures_util::future::join_all;

use crate::queue_sender::{Acknowledgement, DeadLetter, Outgoing, QueueSender, with_trace};

/// The queue of each sink.
#[derive(Debug, Clone)]
pub struct Queues([String; Sink::ALL.len()]);

impl Queues {
    /// Reads the address of every sink's queue.
    ///
    /// # Errors
    /// Names the variables that are missing.
    pub fn from_variables(lookup: &mut dyn FnMut(&'static str) -> Option<String>) -> Result<Self, String> {
        let urls = Sink::ALL.map(|sink| lookup(sink.queue_variable()).ok_or(sink.queue_variable()));
        let missing: Vec<_> = urls.iter().filter_map(|url| url.as_ref().err()).collect();
        if missing.is_empty() {
            return Ok(Self(urls.map(Result::unwrap_or_default)));
        }
        Err(missing.into_iter().map(|name| format!("{name} is missing")).collect::<Vec<_>>().join("; "))
    }

    fn url(&self, sink: Sink) -> &str {
        &self.0[sink as usize]
    }
}

/// How many hints SQS accepted. The others are not lost: their pending rows stay and become due for another hint.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Sent {
    /// Accepted by SQS.
    pub sent: usize,
    /// Refused, or not acknowledged in time.
    pub failed: usize,
}

/// Sends hints.
#[derive(Debug, Clone)]
pub struct HintSender {
    client: Client,
    queues: Queues,
    limit: Duration,
}

impl std::iter::Sum for Sent {
    fn sum<I: Iterator<Item = Self>>(all: I) -> Self {
        all.fold(Self::default(), |sum, one| Self { sent: sum.sent + one.sent, failed: sum.failed + one.failed })
    }
}

impl Sent {
    fn of(said: &[Acknowledgement]) -> Self {
        let sent = said.iter().filter(|said| **said == Acknowledgement::Accepted).count();
        Self { sent, failed: said.len() - sent }
    }
}

impl HintSender {
    /// Keeps the client and the limit that each call has for its answer.
    #[must_use]
    pub fn new(client: Client, queues: Queues, limit: Duration) -> Self {
        Self { client, queues, limit }
    }

    /// Hints every sink at interactions, all at the same time. Never fails: what SQS did not take is counted and left to
    /// be resent. After the limit no further call begins.
    pub async fn send(&self, ids: &[InteractionId], trace_header: &str) -> Sent {
        let bodies = bodies(ids);
        let messages = with_trace(&bodies, trace_header);
        let deadline = Instant::now() + self.limit;
        let send = async |sink: Sink| Sent::of(&self.queue(sink).send_until(&messages, deadline).await);
        join_all(Sink::ALL.map(send)).await.into_iter().sum()
    }

    /// As [`Self::send`], each sink at its own interactions, until a deadline instead of the limit.
    pub async fn send_each(&self, hints: &[(Sink, InteractionId)], trace_header: &str, deadline: Instant) -> Sent {
        let send = async |sink: Sink| {
            let ids: Vec<_> = hints.iter().filter(|(of, _)| *of == sink).map(|(_, id)| *id).collect();
            let bodies = bodies(&ids);
            Sent::of(&self.queue(sink).send_until(&with_trace(&bodies, trace_header), deadline).await)
        };
        join_all(Sink::ALL.map(send)).await.into_iter().sum()
    }

    fn queue(&self, sink: Sink) -> QueueSender<'_> {
        QueueSender { client: &self.client, url: self.queues.url(sink), limit: self.limit }
    }
}

/// Sends hints to one queue only.
#[derive(Debug, Clone)]
pub struct SinkSender {
    client: Client,
    url: String,
    limit: Duration,
}

impl SinkSender {
    /// Keeps the client, the queue and the limit that each call has for its answer.
    #[must_use]
    pub fn new(client: Client, url: String, limit: Duration) -> Self {
        Self { client, url, limit }
    }

    /// Sends hints at interactions. Never fails: hints that SQS did not accept are counted and left to resend-pending.
    /// After the limit no further call begins, so that a caller with many hints does not wait for an unavailable queue.
    pub async fn send(&self, ids: &[InteractionId], trace_header: &str) -> Sent {
        let queue = QueueSender { client: &self.client, url: &self.url, limit: self.limit };
        let bodies = bodies(ids);
        Sent::of(&queue.send_until(&with_trace(&bodies, trace_header), Instant::now() + self.limit).await)
    }
}

fn bodies(ids: &[InteractionId]) -> Vec<String> {
    ids.iter().map(|id| Hint { interaction_id: *id }.body()).collect()
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

    /// Sends hints at findings. Never fails: hints that SQS did not accept are counted and left to resend-pending.
    /// After the limit no further call begins.
    pub async fn send(&self, ids: &[FindingId], trace_header: &str) -> Sent {
        let bodies: Vec<_> = ids.iter().map(|id| AlertHint { finding_id: *id }.body()).collect();
        let queue = QueueSender { client: &self.client, url: &self.url, limit: self.limit };
        Sent::of(&queue.send_until(&with_trace(&bodies, trace_header), Instant::now() + self.limit).await)
    }
}

/// Sends back-end events. A message is the event itself, so only SQS' acknowledgement may be reported as acceptance.
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

    /// Sends events and returns the acknowledgement of each, in order. Never fails as a whole, and may be repeated:
    /// the consumer logs an event once.
    pub async fn send(&self, events: &[&str], trace_header: &str) -> Vec<Acknowledgement> {
        let queue = QueueSender { client: &self.client, url: &self.url, limit: self.limit };
        queue.send(&with_trace(events, trace_header)).await
    }
}

/// Moves messages that no retry can help to the dead-letter queue of their consumer.
///
/// SQS itself moves a message only after `maxReceiveCount` attempts. That number has to be large, because attempts
/// during an outage count as well; hopeless messages need not wait for it.
#[derive(Debug, Clone)]
pub struct DeadLetterSender {
    client: Client,
    url: String,
    limit: Duration,
}

impl DeadLetterSender {
    /// Keeps the client, the queue and the limit that each call has for its answer.
    #[must_use]
    pub fn new(client: Client, url: String, limit: Duration) -> Self {
        Self { client, url, limit }
    }

    /// Sends dead letters and returns the acknowledgement of each, in order. Never fails as a whole.
    pub async fn send(&self, letters: &[DeadLetter<'_>]) -> Vec<Acknowledgement> {
        let queue = QueueSender { client: &self.client, url: &self.url, limit: self.limit };
        queue.send(&letters.iter().map(Outgoing::dead).collect::<Vec<_>>()).await
    }
}
