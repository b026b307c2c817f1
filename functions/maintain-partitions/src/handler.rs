//! One run: creates partitions, warns when the default partition has rows, indexes past days, measures whether every stored
//! event is applied, waits, or is parked, prunes keys and the state of caps, forgets old visits, clicks and faded pairs, and
//! folds activity.

use std::time::Duration;

use domain::Sink;
use jiff::{SignedDuration, Timestamp};
use lambda_runtime::{Error, LambdaEvent};
use platform::{Deadline, Metric, Metrics};
use serde::Serialize;
use serde_json::Value;
use store::activity::{Fold, Pass};
use store::conservation::{self, Conservation};
use store::{Database, StoreError};

use crate::Horizon;

/// Rows pruned by one statement.
const PRUNE: u32 = 10_000;
/// For how long conservation may be unknown, because there is more to prune or to count than a run has time for.
const UNMEASURED: SignedDuration = SignedDuration::from_hours(72);
/// Time reserved for the response.
const MARGIN: Duration = Duration::from_secs(15);

/// The dependencies of the function.
#[derive(Debug)]
pub struct Deps {
    /// The log and the keys.
    pub database: Database,
    /// The retention and lookahead.
    pub horizon: Horizon,
}

/// Runs once. May be repeated.
///
/// # Errors
/// When Postgres is down or its schema is not ours, or when conservation has not been measured for three days; the next run
/// takes over.
pub async fn handle(deps: &Deps, event: LambdaEvent<Value>) -> Result<Value, Error> {
    let deadline = Deadline::of(&event.context, MARGIN);
    let outcome = maintain(deps, deadline).await.inspect_err(|error| {
        tracing::error!(request.id = event.context.request_id, error = platform::chain(error), "could not maintain");
    })?;
    Metrics::with(&[("Function", "maintain-partitions")])
        .note("request.id", event.context.request_id)
        .count(Metric::PartitionsCreated, usize::try_from(outcome.partitions_created).unwrap_or_default())
        .count(Metric::PartitionsIndexed, outcome.partitions_indexed)
        .gauge(Metric::DefaultPartitionRows, usize::try_from(outcome.default_partition_rows).unwrap_or_default())
        .count(Metric::KeysPruned, outcome.keys_pruned)
        .count(Metric::GuestQuotasPruned, outcome.guest_quotas_pruned)
        .count(Metric::ActivityFolded, outcome.activity_folded)
        .count(Metric::ActorDaysPruned, outcome.actor_days_pruned)
        .count(Metric::VisitsPruned, outcome.visits_pruned)
        .count(Metric::RelatedPruned, outcome.related_pruned)
        .count(Metric::ClicksPruned, outcome.clicks_pruned)
        .count(Metric::NetworkDaysPruned, outcome.network_days_pruned)
        .emit("maintained");
    report_conservation(outcome.conservation);
    if outcome.conservation.is_none() {
        check_newest(&deps.database).await?;
    }
    Ok(serde_json::to_value(outcome)?)
}

/// The result of a run.
#[derive(Debug, Serialize)]
struct Outcome {
    partitions_created: i64,
    partitions_indexed: usize,
    default_partition_rows: i64,
    keys_pruned: usize,
    guest_quotas_pruned: usize,
    activity_folded: usize,
    actor_days_pruned: usize,
    visits_pruned: usize,
    related_pruned: usize,
    clicks_pruned: usize,
    network_days_pruned: usize,
    /// Null when there was no time to count every past partition.
    conservation: Option<Conservation>,
}

async fn maintain(deps: &Deps, deadline: Deadline) -> Result<Outcome, StoreError> {
    let created = store::partition::ensure_ahead(&deps.database, deps.horizon.partitions_ahead_days).await?;
    let stray = store::partition::count_default_rows(&deps.database).await?;
    if stray > 0 {
        tracing::warn!(rows = stray, "the default partition holds rows: their day had no partition");
    }
    store::catalog_delivery::prune(&deps.database).await?;
    let mut partitions_indexed = 0;
    while !deadline.remaining().is_zero() && store::partition::index_past_day(&deps.database).await? {
        partitions_indexed += 1;
    }
    // Before what may take all of the time, and with half of it, so that each gets its share. None of it changes the sums.
    let conservation = measure(&deps.database, Deadline::after(deadline.remaining() / 2)).await?;
    let days = deps.horizon.key_retention_days;
    let keys_pruned = prune(deadline, || store::key::prune(&deps.database, days, PRUNE)).await?;
    let guest_quotas_pruned = prune(deadline, || store::guest_quota::prune(&deps.database, PRUNE)).await?;
    let actor_days_pruned = prune(deadline, || store::actor_day::prune(&deps.database, PRUNE)).await?;
    let days = deps.horizon.visit_retention_days;
    let visits_pruned = prune(deadline, || store::learning::prune_visits(&deps.database, days, PRUNE)).await?;
    let network_days_pruned = prune(deadline, || store::learning::prune_network_days(&deps.database, PRUNE)).await?;
    let related_pruned = prune(deadline, || store::learning::prune_related(&deps.database, PRUNE)).await?;
    let clicks_pruned = prune(deadline, || store::recommendation_count::prune_clicks(&deps.database, PRUNE)).await?;
    if store::learning::rebase(&deps.database).await? {
        tracing::info!("what was learned got a new epoch");
    }
    let activity_folded = fold(deps, deadline).await?;
    Ok(Outcome {
        partitions_created: created,
        partitions_indexed,
        default_partition_rows: stray,
        keys_pruned,
        guest_quotas_pruned,
        activity_folded,
        actor_days_pruned,
        visits_pruned,
        related_pruned,
        clicks_pruned,
        network_days_pruned,
        conservation,
    })
}

/// Folds what is old enough until nothing is left, or no time; the next run starts again, and passes what is folded.
async fn fold(deps: &Deps, deadline: Deadline) -> Result<usize, StoreError> {
    let mut folded = 0;
    for kind in Fold::ALL {
        let mut pass = Pass::default();
        while !pass.complete && !deadline.remaining().is_zero() {
            store::activity::fold(&deps.database, kind, &mut pass).await?;
        }
        folded += pass.folded;
    }
    Ok(folded)
}

/// Counts past partitions that are not counted yet, then everything.
async fn measure(database: &Database, deadline: Deadline) -> Result<Option<Conservation>, StoreError> {
    let today = conservation::today();
    while !deadline.remaining().is_zero() {
        if !conservation::count_past_partition(database, today).await? {
            return conservation::measure(database, today).await.map(Some);
        }
    }
    Ok(None)
}

/// Fails when the newest measurement is too old: the run is tried again, which gives it more time, and its alarm rings.
async fn check_newest(database: &Database) -> Result<(), Error> {
    let Some((measured_at, _)) = conservation::find_newest(database).await? else { return Ok(()) };
    if Timestamp::now().duration_since(measured_at) < UNMEASURED {
        return Ok(());
    }
    Err(format!("conservation was last measured at {measured_at}: there was no time for it since").into())
}

/// Zero is written as well: a missing figure means that nothing was measured.
fn report_conservation(measured: Option<Conservation>) {
    let Some(measured) = measured else {
        tracing::warn!("no time to count every past partition: conservation is not measured");
        return;
    };
    let difference = measured.difference();
    if difference != 0 {
        tracing::error!(?measured, difference, "events are lost or counted twice: run `shopsignal verify`");
    }
    let gauge = |count: i64| usize::try_from(count).unwrap_or_default();
    Metrics::with(&[("Sink", Sink::Popularity.as_str())])
        .gauge(Metric::Stored, gauge(measured.stored))
        .gauge(Metric::ConservationDifference, gauge(difference.saturating_abs()))
        .emit("conservation");
}

/// Prunes in batches until nothing is left, or no time; the next run continues.
async fn prune(deadline: Deadline, batch: impl AsyncFn() -> Result<usize, StoreError>) -> Result<usize, StoreError> {
    let mut pruned = 0;
    while !deadline.remaining().is_zero() {
        let removed = batch().await?;
        pruned += removed;
        if removed == 0 {
            break;
        }
    }
    Ok(pruned)
}
