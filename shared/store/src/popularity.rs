//! Scores and counters: table `product_popularity`.

use domain::{InteractionId, Micros, ProductId};
use jiff::Timestamp;
use tokio_postgres::Row;
use tokio_postgres::types::Type;

use crate::{Database, StoreError, Transaction};

/// The result of a batch of hints. Hints not counted here had no pending row: their effect was applied before.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Applied {
    /// Effects of events that have a weight.
    pub scored: usize,
    /// Those of them that met a daily cap and changed no score, or displaced an event that had.
    pub capped: usize,
    /// Those of them that a known bot or an excluded actor sent, which changed no score.
    pub excluded: usize,
    /// Effects without a score: no product, or no weight.
    pub skipped: usize,
    /// Hints whose row is parked. Nothing was done.
    pub parked: Vec<InteractionId>,
}

/// Applies the pending popularity effects of the given interactions, in one statement and transaction.
///
/// An effect is applied by the one transaction whose DELETE got its pending row, so the same ids again,
/// within the batch or in another, change nothing. When it returns, the effects are committed.
///
/// # Errors
/// [`StoreError::Refused`] when the effect of at least one row cannot be stored; then none was applied.
pub async fn apply(database: &Database, ids: &[InteractionId]) -> Result<Applied, StoreError> {
    let ids: Vec<i64> = ids.iter().map(|id| id.0).collect();
    applied(&database.call(APPLY, &[(&ids, Type::INT8_ARRAY)]).await?)
}

/// Applies the pending popularity effects of interactions as part of the transaction that recorded them.
///
/// # Errors
/// As [`apply`]; the transaction can only be rolled back then.
pub(crate) async fn apply_within(
    transaction: &mut Transaction<'_>,
    ids: &[InteractionId],
) -> Result<Applied, StoreError> {
    let ids: Vec<i64> = ids.iter().map(|id| id.0).collect();
    applied(&transaction.call(APPLY, &[(&ids, Type::INT8_ARRAY)]).await?)
}

/// The function that scores a batch.
const APPLY: &str = "apply_popularity";

fn applied(rows: &[Row]) -> Result<Applied, StoreError> {
    let Some(row) = rows.first() else { return Ok(Applied::default()) };
    let (taken, scored): (i64, i64) = (row.try_get("taken")?, row.try_get("scored")?);
    let (capped, excluded): (i64, i64) = (row.try_get("capped")?, row.try_get("excluded")?);
    let parked: Vec<i64> = row.try_get("parked")?;
    Ok(Applied {
        scored: usize::try_from(scored).unwrap_or_default(),
        capped: usize::try_from(capped).unwrap_or_default(),
        excluded: usize::try_from(excluded).unwrap_or_default(),
        skipped: usize::try_from(taken - scored).unwrap_or_default(),
        parked: parked.into_iter().map(InteractionId).collect(),
    })
}

/// Changes the products that SKUs belong to, each as `(reference, product)`, and moves what was scored under them.
///
/// It moves to the product, from one product to another, or to the SKU's own row when there is no product. References
/// that already lead there are unchanged.
///
/// The caller has locked the references for change. Scorers are excluded until the transaction ends: a scorer that was
/// running has committed, and one that comes later waits before it reads what a reference leads to (see
/// [`crate::weight::set`] for why its lock comes before its snapshot). May be repeated.
///
/// # Errors
/// See [`StoreError`].
pub async fn remap_skus(
    transaction: &mut Transaction<'_>,
    references: &[(&str, Option<&str>)],
) -> Result<(), StoreError> {
    let (references, products): (Vec<_>, Vec<_>) = references.iter().copied().unzip();
    // As a separate statement: the next one sees what was committed when it began.
    exclude_scorers(transaction).await?;
    let parameters: [crate::session::Parameter<'_>; 2] =
        [(&references, Type::TEXT_ARRAY), (&products, Type::TEXT_ARRAY)];
    transaction.query(include_str!("../sql/popularity/remap_skus.sql"), &parameters).await.map(|_| ())
}

async fn exclude_scorers(transaction: &mut Transaction<'_>) -> Result<(), StoreError> {
    transaction.query(include_str!("../sql/popularity/exclude_scorers.sql"), &[]).await.map(|_| ())
}

/// The popularity of one product.
#[derive(Debug, Clone, PartialEq)]
pub struct Popularity {
    /// The product.
    pub id: ProductId,
    /// The exact score.
    pub score_micros: Micros,
    /// The score in points.
    pub score: f64,
    /// `view` and `view_bounce` events.
    pub view_count: i64,
    /// `purchase` events.
    pub purchase_count: i64,
    /// `add_to_favorites` events.
    pub favorite_count: i64,
    /// Cart events.
    pub cart_count: i64,
    /// Review and rating events.
    pub review_count: i64,
    /// The last change.
    pub date_updated: Timestamp,
}

/// Reads several products, also by their SKUs: each with the id by which it was requested, in that order. Those for which
/// nothing was ever scored are missing.
///
/// # Errors
/// See [`StoreError`].
pub async fn get_many(database: &Database, ids: &[ProductId]) -> Result<Vec<(ProductId, Popularity)>, StoreError> {
    let ids: Vec<&str> = ids.iter().map(ProductId::as_str).collect();
    let rows = database.call("get_popularities", &[(&ids, Type::TEXT_ARRAY)]).await?;
    rows.iter().map(|row| Ok((product_id(row, "requested")?, popularity(row)?))).collect()
}

/// Reads `limit` products from the top after skipping `offset`. Costs the rows it skips.
///
/// # Errors
/// See [`StoreError`].
pub async fn list_page(database: &Database, limit: u32, offset: u32) -> Result<Vec<Popularity>, StoreError> {
    let (limit, offset) = (i64::from(limit), i64::from(offset));
    let rows = database.call("list_popularity_page", &[(&limit, Type::INT8), (&offset, Type::INT8)]).await?;
    rows.iter().map(popularity).collect()
}

/// Reads the `limit` products after a position. The cost does not depend on the depth.
///
/// # Errors
/// See [`StoreError`].
pub async fn list_after(
    database: &Database,
    (score, id): (Micros, &ProductId),
    limit: u32,
) -> Result<Vec<Popularity>, StoreError> {
    let limit = i64::from(limit);
    let parameters: [crate::session::Parameter<'_>; 3] =
        [(&score.0, Type::INT8), (&id.as_str(), Type::TEXT), (&limit, Type::INT8)];
    let rows = database.call("list_popularity_after", &parameters).await?;
    rows.iter().map(popularity).collect()
}

/// Counts the scored products: exactly up to a hundred thousand, above that by Postgres' estimate from the last vacuum
/// or analyze.
///
/// # Errors
/// See [`StoreError`].
pub async fn count(database: &Database) -> Result<i64, StoreError> {
    let rows = database.query(include_str!("../sql/popularity/count.sql"), &[]).await?;
    rows.first().map_or(Ok(0), |row| Ok(row.try_get(0)?))
}

/// Reads score and counters.
pub(crate) fn popularity(row: &Row) -> Result<Popularity, StoreError> {
    Ok(Popularity {
        id: product_id(row, "id")?,
        score_micros: Micros(row.try_get("score_micros")?),
        score: row.try_get("score")?,
        view_count: row.try_get("view_count")?,
        purchase_count: row.try_get("purchase_count")?,
        favorite_count: row.try_get("favorite_count")?,
        cart_count: row.try_get("cart_count")?,
        review_count: row.try_get("review_count")?,
        date_updated: row.try_get("date_updated")?,
    })
}

/// Reads a product id, which was checked when it was stored.
pub(crate) fn product_id(row: &Row, column: &str) -> Result<ProductId, StoreError> {
    let id: &str = row.try_get(column)?;
    Ok(id.parse().expect("only product ids are stored as such"))
}
