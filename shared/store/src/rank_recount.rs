//! Recounts the current generation of the rank lists from the log, for `verify`.

use serde::Serialize;
use tokio_postgres::types::Type;
use tokio_postgres::{Row, Transaction};

use crate::StoreError;

/// A product that is ranked by something else than the log says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RankDifference {
    /// The product.
    pub id: String,
    /// What is stored: listed, category, seller, score, trend, points of 1, 24, 168 and 720 hours, growth, standing and
    /// the hour of the next change; or list and position. `None` when it has no row.
    pub stored: Option<Vec<Option<String>>>,
    /// The same, recounted.
    pub recounted: Option<Vec<Option<String>>>,
}

/// I11: the current generation of the rank lists is what the log yields as of its hour.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RankComparison {
    /// The generation; `None` before the first one.
    pub generation: Option<i64>,
    /// Products that are ranked or should be.
    pub products: i64,
    /// Those that changed since, which the next generation has to show: they are not compared.
    pub changed: i64,
    /// Those that differ, and positions that do.
    pub differences: i64,
    /// The first of them, by id.
    pub examples: Vec<RankDifference>,
}

/// Compares the current generation with the log.
pub(crate) async fn compare(transaction: &Transaction<'_>, examples: i64) -> Result<RankComparison, StoreError> {
    let statement = include_str!("../sql/rank_recount/compare.sql");
    let rows = transaction.query_typed(statement, &[(&examples, Type::INT8)]).await?;
    let first = rows.first().expect("the statement returns a row even when nothing differs");
    Ok(RankComparison {
        generation: first.try_get("generation")?,
        products: first.try_get("products")?,
        changed: first.try_get("changed")?,
        differences: first.try_get("differences")?,
        examples: rows.iter().filter_map(|row| difference(row).transpose()).collect::<Result<_, _>>()?,
    })
}

fn difference(row: &Row) -> Result<Option<RankDifference>, tokio_postgres::Error> {
    let Some(id) = row.try_get("id")? else { return Ok(None) };
    Ok(Some(RankDifference { id, stored: row.try_get("stored")?, recounted: row.try_get("recounted")? }))
}
