//! `GET /sales/customer-segments`: all customers by lifetime spend. For admins.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use contracts::{CustomerSegment, CustomerSegments, SegmentLimits, SegmentsQuery};
use domain::{Currency, Segment, average};
use serving::{Admin, QueryParameters};
use store::segment::{self, Spend};

use crate::Deps;
use crate::answer;
use crate::currency;
use crate::failure::Failure;

pub(crate) async fn list(_: Admin, State(deps): State<Arc<Deps>>, query: QueryParameters) -> Result<Response, Failure> {
    let query = SegmentsQuery::read(query.pairs())?;
    if let Some(currency) = query.currency.filter(|currency| deps.segments.of(*currency).is_none()) {
        return Err(Failure::NoSegments(currency));
    }
    let rows = segment::sum(&deps.database, &deps.segments).await?;
    let currency = currency::choose(query.currency, paid(&rows).into_iter());
    let limits = currency.and_then(|currency| deps.segments.of(currency));
    Ok(answer::enveloped(CustomerSegments {
        currency,
        thresholds: limits.map(|limits| SegmentLimits { high: limits.high, medium: limits.medium }),
        segments: Segment::ALL.map(|segment| public(segment, currency, &rows)).into(),
    }))
}

/// Adds up the paid orders of each currency.
fn paid(rows: &[Spend]) -> BTreeMap<Currency, i64> {
    let mut orders: BTreeMap<Currency, i64> = BTreeMap::new();
    for row in rows {
        *orders.entry(row.currency).or_default() += row.orders;
    }
    orders
}

fn public(segment: Segment, currency: Option<Currency>, rows: &[Spend]) -> CustomerSegment {
    let row = rows.iter().find(|row| Some(row.currency) == currency && row.segment == segment);
    let (customers, orders, revenue) = row.map_or((0, 0, 0), |row| (row.customers, row.orders, row.net_minor));
    let average_revenue = average(revenue, customers).unwrap_or_default();
    CustomerSegment { segment: segment.as_str(), customers, orders, revenue, average_revenue }
}
