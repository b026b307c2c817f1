//! How many events guests of each network have sent in the current minute: table `guest_quota`.
//!
//! Recording updates it in its own statement; see `analytic.take_guest_quota` in the migrations.

use tokio_postgres::types::Type;

use crate::{Database, StoreError};

/// Deletes up to `limit` networks that have sent nothing for an hour, and returns how many.
///
/// # Errors
/// See [`StoreError`]; repeating is safe.
pub async fn prune(database: &Database, limit: u32) -> Result<usize, StoreError> {
    let statement = include_str!("../sql/guest_quota/prune.sql");
    Ok(database.query(statement, &[(&i64::from(limit), Type::INT8)]).await?.len())
}
