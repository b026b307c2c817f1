//! Pending alerts: table `pending_alert`.
//!
//! A row exists from the commit of its finding until every webhook has confirmed it. An invocation takes a lease before
//! it sends, so that two with the same message do not both send; the lease of one that crashes expires.

use std::time::Duration;

use domain::ParkReason;
use domain::fraud::FindingId;
use tokio_postgres::Row;
use tokio_postgres::types::Type;
use uuid::Uuid;

use crate::finding::{Stored, stored};
use crate::session::Parameter;
use crate::{Database, StoreError};

/// An alert that this invocation may send.
#[derive(Debug, Clone, PartialEq)]
pub struct Leased {
    /// The finding to send.
    pub finding: Stored,
    /// The webhooks that have already confirmed, by name.
    pub confirmed: Vec<String>,
}

/// The result of a lease. Alerts that are not listed were sent, or another invocation is sending them.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Lease {
    /// To be sent.
    pub alerts: Vec<Leased>,
    /// Parked: waiting for an operator.
    pub parked: Vec<FindingId>,
}

/// Leases the alerts that no one else is sending, under a token of this invocation, for a limited time.
///
/// # Errors
/// See [`StoreError`]; repeating with the same token is safe.
pub async fn lease(
    database: &Database,
    ids: &[FindingId],
    token: Uuid,
    duration: Duration,
) -> Result<Lease, StoreError> {
    let ids: Vec<_> = ids.iter().map(|id| id.0).collect();
    let seconds = duration.as_secs_f64();
    let parameters: [Parameter<'_>; 3] = [(&ids, Type::UUID_ARRAY), (&token, Type::UUID), (&seconds, Type::FLOAT8)];
    let rows = database.query(include_str!("../sql/pending_alert/lease.sql"), &parameters).await?;
    let mut lease = Lease::default();
    for row in &rows {
        let finding = stored(row)?;
        if row.try_get("parked")? {
            lease.parked.push(finding.id);
        } else {
            let confirmed: &str = row.try_get("confirmed")?;
            let confirmed = confirmed.split(',').filter(|name| !name.is_empty()).map(str::to_owned).collect();
            lease.alerts.push(Leased { finding, confirmed });
        }
    }
    Ok(lease)
}

/// Removes the alerts that every webhook has confirmed. Missing rows are not an error.
///
/// # Errors
/// See [`StoreError`]; repeating is safe.
pub async fn remove(database: &Database, ids: &[FindingId]) -> Result<(), StoreError> {
    let ids: Vec<_> = ids.iter().map(|id| id.0).collect();
    database.query(include_str!("../sql/pending_alert/remove.sql"), &[(&ids, Type::UUID_ARRAY)]).await?;
    Ok(())
}

/// An alert that is not done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unfinished {
    /// The finding.
    pub id: FindingId,
    /// The webhooks that confirmed it.
    pub confirmed: Vec<&'static str>,
    /// Why it is parked; `None` when it is to be retried.
    pub parked: Option<ParkReason>,
}

/// Records which webhooks confirmed an alert, releases its lease, and parks it if a webhook refused it permanently.
///
/// # Errors
/// See [`StoreError`]; repeating is safe.
pub async fn release(database: &Database, alerts: &[Unfinished], token: Uuid) -> Result<(), StoreError> {
    let ids: Vec<_> = alerts.iter().map(|alert| alert.id.0).collect();
    let confirmed: Vec<_> = alerts.iter().map(|alert| alert.confirmed.join(",")).collect();
    let reasons: Vec<_> = alerts.iter().map(|alert| alert.parked.as_ref().map(ToString::to_string)).collect();
    let parameters: [Parameter<'_>; 4] =
        [(&ids, Type::UUID_ARRAY), (&confirmed, Type::TEXT_ARRAY), (&reasons, Type::TEXT_ARRAY), (&token, Type::UUID)];
    database.query(include_str!("../sql/pending_alert/release.sql"), &parameters).await?;
    Ok(())
}

/// Takes up to `limit` alerts whose hint is due, and sets the time of their next hint: one minute doubled with every
/// hint, at most `cap_seconds`. Parked ones are never taken.
///
/// # Errors
/// See [`StoreError`].
pub async fn claim_due(database: &Database, limit: u32, cap_seconds: u32) -> Result<Vec<FindingId>, StoreError> {
    let parameters: [Parameter<'_>; 2] = [(&i64::from(limit), Type::INT8), (&f64::from(cap_seconds), Type::FLOAT8)];
    let rows = database.query(include_str!("../sql/pending_alert/claim_due.sql"), &parameters).await?;
    rows.iter().map(|row| Ok(FindingId(row.try_get(0)?))).collect()
}

/// How many alerts are outstanding.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Depth {
    /// Alerts that wait to be sent.
    pub waiting: i64,
    /// Parked alerts, which wait for an operator.
    pub parked: i64,
    /// The age of the oldest waiting alert in seconds, 0 when there is none.
    pub oldest_age_seconds: f64,
}

/// Measures the outstanding alerts.
///
/// # Errors
/// See [`StoreError`].
pub async fn get_depth(database: &Database) -> Result<Depth, StoreError> {
    let rows = database.query(include_str!("../sql/pending_alert/get_depth.sql"), &[]).await?;
    let Some(row) = rows.first() else { return Ok(Depth::default()) };
    Ok(Depth {
        waiting: row.try_get("waiting")?,
        parked: row.try_get("parked")?,
        oldest_age_seconds: row.try_get("oldest_age_seconds")?,
    })
}

/// The state of an outstanding alert.
#[derive(Debug, Clone, PartialEq)]
pub struct State {
    /// The finding.
    pub id: FindingId,
    /// The typed reason of a parked alert; `None` when it waits to be sent.
    pub parked_reason: Option<String>,
    /// Seconds since the alert was parked, or since it was found when it is not parked.
    pub age_seconds: f64,
}

/// Reads the state of the given alerts. A missing one was sent.
///
/// # Errors
/// See [`StoreError`].
pub async fn get_states(database: &Database, ids: &[FindingId]) -> Result<Vec<State>, StoreError> {
    let ids: Vec<_> = ids.iter().map(|id| id.0).collect();
    let rows = database.query(include_str!("../sql/pending_alert/get_states.sql"), &[(&ids, Type::UUID_ARRAY)]).await?;
    rows.iter().map(state).collect()
}

/// Lists up to `limit` parked alerts after an id, by id. Start with the nil UUID.
///
/// # Errors
/// See [`StoreError`].
pub async fn list_parked(database: &Database, after: FindingId, limit: u32) -> Result<Vec<State>, StoreError> {
    let statement = include_str!("../sql/pending_alert/list_parked.sql");
    let rows = database.query(statement, &[(&after.0, Type::UUID), (&i64::from(limit), Type::INT8)]).await?;
    rows.iter().map(state).collect()
}

/// Unparks alerts, and returns those that were parked. The next hint of resend-pending comes in a minute, so a lost
/// direct hint is only a delay.
///
/// # Errors
/// See [`StoreError`]; repeating is safe, though a repetition returns only what is still parked.
pub async fn unpark(database: &Database, ids: &[FindingId]) -> Result<Vec<FindingId>, StoreError> {
    let ids: Vec<_> = ids.iter().map(|id| id.0).collect();
    let rows = database.query(include_str!("../sql/pending_alert/unpark.sql"), &[(&ids, Type::UUID_ARRAY)]).await?;
    rows.iter().map(|row| Ok(FindingId(row.try_get(0)?))).collect()
}

fn state(row: &Row) -> Result<State, StoreError> {
    Ok(State {
        id: FindingId(row.try_get("finding_id")?),
        parked_reason: row.try_get("parked_reason")?,
        age_seconds: row.try_get("age_seconds")?,
    })
}
