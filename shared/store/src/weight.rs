//! The weights of events: table `event_weight`, and the new scores after a change.
//!
//! A weight never changes alone: in the same transaction the counts of `activity` are multiplied anew, so the recount of
//! `verify` finds no difference before, during or after. The log is not read.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use domain::{EventType, Micros, ProductId};
use tokio_postgres::error::SqlState;
use tokio_postgres::types::Type;
use tokio_postgres::{Client, Row, Transaction};

use crate::popularity::product_id;
use crate::{Database, StoreError, rank};

/// A counter of a product, raised by one with each event that names it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Counter {
    /// `view_count`.
    View,
    /// `purchase_count`.
    Purchase,
    /// `favorite_count`.
    Favorite,
    /// `cart_count`.
    Cart,
    /// `review_count`.
    Review,
}

/// The string is not a counter.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("must be view_count, purchase_count, favorite_count, cart_count or review_count")]
pub struct InvalidCounter;

impl Counter {
    /// All counters, in the order of the columns of `product_popularity`.
    pub const ALL: [Self; 5] = [Self::View, Self::Purchase, Self::Favorite, Self::Cart, Self::Review];

    /// Returns the name of the column.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::View => "view_count",
            Self::Purchase => "purchase_count",
            Self::Favorite => "favorite_count",
            Self::Cart => "cart_count",
            Self::Review => "review_count",
        }
    }
}

impl fmt::Display for Counter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Counter {
    type Err = InvalidCounter;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL.into_iter().find(|counter| counter.as_str() == text).ok_or(InvalidCounter)
    }
}

/// How many events of a type count per product and UTC day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cap {
    /// Of one actor: an account, or a session without one.
    pub daily: i32,
    /// Of all guests of one network.
    pub network_daily: i32,
}

impl Cap {
    /// The largest cap of an actor: the keys of its events that count are kept in one row.
    pub const DAILY_MAX: i32 = 100;
    /// The largest cap of a network.
    pub const NETWORK_MAX: i32 = 1_000;
    /// The cap of a network in terms of an actor's, unless it is given.
    pub const NETWORK_FACTOR: i32 = 10;
}

/// One row of the weight table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Weight {
    /// The event.
    pub event_type: String,
    /// What one event adds to the score.
    pub weight: Micros,
    /// The counter that one event raises.
    pub counter: Option<Counter>,
    /// Whether only trusted callers may send it.
    pub trusted: bool,
    /// The cap of today; `None` for none.
    pub cap: Option<Cap>,
    /// The cap of a later day, and that day; `None` when none was set.
    pub next_cap: Option<(String, Option<Cap>)>,
}

/// Reads the weight table, the heaviest event first.
///
/// # Errors
/// See [`StoreError`].
pub async fn list(database: &Database) -> Result<Vec<Weight>, StoreError> {
    let rows = database.query(include_str!("../sql/weight/list.sql"), &[]).await?;
    let weights = rows.iter().map(|row| {
        let counter: Option<&str> = row.try_get("counter")?;
        Ok(Weight {
            event_type: row.try_get("event_type")?,
            weight: Micros(row.try_get("weight_micros")?),
            counter: counter.map(|name| name.parse().expect("event_weight.counter holds a known counter")),
            trusted: row.try_get("trusted")?,
            cap: cap(row, ["daily_cap", "network_daily_cap"])?,
            next_cap: match row.try_get("next_day")? {
                Some(day) => Some((day, cap(row, ["next_daily_cap", "next_network_daily_cap"])?)),
                None => None,
            },
        })
    });
    weights.collect()
}

fn cap(row: &Row, [daily, network_daily]: [&str; 2]) -> Result<Option<Cap>, StoreError> {
    let (daily, network_daily): (Option<i32>, Option<i32>) = (row.try_get(daily)?, row.try_get(network_daily)?);
    Ok(daily.zip(network_daily).map(|(daily, network_daily)| Cap { daily, network_daily }))
}

/// A requested change of one row. The row is inserted if the event has none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// The event.
    pub event_type: EventType,
    /// Its weight from now on, at most [`Micros::WEIGHT_LIMIT`] by magnitude.
    pub weight: Micros,
    /// `None` keeps the counter, `Some(None)` removes it.
    pub counter: Option<Option<Counter>>,
    /// `None` keeps the flag; a new row is then not trusted.
    pub trusted: Option<bool>,
    /// `None` keeps the cap, `Some(None)` removes it: both from the next UTC day on, so that a day has one cap.
    pub cap: Option<Option<Cap>>,
}

/// The outcome of a change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Changed {
    /// The weights and every score are committed.
    Recomputed {
        /// Products that have a row.
        products: i64,
        /// Those whose score or counters changed.
        changed: i64,
    },
    /// A lock was not available in time. Nothing was changed; retry.
    Busy,
}

/// Changes weights and recomputes every score with them, as one transaction.
///
/// The transaction takes `SHARE ROW EXCLUSIVE` on `product_popularity` first. The scoring statement needs `ROW
/// EXCLUSIVE` there for its upsert and takes it when it is parsed, before the snapshot with which it reads pending rows
/// and weights: it waits, and afterwards it sees only the new weights. Nothing is lost while it waits, because its
/// pending rows and messages stay. Readers need `ACCESS SHARE`, which does not
/// conflict: they see the old scores until the commit and the new ones after it. Recording touches neither
/// the table nor the lock; what it adds meanwhile is pending and therefore not counted yet.
///
/// A wait for a lock ends after `lock_limit` (1 ms at least, rounded down). Repeating it with the same changes writes no
/// score.
///
/// # Errors
/// See [`StoreError`]; then nothing was changed.
pub async fn set(client: &mut Client, changes: &[Change], lock_limit: Duration) -> Result<Changed, StoreError> {
    let transaction = client.transaction().await?;
    let recomputed = async {
        lock_scores(&transaction, lock_limit).await?;
        for change in changes {
            upsert(&transaction, change).await?;
        }
        // Windows and trends change even where a score does not.
        rank::mark_all(&transaction).await?;
        replace_scores(&transaction).await
    };
    match recomputed.await {
        Ok(changed) => {
            transaction.commit().await?;
            Ok(changed)
        }
        Err(error) if error.code() == Some(&SqlState::LOCK_NOT_AVAILABLE) => {
            transaction.rollback().await?;
            Ok(Changed::Busy)
        }
        Err(error) => Err(error.into()),
    }
}

/// How a product would move in the top list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Move {
    /// The product.
    pub id: ProductId,
    /// Its rank now, from 1.
    pub rank_before: i64,
    /// Its rank then.
    pub rank_after: i64,
    /// Its score now; `None` when nothing was ever scored for it.
    pub score_before: Option<Micros>,
    /// Its score then.
    pub score_after: Micros,
}

/// What a change of weights would do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Preview {
    /// Products that have a row, or would have.
    pub products: i64,
    /// Those whose score would change.
    pub changed: i64,
    /// The largest moves of rank, the largest first.
    pub moves: Vec<Move>,
}

/// Returns what [`set`] would change, with at most `limit` moves, and changes nothing.
///
/// Scorers and readers are not blocked. The weights are changed in a transaction that is rolled back, so another change
/// of the same weights waits until then.
///
/// # Errors
/// See [`StoreError`].
pub async fn preview(client: &mut Client, changes: &[Change], limit: u32) -> Result<Preview, StoreError> {
    let transaction = client.transaction().await?;
    for change in changes {
        upsert(&transaction, change).await?;
    }
    let preview = list_moves(&transaction, limit).await?;
    transaction.rollback().await?;
    Ok(preview)
}

async fn list_moves(transaction: &Transaction<'_>, limit: u32) -> Result<Preview, StoreError> {
    let statement = include_str!("../sql/weight/list_moves.sql");
    let rows = transaction.query_typed(statement, &[(&i64::from(limit), Type::INT8)]).await?;
    let first = rows.first().expect("the statement returns a row even when nothing moves");
    Ok(Preview {
        products: first.try_get("products")?,
        changed: first.try_get("changed")?,
        moves: rows.iter().filter_map(|row| read_move(row).transpose()).collect::<Result<_, _>>()?,
    })
}

fn read_move(row: &Row) -> Result<Option<Move>, StoreError> {
    if row.try_get::<_, Option<&str>>("id")?.is_none() {
        return Ok(None);
    }
    Ok(Some(Move {
        id: product_id(row, "id")?,
        rank_before: row.try_get("rank_before")?,
        rank_after: row.try_get("rank_after")?,
        score_before: row.try_get::<_, Option<i64>>("score_before")?.map(Micros),
        score_after: Micros(row.try_get("score_after")?),
    }))
}

async fn lock_scores(transaction: &Transaction<'_>, limit: Duration) -> Result<(), tokio_postgres::Error> {
    // SET takes no parameters.
    transaction.batch_execute(&format!("SET LOCAL lock_timeout = {}", limit.as_millis().max(1))).await?;
    transaction.batch_execute(include_str!("../sql/weight/lock_scores.sql")).await
}

async fn upsert(transaction: &Transaction<'_>, change: &Change) -> Result<(), tokio_postgres::Error> {
    let counter = change.counter.flatten().map(Counter::as_str);
    let parameters: [crate::session::Parameter<'_>; 5] = [
        (&change.event_type.as_str(), Type::TEXT),
        (&change.weight.0, Type::INT8),
        (&change.counter.is_some(), Type::BOOL),
        (&counter, Type::TEXT),
        (&change.trusted, Type::BOOL),
    ];
    transaction.query_typed(include_str!("../sql/weight/upsert.sql"), &parameters).await?;
    match change.cap {
        Some(cap) => upsert_cap(transaction, change.event_type.as_str(), cap).await,
        None => Ok(()),
    }
}

async fn upsert_cap(
    transaction: &Transaction<'_>,
    event_type: &str,
    cap: Option<Cap>,
) -> Result<(), tokio_postgres::Error> {
    let (daily, network_daily) = (cap.map(|cap| cap.daily), cap.map(|cap| cap.network_daily));
    let parameters: [crate::session::Parameter<'_>; 3] =
        [(&event_type, Type::TEXT), (&daily, Type::INT4), (&network_daily, Type::INT4)];
    transaction.query_typed(include_str!("../sql/weight/upsert_cap.sql"), &parameters).await?;
    Ok(())
}

async fn replace_scores(transaction: &Transaction<'_>) -> Result<Changed, tokio_postgres::Error> {
    let rows = transaction.query_typed(include_str!("../sql/weight/replace_scores.sql"), &[]).await?;
    let Some(row) = rows.first() else { return Ok(Changed::Recomputed { products: 0, changed: 0 }) };
    Ok(Changed::Recomputed { products: row.try_get("products")?, changed: row.try_get("changed")? })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_counter_reads_back() {
        for counter in Counter::ALL {
            assert_eq!(counter.as_str().parse(), Ok(counter));
        }
        assert_eq!("views".parse::<Counter>(), Err(InvalidCounter));
    }
}
