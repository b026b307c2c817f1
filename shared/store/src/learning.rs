//! What is seen and bought together: tables `visit`, `learned_product`, `related_product`, `bought_product` and
//! `avoided_product`.
//!
//! The method is co-visitation with forward decay (ARCHITECTURE.md, Recommendations). It is learned in the transaction
//! that removes or marks the pending row of the catalog, so every interaction teaches once.

use domain::{Identities, InteractionId, Learning};
use tokio_postgres::types::Type;

use crate::erasure::Counts;
use crate::session::Parameter;
use crate::{Database, StoreError, Transaction};

/// What becomes of the pending row of an interaction that is learned.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PendingRow {
    /// It is removed: nobody else waits for the interaction.
    Remove,
    /// It is marked, because an outside catalog still has to confirm the interaction.
    Keep,
}

/// The result of a batch of hints. Hints not counted here had no pending row, or were learned before.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Learned {
    /// Interactions that were learned now.
    pub taken: usize,
    /// Those of them that could teach: about a product, and neither of a bot nor of an excluded actor.
    pub teaching: usize,
    /// Hints whose row is parked. Nothing was done.
    pub parked: Vec<InteractionId>,
}

/// Learns from the pending interactions of the catalog, in one transaction.
///
/// An interaction is learned by the one transaction that deletes or marks its pending row, so the same ids again, within
/// the batch or in another, change nothing. When it returns, what was learned is committed.
///
/// # Errors
/// [`StoreError::Refused`] when at least one row cannot be learned; then none was.
pub async fn learn(
    database: &Database,
    ids: &[InteractionId],
    row: PendingRow,
    learning: Learning,
) -> Result<Learned, StoreError> {
    let ids: Vec<i64> = ids.iter().map(|id| id.0).collect();
    let parameters: [Parameter<'_>; 4] = [
        (&ids, Type::INT8_ARRAY),
        (&(row == PendingRow::Keep), Type::BOOL),
        (&i64::from(learning.lookback), Type::INT8),
        (&f64::from(learning.half_life_days), Type::FLOAT8),
    ];
    let rows = database.call("learn_interactions", &parameters).await?;
    let Some(row) = rows.first() else { return Ok(Learned::default()) };
    let (taken, teaching): (i64, i64) = (row.try_get("taken")?, row.try_get("taught")?);
    let parked: Vec<i64> = row.try_get("parked")?;
    Ok(Learned {
        taken: usize::try_from(taken).unwrap_or_default(),
        teaching: usize::try_from(teaching).unwrap_or_default(),
        parked: parked.into_iter().map(InteractionId).collect(),
    })
}

/// Deletes up to `limit` visits without an event for so many days, and returns how many. What they taught stays.
///
/// # Errors
/// See [`StoreError`]; repeating is safe.
pub async fn prune_visits(database: &Database, days: u16, limit: u32) -> Result<usize, StoreError> {
    let statement = include_str!("../sql/learning/prune_visits.sql");
    let rows = database.query(statement, &[(&i32::from(days), Type::INT4), (&i64::from(limit), Type::INT8)]).await?;
    Ok(rows.len())
}

/// Deletes up to `limit` counts of networks, of days that no event can reach any more, and returns how many.
///
/// # Errors
/// See [`StoreError`]; repeating is safe.
pub async fn prune_network_days(database: &Database, limit: u32) -> Result<usize, StoreError> {
    let statement = include_str!("../sql/learning/prune_network_days.sql");
    Ok(database.query(statement, &[(&i64::from(limit), Type::INT8)]).await?.len())
}

/// Deletes the partners of up to `limit` products that have faded to less than a thousandth of one view, and returns how
/// many.
///
/// # Errors
/// See [`StoreError`]; repeating is safe.
pub async fn prune_related(database: &Database, limit: u32) -> Result<usize, StoreError> {
    let statement = include_str!("../sql/learning/prune_related.sql");
    Ok(database.query(statement, &[(&i64::from(limit), Type::INT8)]).await?.len())
}

/// Divides everything that was learned by a power of two when the factor of the present nears the largest number, as it
/// does after 500 half-lives. Learners wait for it. Returns whether it was needed.
///
/// # Errors
/// See [`StoreError`]; repeating is safe.
pub async fn rebase(database: &Database) -> Result<bool, StoreError> {
    let rows = database.query(include_str!("../sql/learning/rebase.sql"), &[]).await?;
    rows.first().map_or(Ok(false), |row| Ok(row.try_get(0)?))
}

/// Deletes the visits, purchases, dislikes and clicks of a person, and returns how many rows of each. Pairs and counts are sums
/// and stay.
///
/// The person's interactions were anonymized before. Learners are excluded until the transaction ends: one that was
/// running has committed, and one that comes later reads interactions that name nobody.
///
/// # Errors
/// See [`StoreError`]; repeating is safe.
pub async fn erase(transaction: &mut Transaction<'_>, identities: &Identities) -> Result<Counts, StoreError> {
    let accounts: Vec<_> = identities.accounts.iter().collect();
    let sessions: Vec<_> = identities.sessions.iter().collect();
    // As a separate statement: the next one sees what was committed when it began.
    exclude_learners(transaction).await?;
    let parameters: [Parameter<'_>; 2] = [(&accounts, Type::UUID_ARRAY), (&sessions, Type::TEXT_ARRAY)];
    let rows = transaction.query(include_str!("../sql/learning/erase.sql"), &parameters).await?;
    rows.iter().map(|row| Ok((row.try_get("place")?, row.try_get("removed")?))).collect()
}

async fn exclude_learners(transaction: &mut Transaction<'_>) -> Result<(), StoreError> {
    transaction.query(include_str!("../sql/learning/exclude_learners.sql"), &[]).await.map(|_| ())
}
