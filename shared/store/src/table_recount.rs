//! Tables that no figure shows but the next figure depends on, each compared with the log by a statement of its own: for
//! `verify`.
//!
//! What every table of the schema is compared by is a table in ARCHITECTURE.md.

use serde::Serialize;
use tokio_postgres::types::Type;
use tokio_postgres::{Row, Transaction};

use crate::StoreError;

/// What a table holds, against what the log says that it must hold.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TableComparison {
    /// The invariant.
    pub invariant: &'static str,
    /// The table, or its columns.
    pub table: &'static str,
    /// Rows that are stored or should be, without those that the log cannot decide.
    pub rows: i64,
    /// Those that differ.
    pub differences: i64,
    /// The first of them, by key.
    pub examples: Vec<TableDifference>,
}

/// A row that differs from the recount.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TableDifference {
    /// Its key.
    pub key: String,
    /// What is stored; `None` when there is no row.
    pub stored: Option<String>,
    /// What the log says; `None` when there should be no row.
    pub recounted: Option<String>,
}

/// A comparison: the invariant, the table, and the statement.
type Check = (&'static str, &'static str, &'static str);

/// Compares all of them, and returns at most `examples` examples of each.
pub(crate) async fn compare(transaction: &Transaction<'_>, examples: i64) -> Result<Vec<TableComparison>, StoreError> {
    let checks = [
        actor_day(),
        partition_count(),
        contribution(),
        derived(),
        order_fact(),
        visit(),
        basket(),
        bought_product(),
        avoided_product(),
        network_day(),
        recommendation_click(),
    ];
    let mut compared = Vec::new();
    for (invariant, table, statement) in checks {
        let rows = transaction.query_typed(statement, &[(&examples, Type::INT8)]).await?;
        let first = rows.first().expect("the statement returns a row even when nothing differs");
        compared.push(TableComparison {
            invariant,
            table,
            rows: first.try_get("rows")?,
            differences: first.try_get("differences")?,
            examples: rows.iter().filter_map(|row| difference(row).transpose()).collect::<Result<_, _>>()?,
        });
    }
    Ok(compared)
}

fn difference(row: &Row) -> Result<Option<TableDifference>, tokio_postgres::Error> {
    let Some(key) = row.try_get("key")? else { return Ok(None) };
    Ok(Some(TableDifference { key, stored: row.try_get("stored")?, recounted: row.try_get("recounted")? }))
}

fn actor_day() -> Check {
    ("I1", "actor_day", include_str!("../sql/table_recount/actor_day.sql"))
}

fn partition_count() -> Check {
    ("I7", "partition_count", include_str!("../sql/table_recount/partition_count.sql"))
}

fn contribution() -> Check {
    ("I10", "projection.contribution", include_str!("../sql/table_recount/contribution.sql"))
}

fn derived() -> Check {
    ("I10", "projection.derived", include_str!("../sql/table_recount/derived.sql"))
}

fn order_fact() -> Check {
    ("I10", "order_fact", include_str!("../sql/table_recount/order_fact.sql"))
}

fn visit() -> Check {
    ("I12", "visit", include_str!("../sql/table_recount/visit.sql"))
}

fn basket() -> Check {
    ("I12", "related_product of baskets", include_str!("../sql/table_recount/basket.sql"))
}

fn bought_product() -> Check {
    ("I12", "bought_product", include_str!("../sql/table_recount/bought_product.sql"))
}

fn avoided_product() -> Check {
    ("I12", "avoided_product", include_str!("../sql/table_recount/avoided_product.sql"))
}

fn network_day() -> Check {
    ("I12", "network_day", include_str!("../sql/table_recount/network_day.sql"))
}

fn recommendation_click() -> Check {
    ("I13", "recommendation_click", include_str!("../sql/table_recount/recommendation_click.sql"))
}
