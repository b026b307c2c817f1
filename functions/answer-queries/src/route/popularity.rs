//! The top list, and the popularity of one product or several: how high it is, why, and since when. Public.

use std::sync::Arc;

use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::response::Response;
use contracts::{
    Cursor, Data, ExplainedEvents, Explanation, History, HistoryBucket, HistoryGranularity, HistoryQuery, IdsQuery,
    List, PageStart, Pagination, Parameters, Popularities, Popularity, ProductPopularity, RequestedPopularity, Route,
    TopQuery,
};
use domain::{InvalidId, Micros, ProductId};
use jiff::Timestamp;
use serving::QueryParameters;
use store::{activity, popularity};

use crate::Deps;
use crate::answer;
use crate::failure::Failure;
use crate::route::rank;

/// `GET /popularity/top`: the live list by score, ties by id, by page number or cursor; or a rank list.
pub(crate) async fn top(
    State(deps): State<Arc<Deps>>,
    query: QueryParameters,
    headers: HeaderMap,
) -> Result<Response, Failure> {
    let query = TopQuery::read(query.pairs())?;
    let list = match query.position {
        PageStart::Page(page) => by_page(&deps, query.limit, page).await?,
        PageStart::After(cursor) => by_cursor(&deps, query.limit, cursor).await?,
        PageStart::Ranked(ranked) => return answer::public(&headers, &rank::list(&deps, query.limit, ranked).await?),
    };
    answer::public(&headers, &list)
}

async fn by_page(deps: &Deps, limit: u32, page: u32) -> Result<List<Popularity>, Failure> {
    let total = popularity::count(&deps.database).await?;
    let rows = popularity::list_page(&deps.database, limit, (page - 1) * limit).await?;
    let more = i64::from(page) * i64::from(limit) < total;
    let reachable = (page + 1).saturating_mul(limit) <= contracts::PAGED_ROWS_MAX;
    let pagination = Pagination {
        limit,
        total: Some(total),
        page: Some(page),
        next_page: (more && reachable).then_some(page + 1),
        cursor: None,
        next_cursor: if more { next_cursor(&rows) } else { None },
    };
    Ok(List { data: rows.into_iter().map(public).collect(), pagination })
}

async fn by_cursor(deps: &Deps, limit: u32, cursor: Cursor) -> Result<List<Popularity>, Failure> {
    // One row more than shown reveals whether there is a next page, without counting.
    let mut rows = popularity::list_after(&deps.database, (cursor.score, &cursor.id), limit + 1).await?;
    let shown = usize::try_from(limit).unwrap_or(usize::MAX);
    let more = rows.len() > shown;
    rows.truncate(shown);
    let pagination = Pagination {
        limit,
        total: None,
        page: None,
        next_page: None,
        cursor: Some(cursor.encode()),
        next_cursor: if more { next_cursor(&rows) } else { None },
    };
    Ok(List { data: rows.into_iter().map(public).collect(), pagination })
}

fn next_cursor(rows: &[popularity::Popularity]) -> Option<String> {
    rows.last().map(|row| Cursor { score: row.score_micros, id: row.id.clone() }.encode())
}

/// `GET /popularity?ids=`: several products.
pub(crate) async fn several(
    State(deps): State<Arc<Deps>>,
    query: QueryParameters,
    headers: HeaderMap,
) -> Result<Response, Failure> {
    let mut unknown = IdsQuery::read(query.pairs())?.ids;
    let rows = popularity::get_many(&deps.database, &unknown).await?;
    unknown.retain(|id| rows.iter().all(|(requested, _)| requested != id));
    let products =
        rows.into_iter().map(|(requested, row)| RequestedPopularity { requested, popularity: public(row) }).collect();
    answer::public(&headers, &Data { data: Popularities { products, unknown } })
}

/// `GET /popularity/{spu_id}` and what follows the id: `/explain` and `/history`. The id may contain slashes, encoded or
/// not: API Gateway decodes them.
pub(crate) async fn of_product(
    State(deps): State<Arc<Deps>>,
    rest: Result<Path<String>, PathRejection>,
    query: QueryParameters,
    headers: HeaderMap,
) -> Result<Response, Failure> {
    // An id that is not UTF-8 after decoding is not valid.
    let Path(rest) = rest.map_err(|_| Failure::InvalidProductId(InvalidId))?;
    let before = |route: Route| route.suffix().and_then(|suffix| rest.strip_suffix(suffix));
    let read = |text: &str| text.parse::<ProductId>().map_err(Failure::InvalidProductId);
    if let Some(id) = before(Route::ExplainPopularity) {
        Parameters::read(query.pairs(), &[])?;
        let found = activity::explain(&deps.database, &read(id)?).await?.ok_or(Failure::NoActivity)?;
        return answer::public(&headers, &Data { data: explanation(found) });
    }
    if let Some(id) = before(Route::ShowHistory) {
        let query = HistoryQuery::read(query.pairs(), Timestamp::now())?;
        return answer::public(&headers, &Data { data: history(&deps, &read(id)?, query).await? });
    }
    Parameters::read(query.pairs(), &[])?;
    let found = store::rank::get(&deps.database, &read(&rest)?).await?.ok_or(Failure::UnknownProduct)?;
    let data = ProductPopularity { popularity: public(found.popularity), ranks: found.ranks.map(rank::of_product) };
    answer::public(&headers, &Data { data })
}

fn explanation(found: activity::Explanation) -> Explanation {
    let events = found.events.into_iter().map(|part| ExplainedEvents {
        event_type: part.event_type,
        counted: part.counts.counted,
        capped: part.counts.capped,
        excluded: part.counts.excluded,
        weight: part.weight.map(Micros::points),
        points: Micros(part.counts.counted * part.weight.unwrap_or_default().0).points(),
    });
    Explanation { id: found.id, as_of: found.as_of, score: found.score.points(), events: events.collect() }
}

async fn history(deps: &Deps, id: &ProductId, query: HistoryQuery) -> Result<History, Failure> {
    let days = query.granularity == HistoryGranularity::Day;
    let found = activity::list(&deps.database, id, &query.buckets, days).await?;
    let (id, steps) = found.ok_or(Failure::NoActivity)?;
    let buckets = query.buckets.iter().zip(steps).map(|(span, step)| HistoryBucket {
        start: span.start,
        end: span.end,
        counted: step.counts.counted,
        capped: step.counts.capped,
        excluded: step.counts.excluded,
        points: step.points.points(),
    });
    Ok(History {
        id,
        granularity: query.granularity,
        tz: query.zone.as_str().to_owned(),
        hours_since: query.hours_since,
        days_since: query.days_since,
        buckets: buckets.collect(),
    })
}

fn public(row: popularity::Popularity) -> Popularity {
    Popularity {
        id: row.id,
        score: row.score,
        view_count: row.view_count,
        purchase_count: row.purchase_count,
        favorite_count: row.favorite_count,
        cart_count: row.cart_count,
        review_count: row.review_count,
        date_updated: row.date_updated,
    }
}
