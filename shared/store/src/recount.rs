//! The sales figures, the states of orders, products, opinions and users, and the derived interactions against a recount
//! of the event log in plain SQL.

use serde::Serialize;
use tokio_postgres::types::Type;
use tokio_postgres::{Row, Transaction};

use crate::StoreError;

/// A cell that differs from the recount.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SalesDifference {
    /// The table.
    pub rollup: String,
    /// The key of the cell; times are seconds since 1970.
    pub key: Vec<String>,
    /// The stored figures, `None` where a column is null; empty when there is no row. Times are microseconds since 1970.
    pub stored: Vec<Option<i64>>,
    /// The recounted figures; empty when there should be no row.
    pub recounted: Vec<Option<i64>>,
}

/// I10, the sales recount: every sales figure and every state of an order, product, opinion or user equals the recount of
/// the event log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SalesComparison {
    /// Cells that are stored or should be stored.
    pub cells: i64,
    /// Those that differ.
    pub differences: i64,
    /// Orders and opinions that wait to be projected again, because their product became known or changed, also those
    /// that Postgres refused. Until then they differ.
    pub stale: i64,
    /// The first of them.
    pub examples: Vec<SalesDifference>,
}

/// Compares everything, and returns at most `examples` examples.
///
/// # Errors
/// See [`StoreError`]; a difference is no error.
pub(crate) async fn compare(transaction: &Transaction<'_>, examples: i64) -> Result<SalesComparison, StoreError> {
    let statement = include_str!("../sql/recount/compare.sql");
    let rows = transaction.query_typed(statement, &[(&examples, Type::INT8)]).await?;
    let first = rows.first().expect("the statement returns a row even when nothing differs");
    Ok(SalesComparison {
        cells: first.try_get("cells")?,
        differences: first.try_get("differences")?,
        stale: first.try_get("stale")?,
        examples: rows.iter().filter_map(|row| difference(row).transpose()).collect::<Result<_, _>>()?,
    })
}

fn difference(row: &Row) -> Result<Option<SalesDifference>, tokio_postgres::Error> {
    let Some(rollup) = row.try_get("rollup")? else { return Ok(None) };
    let (key, stored, recounted) = (row.try_get("key")?, row.try_get("stored")?, row.try_get("recounted")?);
    Ok(Some(SalesDifference { rollup, key, stored, recounted }))
}
