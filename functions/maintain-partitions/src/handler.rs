//! One run: partitions ahead, keys behind, a warning when the default partition holds rows.

use std::time::Duration;

use lambda_runtime::{Error, LambdaEvent};
use platform::{Deadline, Metrics};
use serde_json::{Value, json};
use store::{Database, StoreError};

use crate::Horizon;

/// Keys forgotten by one statement.
const PRUNE: u32 = 10_000;
/// Time kept for the answer.
const MARGIN: Duration = Duration::from_secs(15);

/// What the function works with.
#[derive(Debug)]
pub struct Deps {
    /// The log and the keys.
    pub database: Database,
    /// How far to look.
    pub horizon: Horizon,
}

/// Runs once. May be repeated.
///
/// # Errors
/// When Postgres is down or not ours; the next run takes over.
pub async fn handle(deps: &Deps, event: LambdaEvent<Value>) -> Result<Value, Error> {
    let deadline = Deadline::of(&event.context, MARGIN);
    let outcome = maintain(deps, deadline).await.inspect_err(|error| {
        tracing::error!(request.id = event.context.request_id, error = platform::chain(error), "could not maintain");
    })?;
    tracing::info!(request.id = event.context.request_id, %outcome, "maintained");
    Ok(outcome)
}

async fn maintain(deps: &Deps, deadline: Deadline) -> Result<Value, StoreError> {
    let created = store::partition::ensure_ahead(&deps.database, deps.horizon.partitions_ahead_days).await?;
    let stray = store::partition::count_default_rows(&deps.database).await?;
    if stray > 0 {
        tracing::warn!(rows = stray, "the default partition holds rows: their day had no partition");
    }
    let mut pruned = 0;
    while !deadline.remaining().is_zero() {
        let forgotten = store::key::prune(&deps.database, deps.horizon.key_retention_days, PRUNE).await?;
        pruned += forgotten;
        if forgotten == 0 {
            break;
        }
    }
    Metrics::with(&[("Function", "maintain-partitions")])
        .count("PartitionsCreated", usize::try_from(created).unwrap_or_default())
        .count("DefaultPartitionRows", usize::try_from(stray).unwrap_or_default())
        .count("KeysPruned", pruned)
        .emit();
    Ok(json!({ "partitions_created": created, "default_partition_rows": stray, "keys_pruned": pruned }))
}
