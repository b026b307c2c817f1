//! The log of interactions: table `interaction`, with the keys and pending rows that are written in the same
//! transaction.

use std::collections::HashMap;

use domain::{
    Actor, Caller, DerivedInteraction, EventType, Interaction, InteractionId, NewInteraction, Origin, ProductId,
};
use jiff::Timestamp;
use tokio_postgres::types::Type;
use tokio_postgres::{Client, Row};
use uuid::Uuid;

use crate::session::Parameter;
use crate::{Database, StoreError, Transaction, pending, popularity};

/// What all interactions of one request have in common.
#[derive(Debug, Clone, Copy)]
pub struct Submission<'a> {
    /// From the verified token.
    pub caller: Caller,
    /// Browser family, system and device class, of closed lists.
    pub user_agent: Option<&'a str>,
    /// The network of the client's address.
    pub ip_address: Option<&'a str>,
    /// Whether the client is a known bot. Counts for shoppers and guests only: a service of the shop vouches for what it
    /// sends.
    pub is_bot: bool,
    /// How many events guests of one network may send in a minute; `None` for no limit. Counts for guests only.
    pub guest_events_per_minute: Option<u32>,
}

impl Submission<'_> {
    /// What one of the shop's services sends: its address and user agent are not the shopper's.
    pub const TRUSTED: Self = Self {
        caller: Caller::Trusted,
        user_agent: None,
        ip_address: None,
        is_bot: false,
        guest_events_per_minute: None,
    };

    /// The network whose cap the events of guests share; everyone else stands for themselves.
    fn guest_network(&self) -> Option<Uuid> {
        let of_guest = self.caller == Caller::Guest;
        of_guest.then(|| Actor::of_network(self.ip_address.unwrap_or_default()).as_uuid())
    }

    fn is_bot(&self) -> bool {
        self.is_bot && !self.caller.is_trusted()
    }

    fn guest_limit(&self) -> Option<i64> {
        self.guest_events_per_minute.filter(|_| self.caller == Caller::Guest).map(i64::from)
    }
}

/// The outcome of one item, and whether its event type is scored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RecordedItem {
    /// What became of it.
    pub recorded: Recorded,
    /// Whether its event type has a weight. Without one it is not scored.
    pub has_weight: bool,
}

/// What became of one item.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Recorded {
    /// Stored now, with its pending rows.
    New(InteractionId),
    /// Stored before, or earlier in the same request, with the same content; or with any content, when its person was
    /// erased since.
    Duplicate(InteractionId),
    /// The origin already used the event id for other content. Nothing was stored.
    Conflict,
    /// The event is trusted and the caller is not. Nothing was stored.
    Forbidden,
    /// Guests of this network have reached the limit per minute. Nothing was stored.
    RateLimited,
}

impl Recorded {
    /// Returns the id of the row stored now.
    #[must_use]
    pub fn new_id(self) -> Option<InteractionId> {
        match self {
            Self::New(id) => Some(id),
            Self::Duplicate(_) | Self::Conflict | Self::Forbidden | Self::RateLimited => None,
        }
    }
}

/// Records the items of a request, in one transaction, and returns the outcome of each.
///
/// Takes one round trip; a second, read-only one when an event id was already known. May be repeated: items
/// stored by the first call come back as [`Recorded::Duplicate`]. When it returns, the rows are committed.
///
/// # Errors
/// See [`StoreError`]; then nothing or everything is stored, and a repetition shows which.
pub async fn record(
    database: &Database,
    items: &[NewInteraction],
    submission: &Submission<'_>,
) -> Result<Vec<RecordedItem>, StoreError> {
    let batch = Batch::of(items, submission);
    let rows = database.call(RECORD, &batch.parameters()).await?;
    read_results(database, &batch, &rows).await
}

/// Records the items of an import and applies what is new to the scores, in one transaction.
///
/// So their popularity effects are never pending. Live hints need not queue behind history, and a reader of the scores
/// sees all of a batch or nothing of it. Locks the event ids first, then the products in their order, as the scorer
/// does: neither two imports nor an import and a scorer can deadlock. When it returns, both are committed. May be
/// repeated: items stored before come back as [`Recorded::Duplicate`], and nothing is scored.
///
/// # Errors
/// See [`StoreError`]; then nothing or everything is stored and scored, and a repetition shows which.
pub async fn record_and_score(
    database: &Database,
    items: &[NewInteraction],
    submission: &Submission<'_>,
) -> Result<Vec<RecordedItem>, StoreError> {
    let batch = Batch::of(items, submission);
    let mut transaction = database.begin().await?;
    let rows = match insert_and_score(&mut transaction, &batch).await {
        Ok(rows) => rows,
        // The connection remains usable: the halves of the batch come next.
        Err(refused @ StoreError::Refused { .. }) => {
            transaction.roll_back().await?;
            return Err(refused);
        }
        Err(error) => return Err(error),
    };
    transaction.commit().await?;
    read_results(database, &batch, &rows).await
}

async fn insert_and_score(transaction: &mut Transaction<'_>, batch: &Batch<'_>) -> Result<Vec<Row>, StoreError> {
    let rows = transaction.call(RECORD, &batch.parameters()).await?;
    let new: Vec<_> = outcomes(&rows)?.into_iter().filter_map(|outcome| outcome.and_then(Recorded::new_id)).collect();
    if !new.is_empty() {
        popularity::apply_within(transaction, &new).await?;
    }
    Ok(rows)
}

/// Reads the outcomes of the items, after the commit.
async fn read_results(database: &Database, batch: &Batch<'_>, rows: &[Row]) -> Result<Vec<RecordedItem>, StoreError> {
    let recorded = settle(database, &batch.columns, outcomes(rows)?).await?.into_iter();
    let result =
        |(recorded, row): (Recorded, &Row)| Ok(RecordedItem { recorded, has_weight: row.try_get("has_weight")? });
    recorded.zip(rows).map(result).collect()
}

/// The function that claims ids, stores items and inserts pending rows.
const RECORD: &str = "record_interactions";

/// Its parameters.
struct Batch<'a> {
    columns: Columns<'a>,
    submission: &'a Submission<'a>,
    is_trusted: bool,
    guest_network: Option<Uuid>,
    is_bot: bool,
    guest_limit: Option<i64>,
    sinks: Vec<&'static str>,
}

impl<'a> Batch<'a> {
    fn of(items: &'a [NewInteraction], submission: &'a Submission<'_>) -> Self {
        Self {
            columns: Columns::of(items),
            submission,
            is_trusted: submission.caller.is_trusted(),
            guest_network: submission.guest_network(),
            is_bot: submission.is_bot(),
            guest_limit: submission.guest_limit(),
            sinks: pending::sinks(),
        }
    }

    fn parameters(&self) -> [Parameter<'_>; 19] {
        let columns = &self.columns;
        [
            (&columns.event_id, Type::UUID_ARRAY),
            (&columns.origin, Type::UUID_ARRAY),
            (&columns.fingerprint, Type::BYTEA_ARRAY),
            (&columns.event_type, Type::TEXT_ARRAY),
            (&columns.ref_type, Type::TEXT_ARRAY),
            (&columns.ref_id, Type::TEXT_ARRAY),
            (&columns.product_id, Type::TEXT_ARRAY),
            (&columns.account_id, Type::UUID_ARRAY),
            (&columns.session_id, Type::TEXT_ARRAY),
            (&columns.actor, Type::UUID_ARRAY),
            (&columns.metadata, Type::TEXT_ARRAY),
            (&columns.occurred_at, Type::TIMESTAMPTZ_ARRAY),
            (&self.is_trusted, Type::BOOL),
            (&self.submission.user_agent, Type::TEXT),
            (&self.submission.ip_address, Type::TEXT),
            (&self.guest_network, Type::UUID),
            (&self.is_bot, Type::BOOL),
            (&self.guest_limit, Type::INT8),
            (&self.sinks, Type::TEXT_ARRAY),
        ]
    }
}

/// Looks up the event ids that were claimed before: by an earlier item of the request, an earlier request, or a
/// concurrent one. That one has committed, because ours waited for it.
async fn settle(
    database: &Database,
    columns: &Columns<'_>,
    outcomes: Vec<Option<Recorded>>,
) -> Result<Vec<Recorded>, StoreError> {
    let known = outcomes.iter().enumerate().filter(|(_, outcome)| outcome.is_none()).map(|(i, _)| columns.key(i));
    let known: Vec<Key> = known.collect();
    let keys = if known.is_empty() { HashMap::new() } else { get_keys(database, &known).await? };
    let settled = outcomes.into_iter().enumerate().map(|(i, outcome)| {
        outcome.unwrap_or_else(|| match keys.get(&columns.key(i)) {
            Some((None, id)) => Recorded::Duplicate(*id),
            Some((Some(fingerprint), id)) if fingerprint[..] == columns.fingerprint[i][..] => Recorded::Duplicate(*id),
            _ => Recorded::Conflict,
        })
    });
    Ok(settled.collect())
}

/// Reads the result rows, in the order of the items; `None` where the event id was claimed before.
fn outcomes(rows: &[Row]) -> Result<Vec<Option<Recorded>>, StoreError> {
    rows.iter().map(outcome).collect()
}

fn outcome(row: &Row) -> Result<Option<Recorded>, StoreError> {
    if row.try_get("forbidden")? {
        return Ok(Some(Recorded::Forbidden));
    }
    if row.try_get("limited")? {
        return Ok(Some(Recorded::RateLimited));
    }
    Ok(row.try_get::<_, Option<i64>>("interaction_id")?.map(|id| Recorded::New(InteractionId(id))))
}

/// An event id and its origin as stored.
type Key = (Uuid, Uuid);

async fn get_keys(
    database: &Database,
    keys: &[Key],
) -> Result<HashMap<Key, (Option<Vec<u8>>, InteractionId)>, StoreError> {
    let (event_ids, origins): (Vec<_>, Vec<_>) = keys.iter().copied().unzip();
    let statement = include_str!("../sql/interaction/get_keys.sql");
    let rows = database.query(statement, &[(&event_ids, Type::UUID_ARRAY), (&origins, Type::UUID_ARRAY)]).await?;
    let key = |row: &Row| {
        let key = (row.try_get("event_id")?, row.try_get("origin")?);
        Ok((key, (row.try_get("fingerprint")?, InteractionId(row.try_get("interaction_id")?))))
    };
    rows.iter().map(key).collect()
}

/// The items as columns, for `unnest`.
struct Columns<'a> {
    event_id: Vec<Uuid>,
    origin: Vec<Uuid>,
    fingerprint: Vec<Vec<u8>>,
    event_type: Vec<&'a str>,
    ref_type: Vec<&'static str>,
    ref_id: Vec<&'a str>,
    product_id: Vec<Option<&'a str>>,
    account_id: Vec<Option<Uuid>>,
    session_id: Vec<Option<&'a str>>,
    actor: Vec<Option<Uuid>>,
    metadata: Vec<&'a str>,
    occurred_at: Vec<Option<jiff::Timestamp>>,
}

impl<'a> Columns<'a> {
    fn of(items: &'a [NewInteraction]) -> Self {
        Self {
            event_id: items.iter().map(|item| item.event_id).collect(),
            origin: items.iter().map(|item| item.origin.as_uuid()).collect(),
            fingerprint: items.iter().map(|item| item.fingerprint().to_vec()).collect(),
            event_type: items.iter().map(|item| item.event_type.as_str()).collect(),
            ref_type: items.iter().map(|item| item.reference.ref_type().as_str()).collect(),
            ref_id: items.iter().map(|item| item.reference.ref_id()).collect(),
            product_id: items.iter().map(|item| item.reference.product_id().map(ProductId::as_str)).collect(),
            account_id: items.iter().map(|item| item.account_id).collect(),
            session_id: items.iter().map(|item| item.session_id.as_deref()).collect(),
            actor: items.iter().map(|item| item.actor().map(Actor::as_uuid)).collect(),
            metadata: items.iter().map(|item| item.metadata.as_str()).collect(),
            occurred_at: items.iter().map(NewInteraction::corrected_time).collect(),
        }
    }

    fn key(&self, position: usize) -> Key {
        (self.event_id[position], self.origin[position])
    }
}

/// The outcome of derived interactions.
#[derive(Debug, Default)]
pub struct Derived {
    /// Stored now, with their pending rows.
    pub new: Vec<InteractionId>,
    /// The event ids of those that were recorded before with other content. They were not stored.
    pub conflicts: Vec<Uuid>,
}

/// Records derived interactions with their pending rows, as part of a transaction that has locked their subjects.
///
/// An interaction that was recorded before is ignored. One that was recorded with other content is a conflict, which
/// must never happen: no one else can write under the origin of derived interactions.
///
/// # Errors
/// See [`StoreError`].
pub async fn record_derived(
    transaction: &mut Transaction<'_>,
    items: &[DerivedInteraction],
) -> Result<Derived, StoreError> {
    if items.is_empty() {
        return Ok(Derived::default());
    }
    let event_ids: Vec<_> = items.iter().map(|item| item.event_id).collect();
    let fingerprints: Vec<_> = items.iter().map(|item| item.fingerprint().to_vec()).collect();
    let event_types: Vec<_> = items.iter().map(|item| item.event_type).collect();
    let products: Vec<_> = items.iter().map(|item| item.product_id.as_str()).collect();
    let accounts: Vec<_> = items.iter().map(|item| item.account_id).collect();
    let actors: Vec<_> = items.iter().map(|item| item.account_id.map(|id| Actor::of_account(id).as_uuid())).collect();
    let metadata: Vec<_> = items.iter().map(DerivedInteraction::metadata).collect();
    let times: Vec<_> = items.iter().map(|item| item.occurred_at).collect();
    let sinks = pending::sinks();
    let parameters: [Parameter<'_>; 10] = [
        (&event_ids, Type::UUID_ARRAY),
        (&fingerprints, Type::BYTEA_ARRAY),
        (&event_types, Type::TEXT_ARRAY),
        (&products, Type::TEXT_ARRAY),
        (&accounts, Type::UUID_ARRAY),
        (&actors, Type::UUID_ARRAY),
        (&metadata, Type::TEXT_ARRAY),
        (&times, Type::TIMESTAMPTZ_ARRAY),
        (&Origin::DERIVED.as_uuid(), Type::UUID),
        (&sinks, Type::TEXT_ARRAY),
    ];
    let mut derived = Derived::default();
    for row in transaction.call("record_derived_interactions", &parameters).await? {
        if row.try_get("conflict")? {
            derived.conflicts.push(row.try_get("event_id")?);
        }
        derived.new.extend(row.try_get::<_, Option<i64>>("interaction_id")?.map(InteractionId));
    }
    Ok(derived)
}

/// Interactions whose catalog effect is pending.
#[derive(Debug, Default)]
pub struct AwaitingCatalog {
    /// To be delivered, by id.
    pub open: Vec<Interaction>,
    /// Parked: they wait for an operator, not for a retry.
    pub parked: Vec<InteractionId>,
}

/// An event as recommendations learn it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Teaching {
    /// The session, else the account, whose visits it belongs to.
    pub visitor: String,
    /// The product, also when a SKU was named.
    pub product_id: String,
    /// Its event type.
    pub event_type: String,
    /// When it happened.
    pub at: Timestamp,
}

/// Reads events of these types since a time, as they are learned: the newest `limit` of them, the newest first.
///
/// # Errors
/// See [`StoreError`].
pub async fn list_teaching(
    client: &Client,
    types: &[EventType],
    since: Timestamp,
    limit: u32,
) -> Result<Vec<Teaching>, StoreError> {
    let types: Vec<_> = types.iter().map(EventType::as_str).collect();
    let statement = include_str!("../sql/interaction/list_teaching.sql");
    let parameters: [Parameter<'_>; 3] =
        [(&types, Type::TEXT_ARRAY), (&since, Type::TIMESTAMPTZ), (&i64::from(limit), Type::INT8)];
    let rows = client.query_typed(statement, &parameters).await?;
    let teaching = |row: &Row| {
        Ok(Teaching {
            visitor: row.try_get("visitor")?,
            product_id: row.try_get("product_id")?,
            event_type: row.try_get("event_type")?,
            at: row.try_get("occurred_at")?,
        })
    };
    rows.iter().map(teaching).collect()
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
