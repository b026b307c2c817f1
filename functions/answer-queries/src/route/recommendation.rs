//! `GET /api/analytics/recommendations`: how recommendations do. For admins.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use contracts::{DaysQuery, RecommendationResults};
use jiff::Timestamp;
use serving::{Admin, QueryParameters};
use store::recommendation_count;

use crate::Deps;
use crate::failure::Failure;

pub(crate) async fn results(
    _: Admin,
    State(deps): State<Arc<Deps>>,
    query: QueryParameters,
) -> Result<Response, Failure> {
    let (first, last) = DaysQuery::read_utc(query.pairs(), Timestamp::now())?.bounds();
    let counted = recommendation_count::list(&deps.database, first, last).await?;
    let rows = counted.into_iter().map(|row| (row.day, row.placement, row.arm, row.results));
    Ok(serving::private(&RecommendationResults::of(rows)))
}
