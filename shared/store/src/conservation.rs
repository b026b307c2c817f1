//! Whether what was stored is what was applied, waits, or is parked, as numbers of events: nothing is lost between the log
//! and the counts.
//!
//! Of the sink `popularity`, whose table `activity` holds every applied event: counted, capped or excluded. What the
//! catalog has applied lies outside of Postgres; the feed is checked by [`crate::verification`].

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use serde::Serialize;
use tokio_postgres::types::Type;
use tokio_postgres::{Row, Transaction};

use crate::{Database, StoreError};

/// The events that name a product, of one snapshot.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Conservation {
    /// Events in the log.
    pub stored: i64,
    /// Events in the counts.
    pub applied: i64,
    /// Events whose effect waits.
    pub waiting: i64,
    /// Events whose effect is parked.
    pub parked: i64,
}

impl Conservation {
    /// Returns stored - applied - waiting - parked: above 0 events are lost, below 0 counted too often. Must be 0.
    #[must_use]
    pub fn difference(self) -> i64 {
        self.stored - self.applied - self.waiting - self.parked
    }
}

/// Returns the current day (UTC), with which one run counts and measures.
#[must_use]
pub fn today() -> Date {
    Timestamp::now().to_zoned(TimeZone::UTC).date()
}

/// Counts one partition of the log that is over, so that later measurements need not read it again. Returns whether there
/// was one. May be repeated and run concurrently.
///
/// # Errors
/// See [`StoreError`].
pub async fn count_past_partition(database: &Database, today: Date) -> Result<bool, StoreError> {
    let statement = include_str!("../sql/conservation/count_past_partition.sql");
    let rows = database.query(statement, &[(&today, Type::DATE)]).await?;
    rows.first().map_or(Ok(false), |row| Ok(row.try_get("counted")?))
}

/// Measures and saves the measurement.
///
/// Reads the log of yesterday and today, and the counts of [`count_past_partition`] for what is older: every past partition
/// must have been counted with the same `today`.
///
/// # Errors
/// See [`StoreError`].
pub async fn measure(database: &Database, today: Date) -> Result<Conservation, StoreError> {
    let rows = database.query(include_str!("../sql/conservation/measure.sql"), &[(&today, Type::DATE)]).await?;
    read(rows.first().expect("sums return a row"))
}

/// Finds the newest measurement, with its time; `None` before the first.
///
/// # Errors
/// See [`StoreError`].
pub async fn find_newest(database: &Database) -> Result<Option<(Timestamp, Conservation)>, StoreError> {
    let rows = database.query(include_str!("../sql/conservation/find_newest.sql"), &[]).await?;
    rows.first().map(|row| Ok((row.try_get("measured_at")?, read(row)?))).transpose()
}

/// Counts the whole log.
pub(crate) async fn count(transaction: &Transaction<'_>) -> Result<Conservation, StoreError> {
    let rows = transaction.query_typed(include_str!("../sql/conservation/count.sql"), &[]).await?;
    read(rows.first().expect("sums return a row"))
}

fn read(row: &Row) -> Result<Conservation, StoreError> {
    Ok(Conservation {
        stored: row.try_get("stored")?,
        applied: row.try_get("applied")?,
        waiting: row.try_get("waiting")?,
        parked: row.try_get("parked")?,
    })
}
