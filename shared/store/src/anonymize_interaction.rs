//! Anonymizes the interactions of a person, a bounded number at a time.

use domain::InteractionId;
use jiff::Timestamp;
use tokio_postgres::types::Type;

use crate::erasure::{Counts, Whom};
use crate::session::Parameter;
use crate::{Database, StoreError, Transaction, pending};

/// Anonymizes up to `limit` interactions of a person that arrived until then, and returns the number of rows and keys.
///
/// Those of sessions before signing in are included. What they count for stays: a new actor replaces theirs in the log, in
/// what is pending and in the state of the caps.
///
/// Scorers are excluded until the transaction ends: one that was running has committed what it kept for the actor, and one
/// that comes later reads the new actor.
///
/// # Errors
/// See [`StoreError`].
pub async fn erase(
    transaction: &mut Transaction<'_>,
    Whom { identities, origins }: &Whom,
    (until, limit): (Timestamp, i64),
) -> Result<Counts, StoreError> {
    let accounts: Vec<_> = identities.accounts.iter().collect();
    let sessions: Vec<_> = identities.sessions.iter().collect();
    let (own, erased): (Vec<_>, Vec<_>) = origins.iter().copied().unzip();
    let sinks = pending::sinks();
    let parameters: [Parameter<'_>; 7] = [
        (&accounts, Type::UUID_ARRAY),
        (&sessions, Type::TEXT_ARRAY),
        (&limit, Type::INT8),
        (&until, Type::TIMESTAMPTZ),
        (&own, Type::UUID_ARRAY),
        (&erased, Type::UUID_ARRAY),
        (&sinks, Type::TEXT_ARRAY),
    ];
    // As a separate statement: the next one sees what was committed when it began.
    exclude_scorers(transaction).await?;
    let rows = transaction.query(include_str!("../sql/anonymize_interaction/erase.sql"), &parameters).await?;
    let row = rows.first().expect("the statement returns one row");
    let (interactions, keys) = (row.try_get("interactions")?, row.try_get("keys")?);
    Ok(Counts::from([("interaction".to_owned(), interactions), ("interaction_key".to_owned(), keys)]))
}

async fn exclude_scorers(transaction: &mut Transaction<'_>) -> Result<(), StoreError> {
    transaction.query(include_str!("../sql/anonymize_interaction/exclude_scorers.sql"), &[]).await.map(|_| ())
}

/// Returns those of the given interactions that name someone: they arrived after the person's were anonymized.
///
/// # Errors
/// See [`StoreError`].
pub async fn list_known(
    database: &Database,
    interactions: &[(InteractionId, Timestamp)],
) -> Result<Vec<InteractionId>, StoreError> {
    let (ids, times): (Vec<_>, Vec<_>) = interactions.iter().map(|(id, at)| (id.0, *at)).unzip();
    let parameters: [Parameter<'_>; 2] = [(&ids, Type::INT8_ARRAY), (&times, Type::TIMESTAMPTZ_ARRAY)];
    let rows = database.query(include_str!("../sql/anonymize_interaction/list_known.sql"), &parameters).await?;
    rows.iter().map(|row| Ok(InteractionId(row.try_get(0)?))).collect()
}
