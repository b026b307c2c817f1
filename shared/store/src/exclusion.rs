//! Actors whose events do not count: table `exclusion`, and the counts that move with a change of it.
//!
//! An exclusion never changes alone: in the same transaction what was applied of the actor moves from counted or capped to
//! excluded, or back, and others take the places that become free under a cap. The scorer looks up what comes later.

use std::time::Duration;

use domain::{Micros, NamedActor, ProductId};
use jiff::Timestamp;
use tokio_postgres::error::SqlState;
use tokio_postgres::types::Type;
use tokio_postgres::{Client, Row, Transaction};
use uuid::Uuid;

use crate::session::Parameter;
use crate::{Database, StoreError};

/// What is to hold for an actor from now on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Order<'a> {
    /// Events do not count from this event time on; `None` for all of them. Replaces an exclusion in force.
    Exclude {
        /// From when on.
        since: Option<Timestamp>,
        /// Why, for those who read the list.
        reason: &'a str,
    },
    /// All events count again.
    Include,
}

/// What moves when an actor is excluded or included. Negative when it moves back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Moved {
    /// Events that count more than before. Others of a network may fill the places of an excluded guest.
    pub counted: i64,
    /// Events that are beyond a cap more than before.
    pub capped: i64,
    /// Events that are excluded more than before.
    pub excluded: i64,
    /// Products whose score changes.
    pub products: i64,
    /// The largest changes of a score, the largest first.
    pub moves: Vec<(ProductId, Micros)>,
}

/// The outcome of an order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// Committed, or what would be.
    Moved(Moved),
    /// The actor was not excluded: nothing to end.
    NotExcluded,
    /// A lock was not available in time. Nothing was changed; retry.
    Busy,
}

/// How an order is carried out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// How long to wait for a lock.
    pub lock: Duration,
    /// Whether it is rolled back at the end.
    pub dry_run: bool,
    /// How many of the moves of scores are returned.
    pub moves: u32,
}

/// An exclusion, in force or ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exclusion {
    /// The hash of the account, session or network.
    pub actor: Uuid,
    /// account, session or network.
    pub kind: String,
    /// From which event time on; `None` for all events.
    pub since: Option<Timestamp>,
    /// Why.
    pub reason: String,
    /// Who excluded it, and when.
    pub begun: (String, Timestamp),
    /// Who ended it, and when; `None` while it is in force.
    pub ended: Option<(String, Timestamp)>,
}

/// Excludes or includes an actor and moves what was applied, as one transaction.
///
/// Scorers are excluded until it commits, as by [`crate::weight::set`]; recording and reading go on. It reads the log of
/// the days concerned. May be repeated: then nothing moves.
///
/// A wait for a lock ends after `lock_limit`.
///
/// # Errors
/// See [`StoreError`]; then nothing was changed.
pub async fn apply(
    client: &mut Client,
    (whom, by): (&NamedActor, &str),
    order: Order<'_>,
    limits: Limits,
) -> Result<Outcome, StoreError> {
    let transaction = client.transaction().await?;
    match change(&transaction, (whom, by), order, limits).await {
        Ok(outcome @ Outcome::Moved(_)) if !limits.dry_run => {
            transaction.commit().await?;
            Ok(outcome)
        }
        Ok(outcome) => {
            transaction.rollback().await?;
            Ok(outcome)
        }
        Err(error) if error.code() == Some(&SqlState::LOCK_NOT_AVAILABLE) => {
            transaction.rollback().await?;
            Ok(Outcome::Busy)
        }
        Err(error) => Err(error.into()),
    }
}

async fn change(
    transaction: &Transaction<'_>,
    (whom, by): (&NamedActor, &str),
    order: Order<'_>,
    limits: Limits,
) -> Result<Outcome, tokio_postgres::Error> {
    // As a separate statement: the next one sees what was committed when it began.
    exclude_scorers(transaction, limits.lock).await?;
    // The counts move while the table holds the state before.
    let moved = move_counts(transaction, whom, order, limits.moves).await?;
    let was_excluded = end(transaction, whom, by).await?;
    match order {
        Order::Include if !was_excluded => return Ok(Outcome::NotExcluded),
        Order::Include => {}
        Order::Exclude { since, reason } => begin(transaction, (whom, by), (since, reason)).await?,
    }
    Ok(Outcome::Moved(moved))
}

async fn exclude_scorers(transaction: &Transaction<'_>, limit: Duration) -> Result<(), tokio_postgres::Error> {
    // SET takes no parameters.
    transaction.batch_execute(&format!("SET LOCAL lock_timeout = {}", limit.as_millis().max(1))).await?;
    transaction.batch_execute(include_str!("../sql/exclusion/exclude_scorers.sql")).await
}

/// Ends the exclusion in force, and returns whether there was one.
async fn end(transaction: &Transaction<'_>, whom: &NamedActor, by: &str) -> Result<bool, tokio_postgres::Error> {
    let parameters: [Parameter<'_>; 2] = [(&whom.actor().as_uuid(), Type::UUID), (&by, Type::TEXT)];
    let rows = transaction.query_typed(include_str!("../sql/exclusion/end.sql"), &parameters).await?;
    Ok(!rows.is_empty())
}

async fn begin(
    transaction: &Transaction<'_>,
    (whom, by): (&NamedActor, &str),
    (since, reason): (Option<Timestamp>, &str),
) -> Result<(), tokio_postgres::Error> {
    let parameters: [Parameter<'_>; 5] = [
        (&whom.actor().as_uuid(), Type::UUID),
        (&whom.kind(), Type::TEXT),
        (&since, Type::TIMESTAMPTZ),
        (&reason, Type::TEXT),
        (&by, Type::TEXT),
    ];
    transaction.query_typed(include_str!("../sql/exclusion/begin.sql"), &parameters).await?;
    Ok(())
}

async fn move_counts(
    transaction: &Transaction<'_>,
    whom: &NamedActor,
    order: Order<'_>,
    moves: u32,
) -> Result<Moved, tokio_postgres::Error> {
    let (excludes, since) = match order {
        Order::Exclude { since, .. } => (true, since),
        Order::Include => (false, None),
    };
    let parameters: [Parameter<'_>; 6] = [
        (&whom.actor().as_uuid(), Type::UUID),
        (&excludes, Type::BOOL),
        (&since, Type::TIMESTAMPTZ),
        (&whom.account_id(), Type::UUID),
        (&whom.session_id(), Type::TEXT),
        (&i64::from(moves), Type::INT8),
    ];
    let rows = transaction.query_typed(include_str!("../sql/exclusion/move_counts.sql"), &parameters).await?;
    let first = rows.first().expect("the statement returns a row even when nothing moves");
    Ok(Moved {
        counted: first.try_get("counted")?,
        capped: first.try_get("capped")?,
        excluded: first.try_get("excluded")?,
        products: first.try_get("products")?,
        moves: rows.iter().filter_map(|row| read_move(row).transpose()).collect::<Result<_, _>>()?,
    })
}

fn read_move(row: &Row) -> Result<Option<(ProductId, Micros)>, tokio_postgres::Error> {
    let Some(id) = row.try_get::<_, Option<&str>>("id")? else { return Ok(None) };
    let id = id.parse().expect("what was scored is the id of a product");
    Ok(Some((id, Micros(row.try_get("score_micros")?))))
}

/// An actor that could be excluded, with what counts for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Candidate {
    /// How an exclusion names it; `None` when the person was erased since.
    pub actor: Option<NamedActor>,
    /// Whether it is a network.
    pub is_network: bool,
    /// Events that count and add to the score.
    pub events: i64,
    /// What they are worth.
    pub points: Micros,
}

/// Reads whose events add most to a product, the most first.
///
/// By the hours of their events: this one and so many before it. What the caps keep is known, which is nine days.
///
/// # Errors
/// See [`StoreError`].
pub async fn list_candidates(
    database: &Database,
    product: &ProductId,
    hours: u16,
    limit: u32,
) -> Result<Vec<Candidate>, StoreError> {
    let parameters: [Parameter<'_>; 3] =
        [(&product.as_str(), Type::TEXT), (&i32::from(hours), Type::INT4), (&i64::from(limit), Type::INT8)];
    let rows = database.query(include_str!("../sql/exclusion/list_candidates.sql"), &parameters).await?;
    let candidate = |row: &Row| {
        let account: Option<Uuid> = row.try_get("account_id")?;
        let (session, network): (Option<String>, Option<String>) =
            (row.try_get("session_id")?, row.try_get("network")?);
        let is_network = row.try_get("is_network")?;
        let shopper = account.map(NamedActor::Account).or(session.map(NamedActor::Session));
        Ok(Candidate {
            actor: if is_network { network.map(NamedActor::Network) } else { shopper },
            is_network,
            events: row.try_get("events")?,
            points: Micros(row.try_get("micros")?),
        })
    };
    rows.iter().map(candidate).collect()
}

/// Reads the exclusions, the newest first: those in force, or those that ended as well; at most `limit`, if there is one.
///
/// # Errors
/// See [`StoreError`].
pub async fn list(database: &Database, ended_too: bool, limit: Option<u32>) -> Result<Vec<Exclusion>, StoreError> {
    let limit = limit.map(i64::from);
    let parameters: [Parameter<'_>; 2] = [(&ended_too, Type::BOOL), (&limit, Type::INT8)];
    let rows = database.query(include_str!("../sql/exclusion/list.sql"), &parameters).await?;
    let exclusion = |row: &Row| {
        let (ended_by, date_ended): (Option<String>, Option<Timestamp>) =
            (row.try_get("ended_by")?, row.try_get("date_ended")?);
        Ok(Exclusion {
            actor: row.try_get("actor")?,
            kind: row.try_get("kind")?,
            since: row.try_get("since")?,
            reason: row.try_get("reason")?,
            begun: (row.try_get("excluded_by")?, row.try_get("date_created")?),
            ended: ended_by.zip(date_ended),
        })
    };
    rows.iter().map(exclusion).collect()
}
