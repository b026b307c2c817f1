//! The log of back-end events: table `shop_event`.

use std::collections::{HashMap, HashSet};

use domain::{Fact, ShopEvent, Subject};
use sha2::{Digest, Sha256};
use tokio_postgres::Row;
use tokio_postgres::types::Type;
use uuid::Uuid;

use crate::{Database, StoreError, Transaction};

/// Reads the digests of logged events.
const FINGERPRINTS: &str = include_str!("../sql/shop_event/get_fingerprints.sql");

/// What became of an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Logged {
    /// Logged by this transaction.
    New,
    /// Logged before, with the same content.
    Duplicate,
    /// The id was logged before with other content. Nothing was logged.
    Conflict,
}

/// Logs events and says what became of each. An id that comes twice is logged once.
///
/// Waits for other transactions that log the same ids.
///
/// # Errors
/// See [`StoreError`].
pub async fn insert(transaction: &mut Transaction<'_>, events: &[ShopEvent]) -> Result<Vec<Logged>, StoreError> {
    let contents = events.iter().map(|event| serde_json::to_string(&event.fact)).collect::<Result<Vec<_>, _>>()?;
    let prints: Vec<_> = events.iter().zip(&contents).map(|(event, content)| fingerprint(event, content)).collect();
    let ids: Vec<_> = events.iter().map(|event| event.id).collect();
    let names: Vec<_> = events.iter().map(|event| event.fact.name()).collect();
    let subjects: Vec<_> = events.iter().map(|event| event.fact.subject().0.as_str()).collect();
    let subject_ids: Vec<_> = events.iter().map(|event| event.fact.subject().1).collect();
    let services: Vec<_> = events.iter().map(|event| &*event.service).collect();
    let times: Vec<_> = events.iter().map(|event| event.occurred_at).collect();
    let rows = transaction
        .query(
            include_str!("../sql/shop_event/insert.sql"),
            &[
                (&ids, Type::UUID_ARRAY),
                (&prints, Type::BYTEA_ARRAY),
                (&names, Type::TEXT_ARRAY),
                (&subjects, Type::TEXT_ARRAY),
                (&subject_ids, Type::TEXT_ARRAY),
                (&services, Type::TEXT_ARRAY),
                (&times, Type::TIMESTAMPTZ_ARRAY),
                (&contents, Type::TEXT_ARRAY),
            ],
        )
        .await?;
    let mut new = rows.iter().map(|row| row.try_get(0)).collect::<Result<HashSet<Uuid>, _>>()?;
    let known = if new.len() < events.len() { get_fingerprints(transaction, &ids).await? } else { HashMap::new() };
    let logged = ids.iter().zip(&prints).map(|(id, print)| match known.get(id) {
        _ if new.remove(id) => Logged::New,
        Some(other) if other == print => Logged::Duplicate,
        _ => Logged::Conflict,
    });
    Ok(logged.collect())
}

async fn get_fingerprints(
    transaction: &mut Transaction<'_>,
    ids: &[Uuid],
) -> Result<HashMap<Uuid, Vec<u8>>, StoreError> {
    fingerprints(&transaction.query(FINGERPRINTS, &[(&ids, Type::UUID_ARRAY)]).await?)
}

fn fingerprints(rows: &[Row]) -> Result<HashMap<Uuid, Vec<u8>>, StoreError> {
    rows.iter().map(|row| Ok((row.try_get(0)?, row.try_get(1)?))).collect()
}

/// Says what [`insert`] would say of events, each for itself, and logs nothing.
///
/// # Errors
/// See [`StoreError`].
pub async fn compare(database: &Database, events: &[ShopEvent]) -> Result<Vec<Logged>, StoreError> {
    let ids: Vec<_> = events.iter().map(|event| event.id).collect();
    let known = fingerprints(&database.query(FINGERPRINTS, &[(&ids, Type::UUID_ARRAY)]).await?)?;
    let compared = events.iter().map(|event| {
        let print = fingerprint(event, &serde_json::to_string(&event.fact)?);
        Ok(match known.get(&event.id) {
            None => Logged::New,
            Some(other) if *other == print => Logged::Duplicate,
            Some(_) => Logged::Conflict,
        })
    });
    compared.collect()
}

/// Counts how many of these events are logged. An id that is given twice counts once.
///
/// # Errors
/// See [`StoreError`].
pub async fn count(database: &Database, ids: &[Uuid]) -> Result<i64, StoreError> {
    let statement = include_str!("../sql/shop_event/count.sql");
    let rows = database.query(statement, &[(&ids, Type::UUID_ARRAY)]).await?;
    rows.first().map_or(Ok(0), |row| Ok(row.try_get(0)?))
}

/// Returns a digest of everything that the producer decides, other than the id.
fn fingerprint(event: &ShopEvent, content: &str) -> Vec<u8> {
    let mut hash = Sha256::new();
    for part in [&*event.service, &event.occurred_at.to_string(), content] {
        hash.update((part.len() as u64).to_be_bytes());
        hash.update(part);
    }
    hash.finalize()[..16].to_vec()
}

/// Reads all events of the given subjects that say something about their state, in no order.
///
/// # Errors
/// [`StoreError::Unreadable`] when an event was logged by a newer version of this code.
pub async fn list_of(
    transaction: &mut Transaction<'_>,
    subjects: &[(Subject, String)],
) -> Result<HashMap<(Subject, String), Vec<ShopEvent>>, StoreError> {
    let (kinds, ids) = columns(subjects);
    let statement = include_str!("../sql/shop_event/list_of.sql");
    let rows = transaction.query(statement, &[(&kinds, Type::TEXT_ARRAY), (&ids, Type::TEXT_ARRAY)]).await?;
    let mut events: HashMap<_, Vec<_>> = HashMap::new();
    for row in &rows {
        let fact: Fact = serde_json::from_str(row.try_get("content")?)?;
        let (subject, id) = fact.subject();
        let of = (subject, id.to_owned());
        let (id, service, occurred_at) = (row.try_get("id")?, row.try_get("service")?, row.try_get("occurred_at")?);
        events.entry(of).or_default().push(ShopEvent { id, service, occurred_at, fact, link: None });
    }
    Ok(events)
}

/// The subjects as columns, for `unnest`.
pub(crate) fn columns(subjects: &[(Subject, String)]) -> (Vec<&'static str>, Vec<&str>) {
    subjects.iter().map(|(subject, id)| (subject.as_str(), &**id)).unzip()
}
