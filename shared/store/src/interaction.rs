//! The log: table `interaction`, with the keys and pending rows that are written in the same transaction.

use std::collections::HashMap;

use domain::{Caller, DerivedInteraction, Interaction, InteractionId, NewInteraction};
use tokio_postgres::Row;
use tokio_postgres::types::Type;
use uuid::Uuid;

use crate::{Database, StoreError, Transaction};

/// What all interactions of one request have in common.
#[derive(Debug, Clone, Copy)]
pub struct Origin<'a> {
    /// From the verified token.
    pub caller: Caller,
    /// The `User-Agent` header.
    pub user_agent: Option<&'a str>,
    /// The network of the client's address.
    pub ip_address: Option<&'a str>,
}

/// What became of one item.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Recorded {
    /// Stored now, with its pending rows.
    New(InteractionId),
    /// Stored before, or earlier in the same request, with the same content.
    Duplicate(InteractionId),
    /// The event id belongs to other content. Nothing was stored.
    Conflict,
    /// The event is trusted and the caller is not. Nothing was stored.
    Forbidden,
}

/// Records the items of a request, in one transaction, and says what became of each.
///
/// Takes one round trip; a second one, only to read, when an event id was known already. May be repeated: items
/// stored by the first call come back as [`Recorded::Duplicate`]. When it returns, the rows are committed.
///
/// # Errors
/// See [`StoreError`]; then nothing or everything is stored, and repeating tells which.
pub async fn record(
    database: &Database,
    items: &[NewInteraction],
    origin: &Origin<'_>,
) -> Result<Vec<Recorded>, StoreError> {
    let columns = Columns::of(items, origin.caller);
    let rows = database
        .query(
            include_str!("../sql/interaction/record.sql"),
            &[
                (&columns.event_id, Type::UUID_ARRAY),
                (&columns.fingerprint, Type::BYTEA_ARRAY),
                (&columns.event_type, Type::TEXT_ARRAY),
                (&columns.ref_type, Type::TEXT_ARRAY),
                (&columns.ref_id, Type::TEXT_ARRAY),
                (&columns.product_id, Type::UUID_ARRAY),
                (&columns.session_id, Type::TEXT_ARRAY),
                (&columns.metadata, Type::TEXT_ARRAY),
                (&columns.occurred_at, Type::TIMESTAMPTZ_ARRAY),
                (&origin.caller.account_id(), Type::UUID),
                (&origin.caller.is_trusted(), Type::BOOL),
                (&origin.user_agent, Type::TEXT),
                (&origin.ip_address, Type::TEXT),
            ],
        )
        .await?;
    let outcomes = rows.iter().map(outcome).collect::<Result<Vec<_>, _>>()?;
    settle(database, &columns, outcomes).await
}

/// Looks up the event ids that were claimed before: by an earlier item of the request, an earlier request, or one
/// that ran at the same time. That one has committed: ours waited for it.
async fn settle(
    database: &Database,
    columns: &Columns<'_>,
    outcomes: Vec<Option<Recorded>>,
) -> Result<Vec<Recorded>, StoreError> {
    let known: Vec<Uuid> =
        outcomes.iter().zip(&columns.event_id).filter(|(outcome, _)| outcome.is_none()).map(|(_, id)| *id).collect();
    let keys = if known.is_empty() { HashMap::new() } else { get_keys(database, &known).await? };
    let settled = outcomes.into_iter().enumerate().map(|(i, outcome)| {
        outcome.unwrap_or_else(|| match keys.get(&columns.event_id[i]) {
            Some((fingerprint, id)) if fingerprint[..] == columns.fingerprint[i][..] => Recorded::Duplicate(*id),
            _ => Recorded::Conflict,
        })
    });
    Ok(settled.collect())
}

/// Reads one result row; `None` when the event id was claimed before.
fn outcome(row: &Row) -> Result<Option<Recorded>, StoreError> {
    if row.try_get("forbidden")? {
        return Ok(Some(Recorded::Forbidden));
    }
    Ok(row.try_get::<_, Option<i64>>("interaction_id")?.map(|id| Recorded::New(InteractionId(id))))
}

async fn get_keys(
    database: &Database,
    event_ids: &[Uuid],
) -> Result<HashMap<Uuid, (Vec<u8>, InteractionId)>, StoreError> {
    let statement = include_str!("../sql/interaction/get_keys.sql");
    let rows = database.query(statement, &[(&event_ids, Type::UUID_ARRAY)]).await?;
    rows.iter().map(|row| Ok((row.try_get(0)?, (row.try_get(1)?, InteractionId(row.try_get(2)?))))).collect()
}

/// The items as columns, for `unnest`.
struct Columns<'a> {
    event_id: Vec<Uuid>,
    fingerprint: Vec<Vec<u8>>,
    event_type: Vec<&'a str>,
    ref_type: Vec<&'static str>,
    ref_id: Vec<String>,
    product_id: Vec<Option<Uuid>>,
    session_id: Vec<Option<&'a str>>,
    metadata: Vec<&'a str>,
    occurred_at: Vec<Option<jiff::Timestamp>>,
}

impl<'a> Columns<'a> {
    fn of(items: &'a [NewInteraction], caller: Caller) -> Self {
        Self {
            event_id: items.iter().map(|item| item.event_id).collect(),
            fingerprint: items.iter().map(|item| item.fingerprint(caller).to_vec()).collect(),
            event_type: items.iter().map(|item| item.event_type.as_str()).collect(),
            ref_type: items.iter().map(|item| item.reference.ref_type().as_str()).collect(),
            ref_id: items.iter().map(|item| item.reference.ref_id()).collect(),
            product_id: items.iter().map(|item| item.reference.product_id()).collect(),
            session_id: items.iter().map(|item| item.session_id.as_deref()).collect(),
            metadata: items.iter().map(|item| item.metadata.as_str()).collect(),
            occurred_at: items.iter().map(|item| item.occurred_at).collect(),
        }
    }
}

/// Records derived interactions with their pending rows, as part of a transaction, and returns the ids of the new ones.
///
/// # Errors
/// See [`StoreError`].
pub async fn record_derived(
    transaction: &mut Transaction<'_>,
    items: &[DerivedInteraction],
) -> Result<Vec<InteractionId>, StoreError> {
    if items.is_empty() {
        return Ok(Vec::new());
    }
    let event_ids: Vec<_> = items.iter().map(|item| item.event_id).collect();
    let fingerprints: Vec<_> = items.iter().map(|item| item.fingerprint().to_vec()).collect();
    let event_types: Vec<_> = items.iter().map(|item| item.event_type).collect();
    let products: Vec<_> = items.iter().map(|item| item.product_id).collect();
    let accounts: Vec<_> = items.iter().map(|item| item.account_id).collect();
    let metadata: Vec<_> = items.iter().map(DerivedInteraction::metadata).collect();
    let times: Vec<_> = items.iter().map(|item| item.occurred_at).collect();
    let parameters: [crate::database::Parameter<'_>; 7] = [
        (&event_ids, Type::UUID_ARRAY),
        (&fingerprints, Type::BYTEA_ARRAY),
        (&event_types, Type::TEXT_ARRAY),
        (&products, Type::UUID_ARRAY),
        (&accounts, Type::UUID_ARRAY),
        (&metadata, Type::TEXT_ARRAY),
        (&times, Type::TIMESTAMPTZ_ARRAY),
    ];
    let rows = transaction.query(include_str!("../sql/interaction/record_derived.sql"), &parameters).await?;
    rows.iter().map(|row| Ok(InteractionId(row.try_get(0)?))).collect()
}

/// Interactions whose catalog effect is pending.
#[derive(Debug, Default)]
pub struct AwaitingCatalog {
    /// To be delivered, by id.
    pub open: Vec<Interaction>,
    /// Parked: they wait for a person, not for another try.
    pub parked: Vec<InteractionId>,
}

/// Loads those of the given interactions that the catalog has not confirmed. The others are done.
///
/// # Errors
/// See [`StoreError`].
pub async fn get_awaiting_catalog(database: &Database, ids: &[InteractionId]) -> Result<AwaitingCatalog, StoreError> {
    let ids: Vec<i64> = ids.iter().map(|id| id.0).collect();
    let statement = include_str!("../sql/interaction/get_awaiting_catalog.sql");
    let mut awaiting = AwaitingCatalog::default();
    for row in database.query(statement, &[(&ids, Type::INT8_ARRAY)]).await? {
        if row.try_get("parked")? {
            awaiting.parked.push(InteractionId(row.try_get("id")?));
        } else {
            awaiting.open.push(interaction(&row)?);
        }
    }
    Ok(awaiting)
}

fn interaction(row: &Row) -> Result<Interaction, StoreError> {
    Ok(Interaction {
        id: InteractionId(row.try_get("id")?),
        account_id: row.try_get("account_id")?,
        session_id: row.try_get("session_id")?,
        event_type: row.try_get("event_type")?,
        ref_type: row.try_get("ref_type")?,
        ref_id: row.try_get("ref_id")?,
        metadata: row.try_get("metadata")?,
        occurred_at: row.try_get("occurred_at")?,
        date_created: row.try_get("date_created")?,
    })
}
