//! The daily partitions of table `interaction`.

use tokio_postgres::types::Type;

use crate::{Database, StoreError};

/// Creates the missing partitions from today to `days` ahead, and returns how many.
///
/// Rows of such a day in the default partition are moved. May be repeated and run concurrently.
///
/// # Errors
/// See [`StoreError`].
pub async fn ensure_ahead(database: &Database, days: u16) -> Result<i64, StoreError> {
    let statement = include_str!("../sql/partition/ensure_ahead.sql");
    let rows = database.query(statement, &[(&i32::from(days), Type::INT4)]).await?;
    rows.first().map_or(Ok(0), |row| Ok(row.try_get(0)?))
}

/// Indexes the accounts and sessions of one past day, and returns whether there was one without an index.
///
/// Blocks changes of rows of that day, which only erasures make, and they can wait. May be repeated and run
/// concurrently.
///
/// # Errors
/// See [`StoreError`].
pub async fn index_past_day(database: &Database) -> Result<bool, StoreError> {
    let rows = database.query(include_str!("../sql/partition/index_past_day.sql"), &[]).await?;
    rows.first().map_or(Ok(false), |row| Ok(row.try_get("indexed")?))
}

/// Counts the rows in the default partition. More than 0 means that maintenance was too late.
///
/// # Errors
/// See [`StoreError`].
pub async fn count_default_rows(database: &Database) -> Result<i64, StoreError> {
    let rows = database.query(include_str!("../sql/partition/count_default_rows.sql"), &[]).await?;
    rows.first().map_or(Ok(0), |row| Ok(row.try_get(0)?))
}
