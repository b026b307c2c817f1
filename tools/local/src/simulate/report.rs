//! Sends back-end events until each is accepted: events that the API could not queue are sent again.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::json;
use shopsignal::api::{ItemReply, ListReply, Status, settle};
use uuid::Uuid;

use super::api::{Api, Unanswered, read};
use super::order::Event;
use crate::Error;

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

impl Api {
    /// Sends events until the API has decided each. Retrying is safe: an event is logged once.
    pub(super) async fn report(&self, events: &[Event], token: &str) -> Report {
        let settled = settle(events, async |left| self.send_events(left, token).await).await;
        let mut report = Report { retries: settled.retries(), failed: settled.left, ..Report::default() };
        report.failure = settled.failure;
        settled.decided.into_iter().for_each(|(_, reply)| report.add(reply));
        report
    }

    /// Sends events as `report` does; an event that the API does not take is an error.
    pub(crate) async fn report_all(&self, events: &[Event], token: &str) -> Result<(), Error> {
        let Report { accepted, rejected, failure, .. } = self.report(events, token).await;
        if accepted == events.len() {
            return Ok(());
        }
        let answer = failure.unwrap_or_else(|| format!("rejected {rejected:?}"));
        Err(Error::Answer { what: "the API about back-end events", answer })
    }

    async fn send_events(&self, events: &[&Event], token: &str) -> Result<ListReply, Unanswered> {
        let events: Vec<_> = events.iter().map(|event| &event.body).collect();
        read(self.post("event", Some(token)).json(&json!({ "events": events })).send().await).await
    }
}

impl Report {
    fn add(&mut self, reply: ItemReply) {
        if reply.status == Status::Accepted {
            self.accepted += 1;
            self.ids.extend(reply.event_id);
        } else {
            *self.rejected.entry(reply.code.unwrap_or_default()).or_default() += 1;
        }
    }
}
