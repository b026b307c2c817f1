//! Pending effects: table `pending`.

use domain::{InteractionId, ParkReason, Sink};
use tokio_postgres::Row;
use tokio_postgres::types::Type;

use crate::{Database, StoreError};

/// Removes the rows whose effect is confirmed. Missing rows are not an error.
///
/// # Errors
/// See [`StoreError`]; repeating is safe.
pub async fn remove(database: &Database, sink: Sink, ids: &[InteractionId]) -> Result<(), StoreError> {
    let ids: Vec<i64> = ids.iter().map(|id| id.0).collect();
    let statement = include_str!("../sql/pending/remove.sql");
    database.query(statement, &[(&sink.as_str(), Type::TEXT), (&ids, Type::INT8_ARRAY)]).await?;
    Ok(())
}

/// Removes the rows of the catalog whose effect an outside catalog has confirmed.
///
/// Records that our feed need not hold these interactions. Missing rows are not an error, and were recorded by whoever
/// removed them.
///
/// # Errors
/// See [`StoreError`]; repeating is safe.
pub async fn remove_outside(database: &Database, ids: &[InteractionId]) -> Result<(), StoreError> {
    let ids: Vec<i64> = ids.iter().map(|id| id.0).collect();
    database.query(include_str!("../sql/pending/remove_outside.sql"), &[(&ids, Type::INT8_ARRAY)]).await?;
    Ok(())
}

/// Parks rows, each with its reason: no more hints until an operator puts them back. Parked rows keep their first
/// reason.
///
/// # Errors
/// See [`StoreError`]; repeating is safe.
pub async fn park(database: &Database, sink: Sink, rows: &[(InteractionId, ParkReason)]) -> Result<(), StoreError> {
    let ids: Vec<i64> = rows.iter().map(|(id, _)| id.0).collect();
    let reasons: Vec<String> = rows.iter().map(|(_, reason)| reason.to_string()).collect();
    let statement = include_str!("../sql/pending/park.sql");
    let parameters: [crate::session::Parameter<'_>; 3] =
        [(&sink.as_str(), Type::TEXT), (&ids, Type::INT8_ARRAY), (&reasons, Type::TEXT_ARRAY)];
    database.query(statement, &parameters).await?;
    Ok(())
}

/// Takes up to `limit` rows whose hint is due, and sets the time of their next hint: one minute doubled with
/// every hint, at most `cap_seconds`.
///
/// A claimed row whose hint is then lost is only delayed: it becomes due again. Parked rows are never taken.
///
/// # Errors
/// See [`StoreError`].
pub async fn claim_due(
    database: &Database,
    limit: u32,
    cap_seconds: u32,
) -> Result<Vec<(Sink, InteractionId)>, StoreError> {
    let statement = include_str!("../sql/pending/claim_due.sql");
    let parameters: [crate::session::Parameter<'_>; 2] =
        [(&i64::from(limit), Type::INT8), (&f64::from(cap_seconds), Type::FLOAT8)];
    let rows = database.query(statement, &parameters).await?;
    let claimed = rows.iter().map(|row| Ok((sink(row.try_get(0)?), InteractionId(row.try_get(1)?))));
    claimed.collect()
}

/// The state of an outstanding effect.
#[derive(Debug, Clone, PartialEq)]
pub struct State {
    /// The interaction.
    pub id: InteractionId,
    /// The typed reason of a parked row; `None` when the row waits for its effect.
    pub parked_reason: Option<String>,
    /// Seconds since the row was parked, or since the arrival of the interaction when it is not parked.
    pub age_seconds: f64,
}

/// Reads the state of the given rows. The effect of a missing one was applied.
///
/// # Errors
/// See [`StoreError`].
pub async fn get_states(database: &Database, sink: Sink, ids: &[InteractionId]) -> Result<Vec<State>, StoreError> {
    let ids: Vec<i64> = ids.iter().map(|id| id.0).collect();
    let statement = include_str!("../sql/pending/get_states.sql");
    let rows = database.query(statement, &[(&sink.as_str(), Type::TEXT), (&ids, Type::INT8_ARRAY)]).await?;
    rows.iter().map(state).collect()
}

/// Lists up to `limit` parked rows after an id, by id. Start with `InteractionId(0)`.
///
/// # Errors
/// See [`StoreError`].
pub async fn list_parked(
    database: &Database,
    sink: Sink,
    after: InteractionId,
    limit: u32,
) -> Result<Vec<State>, StoreError> {
    let statement = include_str!("../sql/pending/list_parked.sql");
    let parameters: [crate::session::Parameter<'_>; 3] =
        [(&sink.as_str(), Type::TEXT), (&after.0, Type::INT8), (&i64::from(limit), Type::INT8)];
    let rows = database.query(statement, &parameters).await?;
    rows.iter().map(state).collect()
}

/// Unparks rows, and returns those that were parked. The next hint of resend-pending comes in a minute, so a lost
/// direct hint is only a delay.
///
/// # Errors
/// See [`StoreError`]; repeating is safe, though a repetition returns only what is still parked.
pub async fn unpark(database: &Database, sink: Sink, ids: &[InteractionId]) -> Result<Vec<InteractionId>, StoreError> {
    let ids: Vec<i64> = ids.iter().map(|id| id.0).collect();
    let statement = include_str!("../sql/pending/unpark.sql");
    let rows = database.query(statement, &[(&sink.as_str(), Type::TEXT), (&ids, Type::INT8_ARRAY)]).await?;
    rows.iter().map(|row| Ok(InteractionId(row.try_get(0)?))).collect()
}

fn state(row: &Row) -> Result<State, StoreError> {
    Ok(State {
        id: InteractionId(row.try_get("interaction_id")?),
        parked_reason: row.try_get("parked_reason")?,
        age_seconds: row.try_get("age_seconds")?,
    })
}

/// How much work is outstanding for a sink.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Depth {
    /// The sink.
    pub sink: Sink,
    /// Rows that wait for their effect.
    pub waiting: i64,
    /// Parked rows, which wait for an operator.
    pub parked: i64,
    /// The age of the oldest waiting row in seconds, 0 when there is none.
    pub oldest_age_seconds: f64,
}

/// Measures the outstanding work of every sink.
///
/// # Errors
/// See [`StoreError`].
pub async fn get_depth(database: &Database) -> Result<Vec<Depth>, StoreError> {
    let statement = include_str!("../sql/pending/get_depth.sql");
    let rows = database.query(statement, &[(&sinks(), Type::TEXT_ARRAY)]).await?;
    let depths = rows.iter().map(|row| {
        Ok(Depth {
            sink: sink(row.try_get("sink")?),
            waiting: row.try_get("waiting")?,
            parked: row.try_get("parked")?,
            oldest_age_seconds: row.try_get("oldest_age_seconds")?,
        })
    });
    depths.collect()
}

/// Returns the names of all sinks, for statements that write or look for a row of each.
pub(crate) fn sinks() -> Vec<&'static str> {
    Sink::ALL.map(Sink::as_str).into()
}

/// Reads a sink that a CHECK constraint vouches for.
fn sink(text: &str) -> Sink {
    text.parse().expect("pending.sink holds a known sink")
}
