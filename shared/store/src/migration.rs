//! Brings the schema up to date with the files in `migrations/`.

use tokio_postgres::Client;
use tokio_postgres::types::Type;

use crate::StoreError;

mod embedded {
    refinery::embed_migrations!("../../migrations");
}

/// Any number, the same in every version of this code: two runners at once must ask for the same lock.
const LOCK: i64 = 0x5348_4f50_5349_474e;

/// A migration that could not be applied.
#[derive(Debug, thiserror::Error)]
pub enum MigrationError {
    /// Postgres is not there.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A file was changed after it was applied, or its SQL failed.
    #[error("could not apply the migrations")]
    Failed(#[source] Box<refinery::Error>),
}

/// Applies the migrations that are missing, each in a transaction of its own, and returns their names.
///
/// May be repeated, and run by two at once: the second waits for the first and finds nothing to do.
///
/// # Errors
/// See [`MigrationError`]; what was applied before the failure stays applied.
pub async fn migrate(client: &mut Client) -> Result<Vec<String>, MigrationError> {
    lock(client, "SELECT pg_advisory_lock($1)").await?;
    let report = embedded::migrations::runner().run_async(client).await;
    lock(client, "SELECT pg_advisory_unlock($1)").await?;
    let report = report.map_err(|error| MigrationError::Failed(error.into()))?;
    Ok(report.applied_migrations().iter().map(ToString::to_string).collect())
}

async fn lock(client: &Client, statement: &str) -> Result<(), StoreError> {
    client.query_typed(statement, &[(&LOCK, Type::INT8)]).await?;
    Ok(())
}
