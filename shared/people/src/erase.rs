//! The steps of an erasure, each of which may be interrupted and repeated.

use std::time::{Duration, Instant};

use domain::{Identities, Named};
use jiff::Timestamp;
use store::erasure::{self, Counts, Whom};
use store::{StoreError, Transaction, anonymize, anonymize_interaction, learning, person};
use uuid::Uuid;

use crate::task::{Task, gone};
use crate::{PeopleError, Places, Receipt, feed};

/// Interactions of one transaction: a fraction of a second, which nobody waits for.
const ROWS_A_STEP: i64 = 5_000;

/// Longer than an invocation of update-catalog may last (30 s): a row that was read before it was anonymized has been
/// delivered by then, or never will be.
const SETTLE_TIME: Duration = Duration::from_secs(60);

/// Longer than it takes to call again when the receipt says so; see [`open`].
const FRESH_TIME: Duration = Duration::from_secs(5 * 60);

/// A request to erase a person.
#[derive(Debug, Clone, Copy)]
pub struct Order<'a> {
    /// The person.
    pub named: &'a Named,
    /// The requester, for the record.
    pub requested_by: &'a str,
    /// No step begins after this time.
    pub deadline: Instant,
}

/// Erases a person as far as possible before the deadline; the receipt says whether anything is left to do.
///
/// Resumes an interrupted erasure of the same person. Repeating it after completion finds nothing, unless the person
/// returned, who is then a new one.
///
/// # Errors
/// See [`PeopleError`]; completed steps remain done, and the next call continues from there.
pub async fn erase(places: &Places, order: Order<'_>) -> Result<Receipt, PeopleError> {
    let id = open(places, order).await?;
    let mut whom = erasure::list_identities(&places.database, id).await?;
    if whom.identities == Identities::default() {
        // Another erasure has taken over its identities, and completes this one as well.
        return Ok(Receipt::of(erasure::get(&places.database, id).await?.ok_or_else(gone)?));
    }
    let mut done = false;
    // Steps in the order in which data flows: an event of the log derives interactions, which are delivered.
    if Instant::now() < order.deadline {
        let covered_until = rename_customers(places, (id, order.named), &whom.identities).await?;
        // With those that it has found.
        whom = erasure::list_identities(&places.database, id).await?;
        done = erase_interactions(places, (id, covered_until), &whom, order.deadline).await?;
    }
    let identities = &whom.identities;
    let task = Task { database: &places.database, id, identities, deadline: order.deadline };
    if done {
        forget_visits(places, id, identities).await?;
    }
    if done && let Some(catalog) = &places.feed {
        done = feed::erase(task, catalog).await?;
    }
    if done && let Some(letters) = &places.letters {
        done = letters.erase(task).await?;
    }
    let state = erasure::get(&places.database, id).await?.ok_or_else(gone)?;
    if !done || state.settles_in.is_some() {
        return Ok(Receipt::of(state));
    }
    complete(places, id).await?;
    Ok(Receipt::of(erasure::get(&places.database, id).await?.ok_or_else(gone)?))
}

/// Finds the interrupted erasure, or begins one.
///
/// One that is no longer fresh starts again: a request that is repeated after weeks should cover these weeks as well. A
/// fresh one continues unchanged, otherwise it would never end for someone who keeps shopping.
async fn open(places: &Places, order: Order<'_>) -> Result<Uuid, StoreError> {
    let mut transaction = begin(places).await?;
    let known = erasure::find_open(&mut transaction, &order.named.identities(), FRESH_TIME).await?;
    if let Some(open) = known.filter(|open| open.is_fresh) {
        transaction.commit().await?;
        return Ok(open.id);
    }
    let resolved = person::resolve(&mut transaction, order.named).await?;
    // The same person may be being erased under another identity.
    let id = match erasure::find_open(&mut transaction, &resolved.identities, FRESH_TIME).await? {
        Some(open) => open.id,
        None => {
            let id = Uuid::now_v7();
            erasure::open(&mut transaction, id, order.named, order.requested_by).await?;
            id
        }
    };
    erasure::save_identities(&mut transaction, id, &resolved).await?;
    person::mark_shared(&mut transaction, &resolved.shared_sessions).await?;
    transaction.commit().await?;
    Ok(id)
}

/// Renames the person's customer keys in the log and in everything derived from it, in one transaction, unless that is
/// done; returns the time up to which stored data is covered.
///
/// Nobody stores meanwhile: what was stored is committed and covered, with the identities that it links to the person, and
/// what comes has a later time. So an event that is renamed here and everything derived from it are covered together.
async fn rename_customers(
    places: &Places,
    (id, named): (Uuid, &Named),
    identities: &Identities,
) -> Result<Timestamp, StoreError> {
    let mut transaction = begin(places).await?;
    if let Some(covered_until) = erasure::get_covered(&mut transaction, id).await? {
        transaction.commit().await?;
        return Ok(covered_until);
    }
    erasure::exclude_projections(&mut transaction).await?;
    let mut identities = identities.clone();
    identities.extend(resolve(&mut transaction, id, named).await?);
    let counts = anonymize::rename_customers(&mut transaction, &identities).await?;
    erasure::exclude_recordings(&mut transaction).await?;
    // Sessions in which the person has signed in since.
    resolve(&mut transaction, id, named).await?;
    let covered_until = erasure::cover(&mut transaction, id).await?.ok_or_else(gone)?;
    commit(transaction, id, &counts).await?;
    Ok(covered_until)
}

/// Finds all identities of a person and saves them.
async fn resolve(transaction: &mut Transaction<'_>, id: Uuid, named: &Named) -> Result<Identities, StoreError> {
    let resolved = person::resolve(transaction, named).await?;
    erasure::save_identities(transaction, id, &resolved).await?;
    person::mark_shared(transaction, &resolved.shared_sessions).await?;
    Ok(resolved.identities)
}

/// Anonymizes the interactions, batch by batch; returns whether none is left.
async fn erase_interactions(
    places: &Places,
    (id, covered_until): (Uuid, Timestamp),
    whom: &Whom,
    deadline: Instant,
) -> Result<bool, StoreError> {
    if whom.identities.accounts.is_empty() && whom.identities.sessions.is_empty() {
        return Ok(true);
    }
    while Instant::now() < deadline {
        let mut transaction = begin(places).await?;
        let counts = anonymize_interaction::erase(&mut transaction, whom, (covered_until, ROWS_A_STEP)).await?;
        let erased = counts.get("interaction").copied().unwrap_or_default();
        if erased > 0 && places.feed.is_some() {
            erasure::settle(&mut transaction, id, SETTLE_TIME).await?;
        }
        commit(transaction, id, &counts).await?;
        if erased < ROWS_A_STEP {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Removes what recommendations remember of the person, also of the time since the erasure began.
async fn forget_visits(places: &Places, id: Uuid, identities: &Identities) -> Result<(), StoreError> {
    let mut transaction = begin(places).await?;
    let counts = learning::erase(&mut transaction, identities).await?;
    commit(transaction, id, &counts).await
}

async fn complete(places: &Places, id: Uuid) -> Result<(), StoreError> {
    let mut transaction = begin(places).await?;
    erasure::complete(&mut transaction, id).await?;
    transaction.commit().await
}

/// Begins a transaction that excludes other erasures.
async fn begin(places: &Places) -> Result<Transaction<'_>, StoreError> {
    let mut transaction = places.database.begin().await?;
    erasure::lock(&mut transaction).await?;
    Ok(transaction)
}

/// Commits the anonymized rows together with their counts.
async fn commit(mut transaction: Transaction<'_>, id: Uuid, counts: &Counts) -> Result<(), StoreError> {
    erasure::add_counts(&mut transaction, id, counts).await?;
    transaction.commit().await
}
