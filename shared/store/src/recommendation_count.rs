//! How recommendations do: tables `recommendation_count` and `recommendation_click`.
//!
//! Both are written in the transaction that learns from an interaction (`learning`), so every event counts once.

use domain::recommendation::{Arm, Placement, Results};
use jiff::civil::Date;
use tokio_postgres::types::Type;

use crate::recommendation::named;
use crate::session::Parameter;
use crate::{Database, StoreError};

/// Days for which a click waits for a purchase: those 7 in which it would be a conversion, 7 that an event may be late, and a day
/// for the way to the learner.
const CLICK_RETENTION_DAYS: i32 = 15;

/// The results of a placement and group on a UTC day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Counted {
    /// The day of the impressions and clicks.
    pub day: Date,
    /// Where it was shown.
    pub placement: Placement,
    /// To whom.
    pub arm: Arm,
    /// What became of it.
    pub results: Results,
}

/// Returns the results from the first to the last day, sorted by day, placement and group. Days without events have no row.
///
/// # Errors
/// See [`StoreError`].
pub async fn list(database: &Database, first: Date, last: Date) -> Result<Vec<Counted>, StoreError> {
    let statement = include_str!("../sql/recommendation_count/list.sql");
    let rows = database.query(statement, &[(&first, Type::DATE), (&last, Type::DATE)]).await?;
    let counted = rows.iter().map(|row| {
        Ok(Counted {
            day: row.try_get("day")?,
            placement: named(&Placement::ALL, Placement::as_str, row.try_get("placement")?),
            arm: named(&Arm::ALL, Arm::as_str, row.try_get("arm")?),
            results: Results {
                impressions: row.try_get("impressions")?,
                clicks: row.try_get("clicks")?,
                conversions: row.try_get("conversions")?,
            },
        })
    });
    counted.collect()
}

/// Deletes up to `limit` clicks after which nothing can count as their conversion any more, and returns how many.
///
/// # Errors
/// See [`StoreError`]; repeating is safe.
pub async fn prune_clicks(database: &Database, limit: u32) -> Result<usize, StoreError> {
    let statement = include_str!("../sql/recommendation_count/prune_clicks.sql");
    let parameters: [Parameter<'_>; 2] = [(&CLICK_RETENTION_DAYS, Type::INT4), (&i64::from(limit), Type::INT8)];
    Ok(database.query(statement, &parameters).await?.len())
}
