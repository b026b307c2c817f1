//! What is parked, for whoever looks at the whole flow: tables `pending` and `pending_alert`.
//!
//! How much waits is measured by [`crate::pending::get_depth`] and [`crate::pending_alert::get_depth`].

use jiff::Timestamp;
use tokio_postgres::Row;
use tokio_postgres::types::Type;
use uuid::Uuid;

use crate::{Database, StoreError};

/// The name under which parked alerts are listed, beside those of the sinks.
pub const ALERTS: &str = "alerts";

/// What is parked for one reason.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Parked {
    /// The sink, or [`ALERTS`].
    pub sink: String,
    /// The typed reason, such as `catalog_refused_404`.
    pub reason: String,
    /// How many rows.
    pub rows: i64,
    /// Those that were parked first: the sender's id of the event, or the id of the finding, and since when.
    pub examples: Vec<(Uuid, Timestamp)>,
}

/// Lists what is parked by sink and reason, the most frequent reason of a sink first, each with up to `examples` examples.
///
/// The cost is that of what waits or is parked, not of the log.
///
/// # Errors
/// See [`StoreError`].
pub async fn list_parked(database: &Database, examples: u32) -> Result<Vec<Parked>, StoreError> {
    let statement = include_str!("../sql/flow/list_parked.sql");
    let mut parked: Vec<Parked> = Vec::new();
    for row in database.query(statement, &[(&i64::from(examples), Type::INT8)]).await? {
        add(&mut parked, &row)?;
    }
    Ok(parked)
}

fn add(parked: &mut Vec<Parked>, row: &Row) -> Result<(), StoreError> {
    let (sink, reason): (&str, &str) = (row.try_get("sink")?, row.try_get("parked_reason")?);
    if parked.last().is_none_or(|last| (last.sink.as_str(), last.reason.as_str()) != (sink, reason)) {
        let rows = row.try_get("rows")?;
        parked.push(Parked { sink: sink.to_owned(), reason: reason.to_owned(), rows, examples: Vec::new() });
    }
    // Null when the log lacks the row, which `shopsignal verify` reports.
    let id: Option<Uuid> = row.try_get("id")?;
    if let (Some(last), Some(id)) = (parked.last_mut(), id) {
        last.examples.push((id, row.try_get("parked_at")?));
    }
    Ok(())
}
