//! Erasures: their receipts, and the identities of those in progress: tables `erasure` and `erasure_identity`.

use std::collections::BTreeMap;
use std::time::Duration;

use domain::{CustomerKey, Identities, Named, Origin};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use tokio_postgres::Row;
use tokio_postgres::types::Type;
use uuid::Uuid;

use crate::person::Resolved;
use crate::session::Parameter;
use crate::{Database, StoreError, Transaction};

/// How many rows, items or messages were anonymized, by place.
pub type Counts = BTreeMap<String, i64>;

/// How many identities an erasure concerns.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Linked {
    /// Accounts.
    pub accounts: usize,
    /// Customer ids and hashed addresses.
    pub customers: usize,
    /// Visits.
    pub sessions: usize,
    /// Keys and sessions that others share, and that were therefore not followed.
    pub shared: usize,
}

/// An erasure. Nothing in it identifies a person.
#[derive(Debug, Clone, PartialEq)]
pub struct Erasure {
    /// The receipt's id.
    pub id: Uuid,
    /// How the person was identified.
    pub named_by: String,
    /// The identities that were found.
    pub linked: Linked,
    /// What was anonymized so far.
    pub counts: Counts,
    /// When it began.
    pub date_created: Timestamp,
    /// Everything stored until then is erased; later data belongs to a new person. `None` until the events were
    /// renamed.
    pub covered_until: Option<Timestamp>,
    /// When nothing of the person was left.
    pub date_completed: Option<Timestamp>,
    /// How long deliveries to the feed that have read the person's rows may still be in progress; `None` when none can.
    pub settles_in: Option<Duration>,
}

/// The person whom an erasure in progress concerns.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Whom {
    /// Their identities.
    pub identities: Identities,
    /// The origins of their interactions, each with its random replacement.
    pub origins: Vec<(Uuid, Uuid)>,
}

/// Waits until no other erasure is running, and blocks others until the transaction ends.
///
/// # Errors
/// See [`StoreError`].
pub async fn lock(transaction: &mut Transaction<'_>) -> Result<(), StoreError> {
    transaction.query(include_str!("../sql/erasure/lock.sql"), &[]).await.map(|_| ())
}

/// Begins to exclude erasures from a transaction that logs back-end events and projects them.
///
/// Returns `false` when an erasure covers a time after the transaction began: it has to begin again, because what it
/// stored would count as covered and name somebody.
///
/// # Errors
/// See [`StoreError`].
pub async fn admit_projection(transaction: &mut Transaction<'_>) -> Result<bool, StoreError> {
    let rows = transaction.call("admit_projection", &[]).await?;
    rows.first().map_or(Ok(false), |row| Ok(row.try_get(0)?))
}

/// Waits for the transactions that log and project back-end events, and excludes further ones.
///
/// # Errors
/// See [`StoreError`].
pub async fn exclude_projections(transaction: &mut Transaction<'_>) -> Result<(), StoreError> {
    transaction.query(include_str!("../sql/erasure/exclude_projections.sql"), &[]).await.map(|_| ())
}

/// Waits for the transactions that record interactions, and excludes further ones: only just before the commit, because
/// clients wait for them.
///
/// # Errors
/// See [`StoreError`].
pub async fn exclude_recordings(transaction: &mut Transaction<'_>) -> Result<(), StoreError> {
    transaction.query(include_str!("../sql/erasure/exclude_recordings.sql"), &[]).await.map(|_| ())
}

/// Excludes the steps of erasures until the transaction ends.
///
/// # Errors
/// See [`StoreError`].
pub(crate) async fn exclude(transaction: &mut Transaction<'_>) -> Result<(), StoreError> {
    transaction.query(include_str!("../sql/erasure/exclude.sql"), &[]).await.map(|_| ())
}

/// Generates keys of erased persons: random and never used before.
///
/// # Errors
/// See [`StoreError`].
pub async fn draw(transaction: &mut Transaction<'_>, number: usize) -> Result<Vec<CustomerKey>, StoreError> {
    let number = i64::try_from(number).unwrap_or(i64::MAX);
    let rows = transaction.query(include_str!("../sql/erasure/draw.sql"), &[(&number, Type::INT8)]).await?;
    rows.iter().map(|row| Ok(CustomerKey::erased(row.try_get("drawn")?))).collect()
}

/// An erasure that is in progress or was interrupted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Open {
    /// Its id.
    pub id: Uuid,
    /// Whether its events were renamed recently, so that it need not start again.
    pub is_fresh: bool,
}

/// Finds an erasure of this person that is in progress or was interrupted; it is fresh for the given time after it
/// covered what was stored.
///
/// # Errors
/// See [`StoreError`].
pub async fn find_open(
    transaction: &mut Transaction<'_>,
    identities: &Identities,
    fresh: Duration,
) -> Result<Option<Open>, StoreError> {
    let accounts: Vec<_> = identities.accounts.iter().map(Uuid::to_string).collect();
    let seconds = fresh.as_secs_f64();
    let parameters: [Parameter<'_>; 3] =
        [(&accounts, Type::TEXT_ARRAY), (&identities.keys(), Type::TEXT_ARRAY), (&seconds, Type::FLOAT8)];
    let rows = transaction.query(include_str!("../sql/erasure/find_open.sql"), &parameters).await?;
    let open = |row: &Row| {
        let is_fresh: Option<bool> = row.try_get("is_fresh")?;
        Ok(Open { id: row.try_get("id")?, is_fresh: is_fresh.unwrap_or_default() })
    };
    rows.first().map(open).transpose()
}

/// Begins an erasure; its identities are saved next.
///
/// # Errors
/// See [`StoreError`].
pub async fn open(
    transaction: &mut Transaction<'_>,
    id: Uuid,
    named: &Named,
    requested_by: &str,
) -> Result<(), StoreError> {
    let parameters: [Parameter<'_>; 3] = [(&id, Type::UUID), (&named.by(), Type::TEXT), (&requested_by, Type::TEXT)];
    transaction.query(include_str!("../sql/erasure/open.sql"), &parameters).await.map(|_| ())
}

/// Adds identities to an erasure.
///
/// From the commit on it can be resumed under any of the identities, and covers everything that is stored until
/// [`cover`] is called. An identity of another open erasure is taken over from it.
///
/// # Errors
/// See [`StoreError`].
pub async fn save_identities(
    transaction: &mut Transaction<'_>,
    id: Uuid,
    Resolved { identities, shared, .. }: &Resolved,
) -> Result<(), StoreError> {
    let shared = i64::try_from(*shared).unwrap_or(i64::MAX);
    let accounts = identities.accounts.iter().map(|account| ("account", account.to_string()));
    let customers = identities.customers.iter().map(|key| ("customer", key.to_string()));
    let sessions = identities.sessions.iter().map(|session| ("session", session.clone()));
    let (kinds, texts): (Vec<_>, Vec<_>) = accounts.chain(customers).chain(sessions).unzip();
    let parameters: [Parameter<'_>; 4] =
        [(&id, Type::UUID), (&kinds, Type::TEXT_ARRAY), (&texts, Type::TEXT_ARRAY), (&shared, Type::INT8)];
    transaction.query(include_str!("../sql/erasure/save_identities.sql"), &parameters).await.map(|_| ())
}

/// Returns the time up to which an erasure covers stored data; `None` when its events have not been renamed yet.
///
/// # Errors
/// See [`StoreError`].
pub async fn get_covered(transaction: &mut Transaction<'_>, id: Uuid) -> Result<Option<Timestamp>, StoreError> {
    let rows = transaction.query(include_str!("../sql/erasure/get_covered.sql"), &[(&id, Type::UUID)]).await?;
    rows.first().map_or(Ok(None), |row| Ok(row.try_get(0)?))
}

/// Records that everything stored so far is covered, in the transaction that renamed the events, and returns this time.
///
/// # Errors
/// See [`StoreError`].
pub async fn cover(transaction: &mut Transaction<'_>, id: Uuid) -> Result<Option<Timestamp>, StoreError> {
    let rows = transaction.query(include_str!("../sql/erasure/cover.sql"), &[(&id, Type::UUID)]).await?;
    rows.first().map_or(Ok(None), |row| Ok(row.try_get(0)?))
}

/// Reads the identities of an erasure; none once it is complete.
///
/// # Errors
/// See [`StoreError`].
pub async fn list_identities(database: &Database, id: Uuid) -> Result<Whom, StoreError> {
    let rows = database.query(include_str!("../sql/erasure/list_identities.sql"), &[(&id, Type::UUID)]).await?;
    let mut whom = Whom::default();
    for row in &rows {
        let (kind, text, erased): (&str, &str, Uuid) =
            (row.try_get("kind")?, row.try_get("identity")?, row.try_get("origin")?);
        match kind {
            "account" => {
                let account: Uuid = serde_json::from_value(text.into())?;
                whom.identities.accounts.insert(account);
                whom.origins.push((Origin::of_account(account).as_uuid(), erased));
            }
            "customer" => whom.identities.add(CustomerKey::of_id(text)),
            _ => {
                whom.identities.sessions.insert(text.to_owned());
                whom.origins.push((Origin::of_session(text).as_uuid(), erased));
            }
        }
    }
    Ok(whom)
}

/// Adds to the counts of an erasure, in the transaction that anonymized the rows.
///
/// # Errors
/// See [`StoreError`].
pub async fn add_counts(transaction: &mut Transaction<'_>, id: Uuid, counts: &Counts) -> Result<(), StoreError> {
    let (places, numbers): (Vec<_>, Vec<_>) =
        counts.iter().filter(|(_, number)| **number > 0).map(|(place, number)| (&**place, *number)).unzip();
    let parameters: [Parameter<'_>; 3] = [(&id, Type::UUID), (&places, Type::TEXT_ARRAY), (&numbers, Type::INT8_ARRAY)];
    transaction.query(include_str!("../sql/erasure/add_counts.sql"), &parameters).await.map(|_| ())
}

/// Records for how long deliveries may be in progress that have read rows which this transaction anonymizes.
///
/// # Errors
/// See [`StoreError`].
pub async fn settle(transaction: &mut Transaction<'_>, id: Uuid, time: Duration) -> Result<(), StoreError> {
    let seconds = time.as_secs_f64();
    let parameters: [Parameter<'_>; 2] = [(&id, Type::UUID), (&seconds, Type::FLOAT8)];
    transaction.query(include_str!("../sql/erasure/settle.sql"), &parameters).await.map(|_| ())
}

/// Completes an erasure: deletes its identities. May be repeated.
///
/// # Errors
/// See [`StoreError`].
pub async fn complete(transaction: &mut Transaction<'_>, id: Uuid) -> Result<(), StoreError> {
    transaction.query(include_str!("../sql/erasure/complete.sql"), &[(&id, Type::UUID)]).await.map(|_| ())
}

/// Reads an erasure.
///
/// # Errors
/// See [`StoreError`].
pub async fn get(database: &Database, id: Uuid) -> Result<Option<Erasure>, StoreError> {
    let rows = database.query(include_str!("../sql/erasure/get.sql"), &[(&id, Type::UUID)]).await?;
    let Some(row) = rows.first() else { return Ok(None) };
    let settles: Option<f64> = row.try_get("settles_in_seconds")?;
    Ok(Some(Erasure {
        id: row.try_get("id")?,
        named_by: row.try_get("named_by")?,
        linked: serde_json::from_str(row.try_get("linked")?)?,
        counts: serde_json::from_str(row.try_get("counts")?)?,
        date_created: row.try_get("date_created")?,
        covered_until: row.try_get("covered_until")?,
        date_completed: row.try_get("date_completed")?,
        settles_in: settles.filter(|seconds| *seconds > 0.0).map(Duration::from_secs_f64),
    }))
}

/// Counts the erasures that are in progress or were interrupted.
///
/// # Errors
/// See [`StoreError`].
pub async fn count_open(database: &Database) -> Result<i64, StoreError> {
    let rows = database.query(include_str!("../sql/erasure/count_open.sql"), &[]).await?;
    rows.first().map_or(Ok(0), |row| Ok(row.try_get(0)?))
}
