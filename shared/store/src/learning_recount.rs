//! The weights of products and what visits teach of pairs, recounted from the log, for a sample.
//!
//! How far back an event is paired is a setting that no table holds, so of a pair only that share is recounted that any
//! setting yields: of what directly follows one another.
//!
//! Products are left out of which the log alone cannot say any more what they were taught: whose visitors were erased or
//! excluded, shared a session, did more than a visit keeps, or came back after a visit may have been removed; those that more events of a network met than teach; and all of them after the half-life was changed.

use serde::Serialize;
use tokio_postgres::Transaction;
use tokio_postgres::types::Type;

use crate::StoreError;

/// The products of a sample.
const PRODUCTS: i64 = 200;

/// I12: of a sample of products, the weight is what the learned interactions taught, and the partners are there that did.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct LearningComparison {
    /// Products of the sample that could be recounted.
    pub products: i64,
    /// Pairs of a product of the sample and of one directly before it in a visit: how strong each is at least.
    pub pairs: i64,
    /// Products and pairs that differ by more than rounding.
    pub differences: i64,
    /// The first of them, by id.
    pub examples: Vec<LearningDifference>,
}

/// A product or a pair whose weight differs from the recount.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct LearningDifference {
    /// The product, or the product and its partner.
    pub product_id: String,
    /// The stored weight, in views of now.
    pub stored: f64,
    /// What the log yields.
    pub recounted: f64,
}

/// Recounts a sample, another one every day.
pub(crate) async fn compare(transaction: &Transaction<'_>) -> Result<LearningComparison, StoreError> {
    let statement = include_str!("../sql/learning_recount/compare.sql");
    let rows = transaction.query_typed(statement, &[(&PRODUCTS, Type::INT8)]).await?;
    let row = rows.first().expect("there is always a row");
    let mut examples = Vec::new();
    for row in &rows {
        if let Some(product_id) = row.try_get("product_id")? {
            examples.push(LearningDifference {
                product_id,
                stored: row.try_get("stored")?,
                recounted: row.try_get("recounted")?,
            });
        }
    }
    let (products, pairs) = (row.try_get("products")?, row.try_get("pairs")?);
    Ok(LearningComparison { products, pairs, differences: row.try_get("differences")?, examples })
}
