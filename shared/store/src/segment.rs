//! Customer segments: table `customer_spend_rollup`, which is updated together with `customer_rollup`.

use domain::{Currency, Segment, SegmentThresholds};
use tokio_postgres::Row;
use tokio_postgres::types::Type;

use crate::sales::currency;
use crate::session::Parameter;
use crate::{Database, StoreError};

/// The customers of a segment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Spend {
    /// The currency.
    pub currency: Currency,
    /// The segment.
    pub segment: Segment,
    /// The number of customers who paid in the currency.
    pub customers: i64,
    /// Their orders.
    pub orders: i64,
    /// What they paid, net of refunds, in minor units.
    pub net_minor: i64,
}

/// Sums all customers by segment, in every currency that has thresholds. Segments without customers are omitted. The
/// cost does not depend on the number of customers.
///
/// # Errors
/// See [`StoreError`].
pub async fn sum(database: &Database, thresholds: &SegmentThresholds) -> Result<Vec<Spend>, StoreError> {
    let currencies: Vec<String> = thresholds.iter().map(|(currency, _)| currency.into()).collect();
    let (high, medium): (Vec<i64>, Vec<i64>) =
        thresholds.iter().map(|(_, threshold)| (threshold.high, threshold.medium)).unzip();
    let parameters: [Parameter<'_>; 3] =
        [(&currencies, Type::TEXT_ARRAY), (&high, Type::INT8_ARRAY), (&medium, Type::INT8_ARRAY)];
    let rows = database.query(include_str!("../sql/segment/sum.sql"), &parameters).await?;
    rows.iter().map(spend).collect()
}

fn spend(row: &Row) -> Result<Spend, StoreError> {
    let name: &str = row.try_get("segment")?;
    let segment = Segment::ALL.into_iter().find(|segment| segment.as_str() == name).unwrap_or(Segment::Low);
    Ok(Spend {
        currency: currency(row)?,
        segment,
        customers: row.try_get("customers")?,
        orders: row.try_get("orders_paid")?,
        net_minor: row.try_get("net_minor")?,
    })
}
