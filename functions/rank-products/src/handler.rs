//! One run: remove what nobody reads any more, collect what is due, compute it, make it the current generation.

use std::time::Duration;

use jiff::Timestamp;
use lambda_runtime::{Error, LambdaEvent};
use platform::{Deadline, Metric, Metrics};
use serde::Serialize;
use serde_json::Value;
use store::rank::{self, Basis};
use store::{Database, StoreError};

/// Time reserved for the chunk that is running, and the response.
const MARGIN: Duration = Duration::from_secs(10);

/// The dependencies of the function.
#[derive(Debug)]
pub struct Deps {
    /// The activity and the lists.
    pub database: Database,
    /// What the lists are computed with.
    pub basis: Basis,
}

/// The result of a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct Outcome {
    /// The current generation; `None` when there was not enough time for what is due.
    pub generation: Option<i64>,
    /// Products that were computed.
    pub computed: usize,
    /// Those that are not as they were.
    pub written: usize,
    /// Versions of products that nobody reads any more.
    pub pruned: usize,
}

/// Runs once. May be repeated, run concurrently and killed.
///
/// # Errors
/// When Postgres is down or its schema is not ours; the next run takes over.
pub async fn handle(deps: &Deps, event: LambdaEvent<Value>) -> Result<Value, Error> {
    let deadline = Deadline::of(&event.context, MARGIN);
    let has_time = || !deadline.remaining().is_zero();
    let outcome = rank(&deps.database, deps.basis, Timestamp::now(), has_time).await.inspect_err(|error| {
        tracing::error!(request.id = event.context.request_id, error = platform::chain(error), "could not rank");
    })?;
    if outcome.generation.is_none() {
        tracing::warn!(request.id = event.context.request_id, "there is more to rank than a run has time for");
    }
    Metrics::with(&[("Function", "rank-products")])
        .note("request.id", event.context.request_id)
        .note("generation", outcome.generation)
        .count(Metric::RanksComputed, outcome.computed)
        .count(Metric::RanksWritten, outcome.written)
        .count(Metric::RanksPruned, outcome.pruned)
        .emit("ranked");
    Ok(serde_json::to_value(outcome)?)
}

/// Brings the lists up to a time, as far as there is time for it.
///
/// # Errors
/// See [`StoreError`]; repeating is safe.
pub async fn rank(
    database: &Database,
    basis: Basis,
    now: Timestamp,
    has_time: impl Fn() -> bool,
) -> Result<Outcome, StoreError> {
    let mut outcome = Outcome { pruned: prune(database, now, &has_time).await?, ..Outcome::default() };
    while !rank::collect(database, now, basis).await? && has_time() {}
    while outcome.generation.is_none() && has_time() {
        let chunk = rank::compute(database).await?;
        outcome.computed += chunk.computed;
        outcome.written += chunk.written;
        if chunk.computed == 0 {
            // None when another run has found more to do meanwhile.
            outcome.generation = rank::publish(database).await?;
        }
    }
    Ok(outcome)
}

async fn prune(database: &Database, now: Timestamp, has_time: impl Fn() -> bool) -> Result<usize, StoreError> {
    let mut removed = 0;
    loop {
        let pruned = rank::prune(database, now).await?;
        removed += pruned.removed;
        if pruned.complete || !has_time() {
            return Ok(removed);
        }
    }
}
