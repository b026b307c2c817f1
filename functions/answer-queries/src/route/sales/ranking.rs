//! `GET /sales/top-products` and, for admins, `GET /sales/categories`: best sellers, with their previous rank.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use contracts::{RankedCategory, RankedProduct, RankedWindow, RankingQuery, TopCategories, TopProducts};
use domain::{RankBy, change_percent};
use jiff::Timestamp;
use serving::{Admin, QueryParameters};
use store::ranking::{self, Question, Ranked};
use store::sales::WHOLE_SHOP;

use crate::Deps;
use crate::answer;
use crate::caller::Reader;
use crate::failure::Failure;

pub(crate) async fn products(
    reader: Reader,
    State(deps): State<Arc<Deps>>,
    query: QueryParameters,
) -> Result<Response, Failure> {
    let query = RankingQuery::read(query.pairs(), Timestamp::now())?;
    let seller_id = reader.seller(query.seller_id.clone())?;
    let ranking = ranking::rank_products(&deps.database, &question(&query, &seller_id)).await?;
    Ok(answer::enveloped(TopProducts {
        window: window(&query),
        by: query.by.as_str(),
        currency: ranking.currency,
        products: ranking.rows.into_iter().map(|row| product(row, query.by)).collect(),
    }))
}

pub(crate) async fn categories(
    _: Admin,
    State(deps): State<Arc<Deps>>,
    query: QueryParameters,
) -> Result<Response, Failure> {
    let query = RankingQuery::read_of_shop(query.pairs(), Timestamp::now())?;
    let ranking = ranking::rank_categories(&deps.database, &question(&query, WHOLE_SHOP)).await?;
    Ok(answer::enveloped(TopCategories {
        window: window(&query),
        by: query.by.as_str(),
        currency: ranking.currency,
        categories: ranking.rows.into_iter().map(|row| category(row, query.by)).collect(),
    }))
}

fn question<'a>(query: &RankingQuery, seller_id: &'a str) -> Question<'a> {
    Question { seller_id, window: query.window, currency: query.currency, by: query.by, limit: query.limit }
}

fn window(query: &RankingQuery) -> RankedWindow {
    RankedWindow { size: query.size, start: query.window.start, end: query.window.end }
}

fn change(row: &Ranked, by: RankBy) -> Option<f64> {
    let now = match by {
        RankBy::Quantity => row.figures.items_milli,
        RankBy::Revenue => row.figures.net_minor(),
    };
    row.before.and_then(|(_, before)| change_percent(now, before))
}

fn product(row: Ranked, by: RankBy) -> RankedProduct {
    RankedProduct {
        rank: row.rank,
        change: change(&row, by),
        previous_rank: row.before.map(|(rank, _)| rank),
        product_id: row.id,
        name: row.name,
        items: row.figures.items_milli,
        orders: row.figures.orders,
        revenue: row.figures.net_minor(),
        gross_revenue: row.figures.gross_minor,
        refunds: row.figures.refund_minor,
    }
}

fn category(row: Ranked, by: RankBy) -> RankedCategory {
    RankedCategory {
        rank: row.rank,
        change: change(&row, by),
        previous_rank: row.before.map(|(rank, _)| rank),
        category_id: Some(row.id).filter(|id| !id.is_empty()),
        items: row.figures.items_milli,
        orders: row.figures.orders,
        revenue: row.figures.net_minor(),
        gross_revenue: row.figures.gross_minor,
        refunds: row.figures.refund_minor,
    }
}
