//! The results of recommendations recounted from the log, all of them.
//!
//! Where the log does not say everything, it says within which bounds a figure is: events of erased people name no recommendation
//! any more, and nobody knows whether one of an excluded actor was learned before or after the decision.

use serde::Serialize;
use tokio_postgres::Transaction;

use crate::StoreError;

/// I13: impressions, clicks and conversions are those of the learned interactions.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ResultComparison {
    /// Days of a placement and group that were recounted.
    pub rows: i64,
    /// Those of which a figure is outside its bounds.
    pub differences: i64,
    /// The first of them.
    pub examples: Vec<ResultDifference>,
}

/// A day of a placement and group that differs: impressions, clicks and conversions.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ResultDifference {
    /// The UTC day.
    pub day: String,
    /// Where it was shown.
    pub placement: String,
    /// To whom.
    pub arm: String,
    /// What is stored.
    pub stored: Vec<i64>,
    /// What the log says for sure.
    pub least: Vec<i64>,
    /// What it may say.
    pub most: Vec<i64>,
}

/// Recounts everything.
pub(crate) async fn compare(transaction: &Transaction<'_>) -> Result<ResultComparison, StoreError> {
    let rows = transaction.query_typed(include_str!("../sql/recommendation_recount/compare.sql"), &[]).await?;
    let first = rows.first().expect("there is always a row");
    let mut examples = Vec::new();
    for row in &rows {
        if let Some(day) = row.try_get("day")? {
            examples.push(ResultDifference {
                day,
                placement: row.try_get("placement")?,
                arm: row.try_get("arm")?,
                stored: row.try_get("stored")?,
                least: row.try_get("least")?,
                most: row.try_get("most")?,
            });
        }
    }
    Ok(ResultComparison { rows: first.try_get("rows")?, differences: first.try_get("differences")?, examples })
}
