//! One batch: parse, log and apply, project stale subjects again, hint, respond.

use std::collections::HashMap;
use std::time::Instant;

use aws_lambda_events::sqs::SqsBatchResponse;
use contracts::{Intake, SqsEvent, read_shop_event};
use domain::fraud::{FindingId, Thresholds};
use domain::{Currency, Halves, InteractionId, ShopEvent, Subject};
use jiff::Timestamp;
use lambda_runtime::{Error, LambdaEvent};
use messaging::{AlertSender, DeadLetterSender, Deliveries, Disposition, HintSender, Sent};
use platform::{Metric, Metrics, Secret, SecretSource, SecretValues, TraceHeader};
use store::interaction::Derived;
use store::shop_event::Logged;
use store::{Database, StoreError};
use uuid::Uuid;

use crate::fraud::Rules;
use crate::projection::project;
use crate::state::SubjectKey;

/// Stale subjects per transaction.
const STALE_CHUNK: i64 = 100;

/// The dependencies of the function.
#[derive(Debug)]
pub struct Deps {
    /// The log and everything derived from it.
    pub database: Database,
    /// The queues of the interactions' sinks.
    pub sender: HintSender,
    /// The queue of the alerts.
    pub alerts: AlertSender,
    /// The dead-letter queue.
    pub dead_letters: DeadLetterSender,
    /// The settings for parsing events.
    pub intake: Secret<Intake>,
    /// The thresholds of the fraud rules.
    pub thresholds: Thresholds,
}

/// Creates the settings for parsing events from the key in the secret.
#[must_use]
pub fn intake(source: SecretSource, currency: Currency) -> Secret<Intake> {
    let make = move |values: &SecretValues| {
        Intake::new(currency, &values.versions(Intake::KEY), values.get(Intake::KEY_VERSION))
    };
    Secret::new(source, make)
}

type Batch = Deliveries<ShopEvent>;

/// The result of a batch.
#[derive(Debug, Default)]
struct Outcome {
    new: usize,
    duplicate: usize,
    conflict: usize,
    refused: usize,
    reprojected: usize,
    /// The positions of messages that no retry can help, with the reason.
    dead: HashMap<usize, String>,
    derived: Vec<InteractionId>,
    /// Derived interactions whose event id was recorded before with other content.
    derived_conflicts: Vec<Uuid>,
    /// The findings with a pending alert.
    owed: Vec<FindingId>,
}

impl Outcome {
    fn add_derived(&mut self, derived: Derived) {
        for event_id in &derived.conflicts {
            // The figures are applied; only the interaction is missing, and with it a part of a score.
            tracing::error!(event.id = %event_id, "a derived interaction was recorded before with other content");
        }
        self.derived.extend(derived.new);
        self.derived_conflicts.extend(derived.conflicts);
    }
}

/// Applies a batch of events. May be called with the same batch any number of times.
///
/// # Errors
/// When Postgres is down or its schema is not ours, or the secret cannot be used: the whole batch is redelivered.
pub async fn handle(deps: &Deps, event: LambdaEvent<SqsEvent>) -> Result<SqsBatchResponse, Error> {
    let started = Instant::now();
    let arrival = Timestamp::now();
    let intake = deps.intake.get().await.inspect_err(|error| {
        let (id, error) = (&event.context.request_id, platform::chain(error));
        tracing::error!(request.id = id, error, "could not read the batch");
    })?;
    // The message of a rejection may quote what the producer sent; its code does not.
    let read =
        |body: &str| read_shop_event(body, intake, arrival).map_err(|rejection| rejection.code.as_str().to_owned());
    let batch = Batch::read_with(event.payload, read);
    let mut outcome = Outcome::default();
    let rules = Rules { thresholds: &deps.thresholds, reports: reports(&batch, arrival) };
    let applied = apply(deps, (&batch, &rules), &mut outcome).await;
    // Hints are sent even for what was committed before a failure; resend-pending would do it a minute later.
    let trace = TraceHeader::of(&event.context);
    let sent = hint(deps, &outcome, &trace).await;
    applied.inspect_err(|error| {
        let (id, error) = (&event.context.request_id, platform::chain(error));
        tracing::error!(request.id = id, error, "could not apply the batch");
    })?;
    let disposition = |position: usize, _: &ShopEvent| {
        outcome.dead.get(&position).cloned().map_or(Disposition::Done, Disposition::DeadLetter)
    };
    let settled = batch.settle(&deps.dead_letters, disposition).await;
    let line = Metrics::with(&[("Function", "project-orders")])
        .note("request.id", event.context.request_id)
        .note("duration_ms", u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX))
        .list("trace.ids", batch.trace_headers().into_iter().map(TraceHeader::root_of))
        .list("event.ids", batch.contents().map(|(_, event)| event.id))
        .list("interaction.ids", &outcome.derived)
        .list("finding.ids", &outcome.owed);
    counted(line, &batch, &outcome, sent).count(Metric::DeadLettered, settled.dead).emit("projected");
    Ok(settled.response)
}

/// Returns when each event was first sent, by its id: an event that waited during an outage of days is not historical,
/// whatever else is in the batch.
fn reports(batch: &Batch, arrival: Timestamp) -> HashMap<Uuid, Timestamp> {
    let mut reports = HashMap::new();
    for (position, event) in batch.contents() {
        let sent_at = batch.sent_millis(position).and_then(|millis| Timestamp::from_millisecond(millis).ok());
        let sent_at = sent_at.unwrap_or(arrival);
        reports.entry(event.id).and_modify(|first: &mut Timestamp| *first = sent_at.min(*first)).or_insert(sent_at);
    }
    reports
}

/// Applies events of products, sellers and clicks first, then the rest. They are separate transactions, because the
/// first locks products for change and the second for reading.
async fn apply(deps: &Deps, (batch, rules): (&Batch, &Rules<'_>), outcome: &mut Outcome) -> Result<(), StoreError> {
    let of_products =
        |event: &ShopEvent| matches!(event.fact.subject().0, Subject::Product | Subject::Seller | Subject::Click);
    let (products, others): (Vec<_>, Vec<_>) = batch.contents().partition(|(_, event)| of_products(event));
    apply_isolating(deps, (&products, rules), outcome).await?;
    apply_isolating(deps, (&others, rules), outcome).await?;
    // The messages are not acknowledged before this is done, so a crash in between loses nothing.
    loop {
        let stale = store::projection::list_stale(&deps.database, STALE_CHUNK).await?;
        if stale.is_empty() {
            return Ok(());
        }
        reproject_isolating(deps, (&stale, rules), outcome).await?;
    }
}

/// Projects stale subjects again; one that Postgres refuses is isolated by halving and set aside, so that it does not
/// hold up the events of others. No message stands for it: its mark stays, and is tried again later.
async fn reproject_isolating(
    deps: &Deps,
    (stale, rules): (&[SubjectKey], &Rules<'_>),
    outcome: &mut Outcome,
) -> Result<(), StoreError> {
    let mut halves = Halves::of(stale.len());
    while let Some(range) = halves.next() {
        match project(&deps.database, rules, &[], &stale[range.clone()]).await {
            Ok(projected) => {
                outcome.reprojected += range.len();
                outcome.add_derived(projected.derived);
            }
            Err(StoreError::Refused { .. }) if halves.split(&range) => {}
            Err(StoreError::Refused { sqlstate, .. }) => {
                let subject = &stale[range.start];
                // Its id is in the table: logs hold no ids of the shop.
                tracing::error!(sqlstate, subject = subject.0.as_str(), "postgres refused to project a subject again");
                outcome.refused += 1;
                store::projection::set_aside(&deps.database, subject).await?;
            }
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

/// Applies events; one that Postgres refuses is isolated by halving and moved to the dead-letter queue alone.
async fn apply_isolating(
    deps: &Deps,
    (events, rules): (&[(usize, &ShopEvent)], &Rules<'_>),
    outcome: &mut Outcome,
) -> Result<(), StoreError> {
    let mut halves = Halves::of(events.len());
    while let Some(range) = halves.next() {
        let part: Vec<_> = events[range.clone()].iter().map(|(_, event)| (*event).clone()).collect();
        match project(&deps.database, rules, &part, &[]).await {
            Ok(projected) => {
                for (logged, (position, _)) in projected.logged.iter().zip(&events[range]) {
                    count(*logged, *position, outcome);
                }
                outcome.add_derived(projected.derived);
                outcome.owed.extend(projected.owed);
            }
            Err(StoreError::Refused { .. }) if halves.split(&range) => {}
            Err(StoreError::Refused { sqlstate, .. }) => {
                tracing::error!(sqlstate, "postgres refused an event");
                outcome.refused += 1;
                outcome.dead.insert(events[range.start].0, format!("refused_{sqlstate}"));
            }
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

fn count(logged: Logged, position: usize, outcome: &mut Outcome) {
    match logged {
        Logged::New => outcome.new += 1,
        Logged::Duplicate => outcome.duplicate += 1,
        Logged::Conflict => {
            // Two contents under the same id: a person has to decide which is correct.
            outcome.conflict += 1;
            outcome.dead.insert(position, "conflict".to_owned());
        }
    }
}

/// Hints every sink and send-alerts at the same time.
async fn hint(deps: &Deps, outcome: &Outcome, trace: &TraceHeader) -> Sent {
    let (sinks, alerts) = tokio::join!(
        deps.sender.send(&outcome.derived, trace.as_str()),
        deps.alerts.send(&outcome.owed, trace.as_str()),
    );
    [sinks, alerts].into_iter().sum()
}

/// Adds the result of a batch.
fn counted(line: Metrics, batch: &Batch, outcome: &Outcome, sent: Sent) -> Metrics {
    line.count(Metric::Messages, batch.len())
        .count(Metric::Logged, outcome.new)
        .count(Metric::Duplicate, outcome.duplicate)
        .count(Metric::Conflict, outcome.conflict)
        .count(Metric::Refused, outcome.refused)
        .count(Metric::Unreadable, batch.unreadable())
        .count(Metric::Reprojected, outcome.reprojected)
        .count(Metric::Derived, outcome.derived.len())
        .count(Metric::DerivedConflicts, outcome.derived_conflicts.len())
        .count(Metric::Findings, outcome.owed.len())
        .count(Metric::HintsFailed, sent.failed)
        .count(Metric::HiddenTexts, batch.contents().map(|(_, event)| contracts::count_hidden_in(event)).sum())
}
