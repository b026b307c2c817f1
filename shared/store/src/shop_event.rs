//! The log of back-end events: table `shop_event`.

use std::collections::{HashMap, HashSet};

use domain::{CustomerKey, Fact, ShopEvent, Subject};
use jiff::Timestamp;
use sha2::{Digest, Sha256};
use tokio_postgres::Row;
use tokio_postgres::types::Type;
use uuid::Uuid;

use crate::{Database, StoreError, Transaction};

/// Reads the fingerprints of logged events.
const FINGERPRINTS: &str = include_str!("../sql/shop_event/get_fingerprints.sql");

/// The outcome of an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Logged {
    /// Logged by this transaction.
    New,
    /// Logged before, with the same content; or, when the person in it was erased since, with the same remaining
    /// fields.
    Duplicate,
    /// The id was logged before with other content. Nothing was logged.
    Conflict,
}

/// Logs events and returns the outcome of each. A repeated id is logged once.
///
/// Waits for concurrent transactions that log the same ids.
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
        .call(
            "insert_shop_events",
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
    let logged = events.iter().zip(&prints).map(|(event, print)| match known.get(&event.id) {
        _ if new.remove(&event.id) => Logged::New,
        Some(known) if known.is(event, print) => Logged::Duplicate,
        _ => Logged::Conflict,
    });
    Ok(logged.collect())
}

/// The fields by which a repeated event is compared.
struct Known {
    /// `None` when the person in it was erased: it would identify them to someone who tries all ids.
    fingerprint: Option<Vec<u8>>,
    event_type: String,
    subject: String,
    /// `None` for a user, whose key changes when it is erased.
    subject_id: Option<String>,
    service: String,
    occurred_at: Timestamp,
}

impl Known {
    fn is(&self, event: &ShopEvent, print: &[u8]) -> bool {
        let (subject, id) = event.fact.subject();
        self.fingerprint.as_ref().map_or_else(
            || {
                self.event_type == event.fact.name()
                    && self.subject == subject.as_str()
                    && self.subject_id.as_ref().is_none_or(|known| known == id)
                    && self.service == event.service
                    && self.occurred_at == event.occurred_at
            },
            |known| known == print,
        )
    }
}

async fn get_fingerprints(transaction: &mut Transaction<'_>, ids: &[Uuid]) -> Result<HashMap<Uuid, Known>, StoreError> {
    known(&transaction.query(FINGERPRINTS, &[(&ids, Type::UUID_ARRAY)]).await?)
}

fn known(rows: &[Row]) -> Result<HashMap<Uuid, Known>, StoreError> {
    let read = |row: &Row| {
        let known = Known {
            fingerprint: row.try_get("fingerprint")?,
            event_type: row.try_get("event_type")?,
            subject: row.try_get("subject")?,
            subject_id: if row.try_get("has_id")? { Some(row.try_get("subject_id")?) } else { None },
            service: row.try_get("service")?,
            occurred_at: row.try_get("occurred_at")?,
        };
        Ok((row.try_get("id")?, known))
    };
    rows.iter().map(read).collect()
}

/// Returns what [`insert`] would return for each event, and logs nothing.
///
/// # Errors
/// See [`StoreError`].
pub async fn compare(database: &Database, events: &[ShopEvent]) -> Result<Vec<Logged>, StoreError> {
    let ids: Vec<_> = events.iter().map(|event| event.id).collect();
    let known = known(&database.query(FINGERPRINTS, &[(&ids, Type::UUID_ARRAY)]).await?)?;
    let compared = events.iter().map(|event| {
        let print = fingerprint(event, &serde_json::to_string(&event.fact)?);
        Ok(match known.get(&event.id) {
            None => Logged::New,
            Some(known) if known.is(event, &print) => Logged::Duplicate,
            Some(_) => Logged::Conflict,
        })
    });
    compared.collect()
}

/// Counts how many of these events are logged. A repeated id counts once.
///
/// # Errors
/// See [`StoreError`].
pub async fn count(database: &Database, ids: &[Uuid]) -> Result<i64, StoreError> {
    let statement = include_str!("../sql/shop_event/count.sql");
    let rows = database.query(statement, &[(&ids, Type::UUID_ARRAY)]).await?;
    rows.first().map_or(Ok(0), |row| Ok(row.try_get(0)?))
}

/// Returns a digest of everything that the producer determines, other than the id.
fn fingerprint(event: &ShopEvent, content: &str) -> Vec<u8> {
    let mut hash = Sha256::new();
    for part in [&*event.service, &event.occurred_at.to_string(), content] {
        hash.update((part.len() as u64).to_be_bytes());
        hash.update(part);
    }
    hash.finalize()[..16].to_vec()
}

/// Reads all events of the given subjects that affect their state, in no particular order.
///
/// # Errors
/// [`StoreError::Unreadable`] when an event was logged by a newer version of this code.
pub async fn list_of(
    transaction: &mut Transaction<'_>,
    subjects: &[(Subject, String)],
) -> Result<HashMap<(Subject, String), Vec<ShopEvent>>, StoreError> {
    let (kinds, ids) = columns(subjects);
    let rows = transaction.call("list_shop_events", &[(&kinds, Type::TEXT_ARRAY), (&ids, Type::TEXT_ARRAY)]).await?;
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

/// Replaces the buyer or author in new events about erased subjects by the pseudonym.
///
/// Several services report the same order, some of them late: the person must not reappear in an anonymized order.
/// Returns the events as they are logged now.
///
/// # Errors
/// See [`StoreError`].
pub async fn keep_erased(
    transaction: &mut Transaction<'_>,
    events: &[ShopEvent],
    known: &mut HashMap<(Subject, String), Vec<ShopEvent>>,
) -> Result<Vec<ShopEvent>, StoreError> {
    let mut kept = events.to_vec();
    let mut renamed = Vec::new();
    for event in &mut kept {
        let (subject, id) = event.fact.subject();
        let Some(logged) = known.get_mut(&(subject, id.to_owned())) else { continue };
        let erased = logged.iter().filter_map(|other| other.fact.customer()).find(|key| key.is_erased()).cloned();
        let Some(erased) = erased.filter(|_| subject != Subject::User) else { continue };
        event.link = None;
        if event.fact.customer().is_some_and(|named| !named.is_erased()) {
            event.fact.rename(&erased);
            logged.iter_mut().filter(|other| other.id == event.id).for_each(|other| other.fact.rename(&erased));
            renamed.push((event.id, erased));
        }
    }
    if !renamed.is_empty() {
        rename(transaction, &renamed).await?;
    }
    Ok(kept)
}

async fn rename(transaction: &mut Transaction<'_>, renamed: &[(Uuid, CustomerKey)]) -> Result<(), StoreError> {
    let (ids, keys): (Vec<_>, Vec<_>) = renamed.iter().map(|(id, key)| (*id, key.as_str())).unzip();
    let statement = include_str!("../sql/shop_event/rename.sql");
    transaction.query(statement, &[(&ids, Type::UUID_ARRAY), (&keys, Type::TEXT_ARRAY)]).await.map(|_| ())
}

/// The subjects as columns, for `unnest`.
pub(crate) fn columns(subjects: &[(Subject, String)]) -> (Vec<&'static str>, Vec<&str>) {
    subjects.iter().map(|(subject, id)| (subject.as_str(), &**id)).unzip()
}
