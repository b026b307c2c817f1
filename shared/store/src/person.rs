//! Which identities belong to a person, derived from events and sessions.
//!
//! A link is followed only when it is unambiguous. An address that is named with several customer ids, or a session in
//! which several accounts signed in, could belong to someone else; it is counted and not followed.

use domain::{CustomerKey, Identities, Named, Origin};
use tokio_postgres::types::Type;
use uuid::Uuid;

use crate::{StoreError, Transaction};

/// Rounds of looking for further keys: an id, its addresses, and what is named with those. A person has no more.
const ROUNDS: usize = 8;

/// The known identities of a person.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Resolved {
    /// The identities.
    pub identities: Identities,
    /// Keys and sessions that others share, and that were not followed.
    pub shared: usize,
    /// The origins of these sessions.
    pub shared_sessions: Vec<Uuid>,
}

/// Finds the identities that belong to a person.
///
/// Reads all rows of `interaction` without an index on the account; only partitions of past days have one.
///
/// # Errors
/// See [`StoreError`].
pub async fn resolve(transaction: &mut Transaction<'_>, named: &Named) -> Result<Resolved, StoreError> {
    let mut resolved = Resolved { identities: named.identities(), ..Resolved::default() };
    let mut shared_keys = 0;
    for _ in 0..ROUNDS {
        let linked = list_linked(transaction, &resolved.identities.keys()).await?;
        let known = resolved.identities.customers.len();
        shared_keys = linked.iter().filter(|(_, followed)| !followed).count();
        linked.into_iter().filter(|(_, followed)| *followed).for_each(|(key, _)| resolved.identities.add(key));
        if resolved.identities.customers.len() == known {
            break;
        }
    }
    let accounts: Vec<_> = resolved.identities.accounts.iter().copied().collect();
    let sessions = if accounts.is_empty() { Vec::new() } else { list_sessions(transaction, &accounts).await? };
    let origin = |session: &str| Origin::of_session(session).as_uuid();
    let marked =
        list_shared(transaction, &sessions.iter().map(|(session, _)| origin(session)).collect::<Vec<_>>()).await?;
    let is_own = |(session, followed): &(String, bool)| *followed && !marked.contains(&origin(session));
    let (own, shared): (Vec<_>, Vec<_>) = sessions.into_iter().partition(is_own);
    resolved.shared = shared_keys + shared.len();
    resolved.shared_sessions = shared.iter().map(|(session, _)| origin(session)).collect();
    resolved.identities.sessions = own.into_iter().map(|(session, _)| session).collect();
    Ok(resolved)
}

/// Marks sessions as shared: once one of those who signed in is erased, nothing else would show it.
///
/// # Errors
/// See [`StoreError`].
pub async fn mark_shared(transaction: &mut Transaction<'_>, origins: &[Uuid]) -> Result<(), StoreError> {
    let statement = include_str!("../sql/person/mark_shared.sql");
    transaction.query(statement, &[(&origins, Type::UUID_ARRAY)]).await.map(|_| ())
}

/// Returns which of these sessions are marked as shared.
async fn list_shared(transaction: &mut Transaction<'_>, origins: &[Uuid]) -> Result<Vec<Uuid>, StoreError> {
    let statement = include_str!("../sql/person/list_shared.sql");
    let rows = transaction.query(statement, &[(&origins, Type::UUID_ARRAY)]).await?;
    rows.iter().map(|row| Ok(row.try_get(0)?)).collect()
}

/// Lists the keys that are named together with these, and whether they certainly belong to the same person.
async fn list_linked(transaction: &mut Transaction<'_>, keys: &[&str]) -> Result<Vec<(CustomerKey, bool)>, StoreError> {
    let statement = include_str!("../sql/person/list_linked.sql");
    let rows = transaction.query(statement, &[(&keys, Type::TEXT_ARRAY)]).await?;
    rows.iter().map(|row| Ok((CustomerKey::of_id(row.try_get("key")?), row.try_get("followed")?))).collect()
}

/// Lists the sessions of accounts, and whether no one else signed in during each.
async fn list_sessions(
    transaction: &mut Transaction<'_>,
    accounts: &[Uuid],
) -> Result<Vec<(String, bool)>, StoreError> {
    let statement = include_str!("../sql/person/list_sessions.sql");
    let rows = transaction.query(statement, &[(&accounts, Type::UUID_ARRAY)]).await?;
    rows.iter().map(|row| Ok((row.try_get("session_id")?, row.try_get("followed")?))).collect()
}
