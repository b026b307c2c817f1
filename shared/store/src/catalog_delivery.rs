//! Deliveries to an outside catalog: table `catalog_delivery`, written by [`crate::pending::remove_outside`].

use tokio_postgres::types::Type;

use crate::{Database, StoreError};

/// How long a delivery is kept, in days: a day longer than the feed keeps an interaction.
pub const KEPT_DAYS: u16 = 31;

/// Deletes deliveries that are older than [`KEPT_DAYS`]: the feed would have deleted their interactions as well.
///
/// # Errors
/// See [`StoreError`]; repeating is safe.
pub async fn prune(database: &Database) -> Result<(), StoreError> {
    let statement = include_str!("../sql/catalog_delivery/prune.sql");
    database.query(statement, &[(&i32::from(KEPT_DAYS), Type::INT4)]).await?;
    Ok(())
}
