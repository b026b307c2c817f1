//! The memory of event ids: table `interaction_key`.

use tokio_postgres::types::Type;

use crate::{Database, StoreError};

/// Deletes up to `limit` event ids that are older than `days`, and returns how many.
///
/// Interactions stay. An event id sent again after the horizon counts as a new event.
///
/// # Errors
/// See [`StoreError`]; repeating is safe.
pub async fn prune(database: &Database, days: u16, limit: u32) -> Result<usize, StoreError> {
    let (days, limit) = (i32::from(days), i64::from(limit));
    let statement = include_str!("../sql/key/prune.sql");
    let rows = database.query(statement, &[(&days, Type::INT4), (&limit, Type::INT8)]).await?;
    Ok(rows.len())
}
