//! Which events of an actor count on a day: table `actor_day`.
//!
//! The scoring statement keeps it (`analytic.apply_popularity`) and erasures rename actors in it
//! ([`crate::anonymize_interaction`]). Here days are pruned that no event can reach any more.

use tokio_postgres::types::Type;

use crate::{Database, StoreError};

/// How many whole UTC days before today are kept: an event that counts towards a cap arrives at most seven days and an
/// hour after its time, so within eight days after its day; the ninth is for clocks and transactions that take long.
const DAYS: i32 = 9;

/// Deletes up to `limit` rows of days that are over and for which nothing is pending, and returns how many.
///
/// An effect that is parked keeps the rows of its day, so that it meets its cap whenever it is put back.
///
/// # Errors
/// See [`StoreError`]; repeating is safe.
pub async fn prune(database: &Database, limit: u32) -> Result<usize, StoreError> {
    let statement = include_str!("../sql/actor_day/prune.sql");
    let rows = database.query(statement, &[(&i64::from(limit), Type::INT8), (&DAYS, Type::INT4)]).await?;
    Ok(rows.len())
}
