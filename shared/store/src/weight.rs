//! The weights of events: table `event_weight`, and the recount after a change.
//!
//! A weight never changes alone: the scores that were summed with the old one are recounted from the log in
//! the same transaction, so the recount of `verify` finds no difference before, during or after.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use domain::{EventType, Micros};
use jiff::Timestamp;
use tokio_postgres::error::SqlState;
use tokio_postgres::types::Type;
use tokio_postgres::{Client, IsolationLevel, Transaction};

use crate::{Database, StoreError};

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
        })
    });
    weights.collect()
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
}

/// The progress of the recount.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress {
    /// Parts of the log that have been counted. A part is a partition, or the time between partitions.
    pub done: usize,
    /// All parts.
    pub total: usize,
}

/// The outcome of a change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Changed {
    /// The weights and every score are committed.
    Recounted {
        /// Products that have a row.
        products: i64,
        /// Those whose score or counters changed.
        changed: i64,
    },
    /// A lock was not available in time. Nothing was changed; retry.
    Busy,
}

/// Changes weights and recounts every score with them, as one transaction.
///
/// The transaction takes `SHARE ROW EXCLUSIVE` on `product_popularity` first. The scoring statement needs `ROW
/// EXCLUSIVE` there for its upsert and takes it when it is parsed, before the snapshot with which it reads pending rows
/// and weights: it waits, and afterwards it sees only the new weights. Nothing is lost while it waits, because its
/// pending rows and messages stay. Readers need `ACCESS SHARE`, which does not
/// conflict: they see the old scores until the commit and the new ones after it. Recording touches neither
/// the table nor the lock; what it adds meanwhile is pending and therefore not part of the recount.
///
/// A wait for a lock ends after `lock_limit` (1 ms at least, rounded down). `progress` is called with zero parts
/// when the lock is held, then after each part of the log. Repeating it with the same changes writes no score.
///
/// # Errors
/// See [`StoreError`]; then nothing was changed.
pub async fn set(
    client: &mut Client,
    changes: &[Change],
    lock_limit: Duration,
    progress: &mut (dyn FnMut(Progress) + Send),
) -> Result<Changed, StoreError> {
    // Repeatable read: one snapshot for all parts of the log, so that a row that maintenance moves out of the default
    // partition is counted once. LOCK and SET take no snapshot; it dates from after them.
    let transaction = client.build_transaction().isolation_level(IsolationLevel::RepeatableRead).start().await?;
    let counted = async {
        lock_scores(&transaction, lock_limit).await?;
        for change in changes {
            upsert(&transaction, change).await?;
        }
        recount(&transaction, progress).await?;
        replace_scores(&transaction).await
    };
    match counted.await {
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

async fn lock_scores(transaction: &Transaction<'_>, limit: Duration) -> Result<(), tokio_postgres::Error> {
    // SET takes no parameters, and set_config() would be a SELECT, which fixes the snapshot before the lock.
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
    Ok(())
}

async fn recount(
    transaction: &Transaction<'_>,
    progress: &mut (dyn FnMut(Progress) + Send),
) -> Result<(), tokio_postgres::Error> {
    create_recount(transaction).await?;
    let slices = slices(&list_slice_bounds(transaction).await?);
    for (done, slice) in slices.iter().enumerate() {
        progress(Progress { done, total: slices.len() });
        recount_slice(transaction, *slice).await?;
    }
    progress(Progress { done: slices.len(), total: slices.len() });
    Ok(())
}

async fn create_recount(transaction: &Transaction<'_>) -> Result<(), tokio_postgres::Error> {
    transaction.batch_execute(include_str!("../sql/weight/create_recount.sql")).await
}

async fn list_slice_bounds(transaction: &Transaction<'_>) -> Result<Vec<Timestamp>, tokio_postgres::Error> {
    let rows = transaction.query_typed(include_str!("../sql/weight/list_slice_bounds.sql"), &[]).await?;
    rows.iter().map(|row| row.try_get(0)).collect()
}

async fn recount_slice(
    transaction: &Transaction<'_>,
    (from, to): (Option<Timestamp>, Option<Timestamp>),
) -> Result<(), tokio_postgres::Error> {
    let parameters: [crate::session::Parameter<'_>; 2] = [(&from, Type::TIMESTAMPTZ), (&to, Type::TIMESTAMPTZ)];
    transaction.query_typed(include_str!("../sql/weight/recount_slice.sql"), &parameters).await?;
    Ok(())
}

/// All of time, split at the bounds: every partition is one slice, and the default partition covers the others.
fn slices(bounds: &[Timestamp]) -> Vec<(Option<Timestamp>, Option<Timestamp>)> {
    let from = std::iter::once(None).chain(bounds.iter().copied().map(Some));
    let to = bounds.iter().copied().map(Some).chain(std::iter::once(None));
    from.zip(to).collect()
}

async fn replace_scores(transaction: &Transaction<'_>) -> Result<Changed, tokio_postgres::Error> {
    let rows = transaction.query_typed(include_str!("../sql/weight/replace_scores.sql"), &[]).await?;
    let Some(row) = rows.first() else { return Ok(Changed::Recounted { products: 0, changed: 0 }) };
    Ok(Changed::Recounted { products: row.try_get("products")?, changed: row.try_get("changed")? })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_slices_cover_all_of_time_once() {
        let day = |n: i64| Timestamp::from_second(n * 86_400).unwrap();
        assert_eq!(slices(&[]), [(None, None)]);
        assert_eq!(
            slices(&[day(1), day(2)]),
            [(None, Some(day(1))), (Some(day(1)), Some(day(2))), (Some(day(2)), None)]
        );
    }

    #[test]
    fn a_counter_reads_back() {
        for counter in Counter::ALL {
            assert_eq!(counter.as_str().parse(), Ok(counter));
        }
        assert_eq!("views".parse::<Counter>(), Err(InvalidCounter));
    }
}
