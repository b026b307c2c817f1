//! The top list and the popularity of one product. Public.

use std::sync::Arc;

use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::response::Response;
use contracts::{Cursor, Data, List, PageStart, Pagination, Parameters, Popularity, TopQuery};
use domain::{InvalidId, ProductId};
use store::popularity;

use crate::Deps;
use crate::answer;
use crate::failure::Failure;
use crate::query::QueryParameters;

/// `GET /popularity/top`: by score, ties by id, by page number or cursor.
pub(crate) async fn top(
    State(deps): State<Arc<Deps>>,
    query: QueryParameters,
    headers: HeaderMap,
) -> Result<Response, Failure> {
    let query = TopQuery::read(query.pairs())?;
    let list = match query.position {
        PageStart::Page(page) => by_page(&deps, query.limit, page).await?,
        PageStart::After(cursor) => by_cursor(&deps, query.limit, cursor).await?,
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

/// `GET /popularity/{spu_id}`: one product. The id may contain slashes, encoded or not.
pub(crate) async fn one(
    State(deps): State<Arc<Deps>>,
    spu_id: Result<Path<String>, PathRejection>,
    query: QueryParameters,
    headers: HeaderMap,
) -> Result<Response, Failure> {
    Parameters::read(query.pairs(), &[])?;
    // An id that is not UTF-8 after decoding is not valid.
    let Path(text) = spu_id.map_err(|_| Failure::InvalidProductId(InvalidId))?;
    let id: ProductId = text.parse().map_err(Failure::InvalidProductId)?;
    let row = popularity::get(&deps.database, &id).await?.ok_or(Failure::UnknownProduct)?;
    answer::public(&headers, &Data { data: public(row) })
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
