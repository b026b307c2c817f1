//! One batch: parse, apply, park what cannot be applied, respond.

use std::collections::{HashMap, HashSet};
use std::time::Instant;

use aws_lambda_events::sqs::SqsBatchResponse;
use contracts::SqsEvent;
use domain::{Halves, InteractionId, ParkReason, Sink};
use lambda_runtime::{Error, LambdaEvent};
use messaging::{Batch, DeadLetterSender};
use platform::{Metric, Metrics, TraceHeader};
use store::popularity::Applied;
use store::{Database, StoreError};

/// The reason of a dead letter whose row an earlier batch has parked; the row has the cause.
const PARKED: &str = "parked";

/// The dependencies of the function.
#[derive(Debug)]
pub struct Deps {
    /// The scores and the pending rows.
    pub database: Database,
    /// The dead-letter queue.
    pub dead_letters: DeadLetterSender,
}

/// The result of a batch.
#[derive(Debug, Default)]
struct Outcome {
    applied: Applied,
    /// Refused by this batch, and parked.
    refused: Vec<(InteractionId, ParkReason)>,
}

/// Applies a batch of hints. May be called with the same batch any number of times.
///
/// # Errors
/// When Postgres is down or its schema is not ours: the whole batch is redelivered.
pub async fn handle(deps: &Deps, event: LambdaEvent<SqsEvent>) -> Result<SqsBatchResponse, Error> {
    let started = Instant::now();
    let batch = Batch::read(event.payload);
    let ids = batch.interaction_ids();
    let outcome = apply_isolating(&deps.database, &ids).await.inspect_err(|error| {
        tracing::error!(
            request.id = event.context.request_id,
            error = platform::chain(error),
            "could not apply the batch"
        );
    })?;
    let settled = batch.settle_ids(&deps.dead_letters, &dead(&outcome), &HashSet::new()).await;
    let line = Metrics::with(&[("Function", "update-popularity")])
        .note("request.id", event.context.request_id)
        .note("duration_ms", u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX))
        .list("trace.ids", batch.trace_headers().into_iter().map(TraceHeader::root_of))
        .list("interaction.ids", &ids);
    counted(line, &batch, &outcome, ids.len()).count(Metric::DeadLettered, settled.dead).emit("applied");
    Ok(settled.response)
}

/// Returns the parked rows, each with its reason.
fn dead(outcome: &Outcome) -> HashMap<InteractionId, String> {
    let before = outcome.applied.parked.iter().map(|id| (*id, PARKED.to_owned()));
    before.chain(outcome.refused.iter().map(|(id, reason)| (*id, reason.to_string()))).collect()
}

/// Applies the hinted effects. A row whose effect Postgres refuses is isolated by halving and parked, while the others
/// are applied.
async fn apply_isolating(database: &Database, ids: &[InteractionId]) -> Result<Outcome, StoreError> {
    let mut outcome = Outcome::default();
    let mut halves = Halves::of(ids.len());
    while let Some(part) = halves.next() {
        match store::popularity::apply(database, &ids[part.clone()]).await {
            Ok(applied) => {
                outcome.applied.scored += applied.scored;
                outcome.applied.capped += applied.capped;
                outcome.applied.excluded += applied.excluded;
                outcome.applied.skipped += applied.skipped;
                outcome.applied.parked.extend(applied.parked);
            }
            Err(StoreError::Refused { .. }) if halves.split(&part) => {}
            Err(StoreError::Refused { sqlstate, .. }) => {
                outcome.refused.push((ids[part.start], ParkReason::StatementRefused { sqlstate }));
            }
            Err(error) => return Err(error),
        }
    }
    if !outcome.refused.is_empty() {
        tracing::error!(parked = ?outcome.refused, "postgres refused the effect of single rows");
        store::pending::park(database, Sink::Popularity, &outcome.refused).await?;
    }
    Ok(outcome)
}

/// Adds the result of a batch.
fn counted(line: Metrics, batch: &Batch, outcome: &Outcome, interactions: usize) -> Metrics {
    let applied = &outcome.applied;
    line.count(Metric::Messages, batch.len())
        .count(Metric::Applied, applied.scored)
        .count(Metric::Capped, applied.capped)
        .count(Metric::Excluded, applied.excluded)
        .count(Metric::Skipped, applied.skipped)
        .count(Metric::AlreadyApplied, already_applied(outcome, interactions))
        .count(Metric::Parked, outcome.refused.len())
        .count(Metric::Unreadable, batch.unreadable())
}

/// Returns how many of so many interactions are in no part of the result: an earlier batch applied them.
fn already_applied(outcome: &Outcome, interactions: usize) -> usize {
    let applied = &outcome.applied;
    let settled = applied.scored + applied.skipped + applied.parked.len() + outcome.refused.len();
    // Only a metric, which must not fail a batch that is committed.
    interactions.saturating_sub(settled)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_result_with_more_rows_than_were_asked_for_counts_nothing_as_applied_before() {
        let outcome = Outcome { applied: Applied { scored: 2, skipped: 1, ..Applied::default() }, refused: Vec::new() };
        assert_eq!([2, 3, 5].map(|interactions| already_applied(&outcome, interactions)), [0, 0, 2]);
    }
}
