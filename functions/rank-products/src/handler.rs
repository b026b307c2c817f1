//! One run: remove what nobody reads any more, collect what is due, compute it and look for pushes, make it the current
//! generation.

use std::time::Duration;

use domain::fraud::{ProductDay, PushLimits};
use jiff::Timestamp;
use lambda_runtime::{Error, LambdaEvent};
use platform::{Deadline, Metric, Metrics};
use serde::Serialize;
use serde_json::Value;
use store::rank::{self, Basis, Chunk};
use store::{Database, StoreError, finding};

/// Time reserved for the chunk that is running, and the response.
const MARGIN: Duration = Duration::from_secs(10);

/// The dependencies of the function.
#[derive(Debug)]
pub struct Deps {
    /// The activity and the lists.
    pub database: Database,
    /// What the lists are computed with.
    pub basis: Basis,
    /// When few actors push a product.
    pub push: PushLimits,
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
    /// New findings about pushed products.
    pub findings: usize,
}

/// Runs once. May be repeated, run concurrently and killed.
///
/// # Errors
/// When Postgres is down or its schema is not ours; the next run takes over.
pub async fn handle(deps: &Deps, event: LambdaEvent<Value>) -> Result<Value, Error> {
    let deadline = Deadline::of(&event.context, MARGIN);
    let has_time = || !deadline.remaining().is_zero();
    let outcome =
        rank(&deps.database, (deps.basis, deps.push), Timestamp::now(), has_time).await.inspect_err(|error| {
            tracing::error!(request.id = event.context.request_id, error = platform::chain(error), "could not rank");
        })?;
    if outcome.generation.is_none() {
        tracing::warn!(request.id = event.context.request_id, "there is more to rank than a run has time for");
    }
    let metrics = Metrics::with(&[("Function", "rank-products")]).note("request.id", event.context.request_id);
    // Without a generation there is no figure, which rings the alarm as an old one does.
    let metrics = match rank::get_correct_to(&deps.database).await? {
        Some(correct_to) => metrics.seconds(Metric::RanksAge, age(correct_to, Timestamp::now())),
        None => metrics,
    };
    metrics
        .note("generation", outcome.generation)
        .count(Metric::RanksComputed, outcome.computed)
        .count(Metric::RanksWritten, outcome.written)
        .count(Metric::RanksPruned, outcome.pruned)
        .count(Metric::Findings, outcome.findings)
        .emit("ranked");
    Ok(serde_json::to_value(outcome)?)
}

/// Returns for how many seconds the lists have stood still; a clock that is ahead made them newer than now.
fn age(correct_to: Timestamp, now: Timestamp) -> f64 {
    now.duration_since(correct_to).as_secs_f64().max(0.0)
}

/// Brings the lists up to a time, as far as there is time for it.
///
/// # Errors
/// See [`StoreError`]; repeating is safe.
pub async fn rank(
    database: &Database,
    (basis, push): (Basis, PushLimits),
    now: Timestamp,
    has_time: impl Fn() -> bool,
) -> Result<Outcome, StoreError> {
    // One generation first, and the others with what time is left: a run publishes one, so they cannot pile up, and what
    // there is to remove cannot keep a run from ranking.
    let first = rank::prune(database, now).await?;
    let mut outcome = Outcome { pruned: first.removed, ..Outcome::default() };
    while !rank::collect(database, now, basis).await? && has_time() {}
    while outcome.generation.is_none() && has_time() {
        let (chunk, findings) = compute(database, &push).await?;
        outcome.findings += findings;
        outcome.computed += chunk.computed;
        outcome.written += chunk.written;
        if chunk.computed == 0 {
            // None when another run has found more to do meanwhile.
            outcome.generation = rank::publish(database).await?;
        }
    }
    if !first.complete {
        outcome.pruned += prune(database, now, &has_time).await?;
    }
    Ok(outcome)
}

/// Computes the next products and stores findings about them. Returns how many of those are new.
///
/// It is one transaction: a product that was computed has also been looked at, whenever the run is killed.
async fn compute(database: &Database, push: &PushLimits) -> Result<(Chunk, usize), StoreError> {
    let mut transaction = database.begin().await?;
    let days: Vec<ProductDay> = rank::list_product_days(&mut transaction, push).await?;
    let found: Vec<_> = days.into_iter().filter_map(|day| day.evaluate(push)).collect();
    // Their alerts are announced by resend-pending, within two minutes.
    let new = finding::record(&mut transaction, &found, |_| false).await?;
    let chunk = rank::compute(&mut transaction).await?;
    transaction.commit().await?;
    Ok((chunk, new.len()))
}

async fn prune(database: &Database, now: Timestamp, has_time: impl Fn() -> bool) -> Result<usize, StoreError> {
    let mut removed = 0;
    while has_time() {
        let pruned = rank::prune(database, now).await?;
        removed += pruned.removed;
        if pruned.complete {
            break;
        }
    }
    Ok(removed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_are_as_old_as_the_time_that_they_are_correct_to_and_never_younger_than_now() {
        let at = |text: &str| text.parse::<Timestamp>().unwrap();
        let correct_to = at("2026-11-20T12:00:00Z");
        assert_eq!(age(correct_to, at("2026-11-20T12:15:30Z")), 930.0);
        assert_eq!(age(correct_to, at("2026-11-20T11:59:00Z")), 0.0);
    }
}
