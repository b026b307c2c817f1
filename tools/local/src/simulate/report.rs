//! Sends back-end events until each is accepted: events that the API could not queue are sent again.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use backon::BackoffBuilder as _;
use serde::Deserialize;
use serde_json::{Value, json};
use uuid::Uuid;

use super::api::{Api, Unanswered, pauses, read};
use super::order::Event;

/// The outcome of the events of a request.
#[derive(Debug, Default)]
pub(super) struct Report {
    /// Queued by the API.
    pub(super) accepted: usize,
    /// The ids under which accepted events will be logged; the same event twice has one.
    pub(super) ids: BTreeSet<Uuid>,
    /// Rejected events by code.
    pub(super) rejected: BTreeMap<String, usize>,
    /// Neither, after all retries.
    pub(super) failed: usize,
    /// Why.
    pub(super) failure: Option<String>,
    /// Repetitions.
    pub(super) retries: usize,
}

#[derive(Deserialize)]
struct Reply {
    results: Vec<ItemReply>,
}

#[derive(Deserialize)]
struct ItemReply {
    index: usize,
    status: Status,
    event_id: Option<Uuid>,
    code: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum Status {
    Accepted,
    Rejected,
    Unavailable,
}

impl Api {
    /// Sends events until the API has decided each. Retrying is safe: an event is logged once.
    pub(super) async fn report(&self, events: &[Event], token: &str) -> Report {
        let mut left: Vec<&Value> = events.iter().map(|event| &event.body).collect();
        let (mut report, mut pauses) = (Report::default(), pauses().build());
        loop {
            let (wait, failure) = match self.send_events(&left, token).await {
                Ok(reply) => {
                    left = report.take(&left, reply);
                    (Duration::ZERO, "the event queue stayed unavailable".to_owned())
                }
                Err(unanswered) if unanswered.is_temporary() => (unanswered.retry_after(), unanswered.chain()),
                Err(unanswered) => return report.fail(left.len(), unanswered.chain()),
            };
            if left.is_empty() {
                return report;
            }
            let Some(pause) = pauses.next() else { return report.fail(left.len(), failure) };
            report.retries += 1;
            tokio::time::sleep(pause.max(wait)).await;
        }
    }

    async fn send_events(&self, events: &[&Value], token: &str) -> Result<Reply, Unanswered> {
        read(self.post("event", Some(token)).json(&json!({ "events": events })).send().await).await
    }
}

impl Report {
    /// Counts what is decided and returns what is not.
    fn take<'e>(&mut self, sent: &[&'e Value], reply: Reply) -> Vec<&'e Value> {
        // An event that is missing in the reply is not decided either.
        let mut left: BTreeMap<usize, &'e Value> = sent.iter().copied().enumerate().collect();
        for result in reply.results {
            match result.status {
                Status::Unavailable => continue,
                Status::Accepted => {
                    self.accepted += 1;
                    self.ids.extend(result.event_id);
                }
                Status::Rejected => *self.rejected.entry(result.code.unwrap_or_default()).or_default() += 1,
            }
            left.remove(&result.index);
        }
        left.into_values().collect()
    }

    fn fail(mut self, events: usize, failure: String) -> Self {
        (self.failed, self.failure) = (events, Some(failure));
        self
    }
}
