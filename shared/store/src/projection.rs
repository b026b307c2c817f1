//! What each order, product, opinion and user has contributed so far, and which are to be projected again: tables
//! `projection` and `stale_projection`.

use domain::{Contribution, Subject};
use tokio_postgres::Row;
use tokio_postgres::types::Type;
use uuid::Uuid;

use crate::shop_event::columns;
use crate::{Database, StoreError, Transaction};

/// How many erasures of a subject may end while it is being locked.
const TRIES: usize = 5;

/// One locked row.
#[derive(Debug, Clone, PartialEq)]
pub struct Projection {
    /// Its subject.
    pub subject: (Subject, String),
    /// Its contribution to the rollups.
    pub contribution: Contribution,
    /// The interactions that were derived from it, by event id.
    pub derived: Vec<Uuid>,
    /// Those of them that could not be derived from what is known now.
    pub withdrawn: Vec<Uuid>,
}

/// Locks the rows of subjects, each named once, until the transaction ends, inserting missing ones, and reads them.
///
/// # Errors
/// See [`StoreError`].
pub async fn lock(
    transaction: &mut Transaction<'_>,
    subjects: &[(Subject, String)],
) -> Result<Vec<Projection>, StoreError> {
    let (kinds, ids) = columns(subjects);
    let parameters: [crate::session::Parameter<'_>; 2] = [(&kinds, Type::TEXT_ARRAY), (&ids, Type::TEXT_ARRAY)];
    for _ in 0..TRIES {
        let rows = transaction.call("lock_projections", &parameters).await?;
        // An erasure that ended meanwhile has renamed a user, whose row is made again.
        if rows.len() == subjects.len() {
            return read(&rows);
        }
    }
    Err(StoreError::Unavailable("the subjects are being erased".into()))
}

fn read(rows: &[Row]) -> Result<Vec<Projection>, StoreError> {
    let projections = rows.iter().map(|row| {
        Ok(Projection {
            subject: subject(row)?,
            contribution: serde_json::from_str(row.try_get("contribution")?)?,
            derived: row.try_get("derived")?,
            // Always recomputed before it is saved.
            withdrawn: Vec::new(),
        })
    });
    projections.collect()
}

/// Writes locked rows back.
///
/// # Errors
/// See [`StoreError`].
pub async fn save(transaction: &mut Transaction<'_>, projections: &[Projection]) -> Result<(), StoreError> {
    let subjects: Vec<_> = projections.iter().map(|projection| projection.subject.clone()).collect();
    let (kinds, ids) = columns(&subjects);
    let contributions = projections
        .iter()
        .map(|projection| serde_json::to_string(&projection.contribution))
        .collect::<Result<Vec<_>, _>>()?;
    // Arrays of arrays must be rectangular, so the inner ones are sent as text.
    let list = |ids: &[Uuid]| format!("{{{}}}", ids.iter().map(Uuid::to_string).collect::<Vec<_>>().join(","));
    let derived: Vec<_> = projections.iter().map(|projection| list(&projection.derived)).collect();
    let withdrawn: Vec<_> = projections.iter().map(|projection| list(&projection.withdrawn)).collect();
    let parameters: [crate::session::Parameter<'_>; 5] = [
        (&kinds, Type::TEXT_ARRAY),
        (&ids, Type::TEXT_ARRAY),
        (&contributions, Type::TEXT_ARRAY),
        (&derived, Type::TEXT_ARRAY),
        (&withdrawn, Type::TEXT_ARRAY),
    ];
    transaction.call("save_projections", &parameters).await.map(|_| ())
}

/// Marks the orders and opinions that name a product by one of these references to be projected again.
///
/// The transaction has locked these references for change, so no order can be projected with the previous mapping and
/// be missed here.
///
/// # Errors
/// See [`StoreError`].
pub async fn mark_stale(transaction: &mut Transaction<'_>, references: &[String]) -> Result<(), StoreError> {
    transaction.call("mark_stale_projections", &[(&references, Type::TEXT_ARRAY)]).await.map(|_| ())
}

/// Lists subjects that are to be projected again, at most `limit`. Those that were set aside are listed an hour later.
///
/// # Errors
/// See [`StoreError`].
pub async fn list_stale(database: &Database, limit: i64) -> Result<Vec<(Subject, String)>, StoreError> {
    let rows = database.query(include_str!("../sql/projection/list_stale.sql"), &[(&limit, Type::INT8)]).await?;
    rows.iter().map(subject).collect()
}

/// Sets aside a subject whose values Postgres refuses: it stays marked and is not listed for an hour.
///
/// # Errors
/// See [`StoreError`].
pub async fn set_aside(database: &Database, (subject, id): &(Subject, String)) -> Result<(), StoreError> {
    let parameters: [crate::session::Parameter<'_>; 2] = [(&subject.as_str(), Type::TEXT), (id, Type::TEXT)];
    database.query(include_str!("../sql/projection/set_aside.sql"), &parameters).await.map(|_| ())
}

/// Clears the marks of subjects: the transaction that holds their locks has projected them again.
///
/// # Errors
/// See [`StoreError`].
pub async fn clear_stale(transaction: &mut Transaction<'_>, subjects: &[(Subject, String)]) -> Result<(), StoreError> {
    let (kinds, ids) = columns(subjects);
    transaction
        .call("clear_stale_projections", &[(&kinds, Type::TEXT_ARRAY), (&ids, Type::TEXT_ARRAY)])
        .await
        .map(|_| ())
}

fn subject(row: &Row) -> Result<(Subject, String), StoreError> {
    let name: &str = row.try_get("subject")?;
    let known = [Subject::Order, Subject::Product, Subject::User, Subject::Rating, Subject::Comment];
    let subject = known.into_iter().find(|subject| subject.as_str() == name).expect("only these are projected");
    Ok((subject, row.try_get("subject_id")?))
}
