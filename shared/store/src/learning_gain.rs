//! How much an event of each type teaches: table `learning_gain`.
//!
//! A change holds for what is learned from then on. What was learned stays as it is: pairs and weights are sums, of which nobody
//! knows any more which part an event type has.

use domain::EventType;
use tokio_postgres::Client;
use tokio_postgres::types::Type;

use crate::session::Parameter;
use crate::{Database, StoreError};

/// The largest gain.
pub const GAIN_MAX: f64 = 100.0;

/// The gain of an event type.
#[derive(Debug, Clone, PartialEq)]
pub struct Gain {
    /// The event.
    pub event_type: String,
    /// What one event teaches; a view has 1.
    pub gain: f64,
}

/// A requested change.
#[derive(Debug, Clone, PartialEq)]
pub struct Change {
    /// The event.
    pub event_type: EventType,
    /// Its gain from now on, above 0 and at most [`GAIN_MAX`]; `None` when it is to teach nothing.
    pub gain: Option<f64>,
}

/// Reads the gains, the largest first. Event types without one teach nothing.
///
/// # Errors
/// See [`StoreError`].
pub async fn list(database: &Database) -> Result<Vec<Gain>, StoreError> {
    let rows = database.query(include_str!("../sql/learning_gain/list.sql"), &[]).await?;
    let gain =
        |row: &tokio_postgres::Row| Ok(Gain { event_type: row.try_get("event_type")?, gain: row.try_get("gain")? });
    rows.iter().map(gain).collect()
}

/// Changes gains, as one transaction, and returns how many differ from before.
///
/// Learners wait until it is committed, so that an interaction that is recorded later is learned with the new gain.
///
/// # Errors
/// See [`StoreError`]; then nothing was changed. Repeating is safe.
pub async fn set(client: &mut Client, changes: &[Change]) -> Result<usize, StoreError> {
    let transaction = client.transaction().await?;
    transaction.batch_execute(include_str!("../sql/learning/exclude_learners.sql")).await?;
    let mut changed = 0;
    for change in changes {
        let parameters: [Parameter<'_>; 2] = [(&change.event_type.as_str(), Type::TEXT), (&change.gain, Type::FLOAT8)];
        let rows = transaction.query_typed(include_str!("../sql/learning_gain/set.sql"), &parameters).await?;
        changed += rows.len();
    }
    transaction.commit().await?;
    Ok(changed)
}
