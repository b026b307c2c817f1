//! Brings the schema up to date with the files in `migrations/`, and the roles of the functions with `roles.sql` there.

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

/// Applied at every run: the privileges of each function, whatever migrations ran before.
const ROLES: &str = include_str!("../../../migrations/roles.sql");
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
    /// The roles of the functions could not be created, or not be granted what they need.
    #[error("could not apply the roles and grants")]
    Roles(#[source] StoreError),
}

/// Applies the missing migrations, each in its own transaction, then the roles and grants in another, and returns
/// the names of the migrations.
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
    apply_roles(client).await.map_err(MigrationError::Roles)?;
    Ok(report.applied_migrations().iter().map(ToString::to_string).collect())
}

async fn apply_roles(client: &mut Client) -> Result<(), StoreError> {
    let transaction = client.transaction().await?;
    transaction.batch_execute(ROLES).await?;
    transaction.commit().await?;
    Ok(())
}

async fn lock(client: &Client, statement: &str) -> Result<(), StoreError> {
    client.query_typed(statement, &[(&LOCK, Type::INT8)]).await?;
    Ok(())
}
