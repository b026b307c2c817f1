//! The weights of products recounted from the log, for a sample.
//!
//! Products are left out of which the log alone cannot say any more what they were taught: whose visitors were erased or
//! excluded, shared a session, or did more than a visit keeps; and all of them after the half-life was changed.

use serde::Serialize;
use tokio_postgres::Transaction;
use tokio_postgres::types::Type;

use crate::StoreError;

/// The products of a sample.
const PRODUCTS: i64 = 200;

/// I12: of a sample of products, the weight is what the learned interactions taught.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LearningComparison {
    /// Products of the sample that could be recounted.
    pub products: i64,
    /// Those that differ by more than rounding.
    pub differences: i64,
    /// The first of them, by id.
    pub examples: Vec<String>,
}

/// Recounts a sample, another one every day.
pub(crate) async fn compare(transaction: &Transaction<'_>) -> Result<LearningComparison, StoreError> {
    let statement = include_str!("../sql/learning_recount/compare.sql");
    let rows = transaction.query_typed(statement, &[(&PRODUCTS, Type::INT8)]).await?;
    let row = rows.first().expect("an aggregate has a row");
    Ok(LearningComparison {
        products: row.try_get("products")?,
        differences: row.try_get("differences")?,
        examples: row.try_get("examples")?,
    })
}
