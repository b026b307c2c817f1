//! Brings the schema up to date with the files in `migrations/`: the migrations, the functions of the schema in
//! `functions/`, and the roles of the Lambda functions in `roles.sql`.

use std::time::Duration;

use tokio::time::timeout;
use tokio_postgres::Client;
use tokio_postgres::types::Type;

use crate::StoreError;
use crate::connection::send_cancel;

mod embedded {
    refinery::embed_migrations!("../../migrations");
}

/// An arbitrary number, the same in every version of this code: concurrent runners must request the same lock.
const LOCK: i64 = 0x5348_4f50_5349_474e;

/// Applied at every run, after the migrations: the hot statements, which Postgres plans once a session because they are
/// functions of the schema.
const FUNCTIONS: &[&str] = &[
    include_str!("../../../migrations/functions/add_category_sales.sql"),
    include_str!("../../../migrations/functions/add_customer_sales.sql"),
    include_str!("../../../migrations/functions/add_events.sql"),
    include_str!("../../../migrations/functions/add_order_statuses.sql"),
    include_str!("../../../migrations/functions/add_product_sales.sql"),
    include_str!("../../../migrations/functions/add_ratings.sql"),
    include_str!("../../../migrations/functions/add_sales.sql"),
    include_str!("../../../migrations/functions/add_users.sql"),
    include_str!("../../../migrations/functions/admit_projection.sql"),
    include_str!("../../../migrations/functions/announce_references.sql"),
    include_str!("../../../migrations/functions/apply_popularity.sql"),
    include_str!("../../../migrations/functions/clear_stale_projections.sql"),
    include_str!("../../../migrations/functions/collect_ranks.sql"),
    include_str!("../../../migrations/functions/compute_ranks.sql"),
    include_str!("../../../migrations/functions/count_recommendations.sql"),
    include_str!("../../../migrations/functions/ensure_customer_locks.sql"),
    include_str!("../../../migrations/functions/explain_popularity.sql"),
    include_str!("../../../migrations/functions/get_attributions.sql"),
    include_str!("../../../migrations/functions/get_history.sql"),
    include_str!("../../../migrations/functions/get_offer.sql"),
    include_str!("../../../migrations/functions/get_popularities.sql"),
    include_str!("../../../migrations/functions/get_ranked_popularity.sql"),
    include_str!("../../../migrations/functions/insert_customer_links.sql"),
    include_str!("../../../migrations/functions/insert_order_facts.sql"),
    include_str!("../../../migrations/functions/insert_shop_events.sql"),
    include_str!("../../../migrations/functions/learn_interactions.sql"),
    include_str!("../../../migrations/functions/learn_purchases.sql"),
    include_str!("../../../migrations/functions/learn_visits.sql"),
    include_str!("../../../migrations/functions/list_activity.sql"),
    include_str!("../../../migrations/functions/list_order_facts.sql"),
    include_str!("../../../migrations/functions/list_popularity_after.sql"),
    include_str!("../../../migrations/functions/list_popularity_page.sql"),
    include_str!("../../../migrations/functions/list_product_days.sql"),
    include_str!("../../../migrations/functions/list_ranks.sql"),
    include_str!("../../../migrations/functions/list_shop_events.sql"),
    include_str!("../../../migrations/functions/lock_customers.sql"),
    include_str!("../../../migrations/functions/lock_projections.sql"),
    include_str!("../../../migrations/functions/lock_references_for_change.sql"),
    include_str!("../../../migrations/functions/lock_references_for_reading.sql"),
    include_str!("../../../migrations/functions/mark_stale_projections.sql"),
    include_str!("../../../migrations/functions/open_baskets.sql"),
    include_str!("../../../migrations/functions/prune_ranks.sql"),
    include_str!("../../../migrations/functions/publish_ranks.sql"),
    include_str!("../../../migrations/functions/recommend.sql"),
    include_str!("../../../migrations/functions/record_derived_interactions.sql"),
    include_str!("../../../migrations/functions/record_findings.sql"),
    include_str!("../../../migrations/functions/record_interactions.sql"),
    include_str!("../../../migrations/functions/remove_empty_rollups.sql"),
    include_str!("../../../migrations/functions/save_opinions.sql"),
    include_str!("../../../migrations/functions/save_order_lines.sql"),
    include_str!("../../../migrations/functions/save_orders.sql"),
    include_str!("../../../migrations/functions/save_payments.sql"),
    include_str!("../../../migrations/functions/save_product_periods.sql"),
    include_str!("../../../migrations/functions/save_product_skus.sql"),
    include_str!("../../../migrations/functions/save_products.sql"),
    include_str!("../../../migrations/functions/save_projections.sql"),
    include_str!("../../../migrations/functions/save_users.sql"),
    include_str!("../../../migrations/functions/score_partners.sql"),
];

/// Applied at every run, last: the privileges of each Lambda function, whatever migrations ran before.
pub(crate) const ROLES: &str = include_str!("../../../migrations/roles.sql");
/// The session's time limits are meant for requests. A migration may take long, and so may the wait for another runner;
/// but a wait for a lock must not block everyone who queues behind it.
const WAIT_FOR_RUNNER: &str =
    "SET statement_timeout = 0; SET lock_timeout = 0; SET idle_in_transaction_session_timeout = 0";
const WAIT_FOR_TABLE: &str = "SET lock_timeout = '10s'";
/// How long to try to cancel a statement that was abandoned.
const CANCEL_LIMIT: Duration = Duration::from_secs(2);

/// A migration that could not be applied.
#[derive(Debug, thiserror::Error)]
pub enum MigrationError {
    /// Postgres is not available.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A file was changed after it was applied, or its SQL failed.
    #[error("could not apply the migrations")]
    Failed(#[source] Box<refinery::Error>),
    /// The time is over, and what was running was cancelled; a repetition continues from there.
    #[error("could not apply the migrations within {0} s")]
    TooLate(u64),
    /// The functions of the schema could not be replaced, or the roles not be created or granted what they need.
    #[error("could not apply the functions of the schema, the roles and the grants")]
    Functions(#[source] StoreError),
}

/// Applies the missing migrations, each in its own transaction, then the functions, roles and grants in another, and
/// returns the names of the migrations.
///
/// May be repeated and run concurrently: the second waits for the first and finds nothing to do.
///
/// # Errors
/// See [`MigrationError`]; what was applied before the failure stays applied.
pub async fn migrate(client: &mut Client) -> Result<Vec<String>, MigrationError> {
    client.batch_execute(WAIT_FOR_RUNNER).await.map_err(StoreError::from)?;
    lock(client, "SELECT pg_advisory_lock($1)").await?;
    let applied = apply(client).await;
    lock(client, "SELECT pg_advisory_unlock($1)").await?;
    applied
}

/// Does the same as [`migrate`] within a time limit, and cancels in Postgres what is still running at its end.
///
/// # Errors
/// [`MigrationError::TooLate`] after that time; then the client can only be dropped. Otherwise as [`migrate`].
pub async fn migrate_within(client: &mut Client, limit: Duration) -> Result<Vec<String>, MigrationError> {
    let token = client.cancel_token();
    if let Ok(applied) = timeout(limit, migrate(client)).await {
        return applied;
    }
    if !matches!(timeout(CANCEL_LIMIT, send_cancel(&token)).await, Ok(Ok(()))) {
        tracing::warn!("could not cancel the statement of a migration");
    }
    Err(MigrationError::TooLate(limit.as_secs()))
}

async fn apply(client: &mut Client) -> Result<Vec<String>, MigrationError> {
    client.batch_execute(WAIT_FOR_TABLE).await.map_err(StoreError::from)?;
    // A database that is ahead is fine: after a rollback the previous release runs on it, and migrations only add.
    let runner = embedded::migrations::runner().set_abort_missing(false);
    let report = runner.run_async(client).await;
    let report = report.map_err(|error| MigrationError::Failed(error.into()))?;
    apply_functions(client).await.map_err(MigrationError::Functions)?;
    Ok(report.applied_migrations().iter().map(ToString::to_string).collect())
}

/// One transaction: no caller ever sees a function without its privileges.
async fn apply_functions(client: &mut Client) -> Result<(), StoreError> {
    let transaction = client.transaction().await?;
    for function in FUNCTIONS {
        transaction.batch_execute(function).await?;
    }
    transaction.batch_execute(ROLES).await?;
    transaction.commit().await?;
    Ok(())
}

/// The text of everything that [`migrate`] applies.
pub fn texts() -> impl Iterator<Item = String> {
    let migrations = embedded::migrations::runner().get_migrations().clone();
    let migrations = migrations.into_iter().filter_map(|migration| migration.sql().map(str::to_owned));
    migrations.chain(FUNCTIONS.iter().chain([&ROLES]).map(|text| (*text).to_owned()))
}

async fn lock(client: &Client, statement: &str) -> Result<(), StoreError> {
    client.query_typed(statement, &[(&LOCK, Type::INT8)]).await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_file_with_a_function_is_applied() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../migrations/functions");
        let files =
            std::fs::read_dir(folder).unwrap().map(|file| std::fs::read_to_string(file.unwrap().path()).unwrap());
        let files: Vec<_> = files.collect();
        assert_eq!(files.len(), FUNCTIONS.len());
        assert!(files.iter().all(|file| FUNCTIONS.contains(&file.as_str())));
    }
}
