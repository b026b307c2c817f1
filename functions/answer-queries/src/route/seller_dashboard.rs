//! `GET /seller-dashboard`: a seller's own figures.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use contracts::{
    Charts, Comparison, CurrencySales, DashboardQuery, DashboardRange, Data, Point, SellerDashboard, Summary,
    TopProduct,
};
use domain::{Charges, Currency, TimeSpan, change_percent, split};
use jiff::Timestamp;
use serving::QueryParameters;
use store::sales::{Sales, SalesFigures};
use store::seller_dashboard::{self, Dashboard, ProductSales, Question, Standing};

use crate::Deps;
use crate::caller::Seller;
use crate::currency;
use crate::failure::Failure;

/// The indexes of the requested spans: the preceding one, the whole range, then one per point of the charts.
const BEFORE: usize = 0;
const RANGE: usize = 1;
const POINTS: usize = 2;

pub(crate) async fn show(
    Seller(seller_id): Seller,
    State(deps): State<Arc<Deps>>,
    query: QueryParameters,
) -> Result<Response, Failure> {
    let query = DashboardQuery::read(query.pairs(), Timestamp::now())?;
    let points = split(query.span, query.granularity.step(), &query.zone);
    let whole = [query.span.before(), query.span];
    let steps: Vec<TimeSpan> = whole.into_iter().chain(points.iter().map(|(_, part)| *part)).collect();
    let question = Question { seller_id: &seller_id, steps: &steps, products: query.span, currency: query.currency };
    let found = seller_dashboard::get(&deps.database, &question).await?;
    let dates: Vec<Timestamp> = points.into_iter().map(|(date, _)| date).collect();
    Ok(serving::private(&Data { data: compose(&query, &dates, &found) }))
}

/// Arranges the figures. The first point may start before the range; its value does not include that part.
fn compose(query: &DashboardQuery, dates: &[Timestamp], found: &Dashboard) -> SellerDashboard {
    let in_range = || found.sales.iter().filter(|sales| sales.step == RANGE);
    let currency = currency::choose(query.currency, in_range().map(|row| (row.currency, row.figures.orders)));
    let at = |step: usize| figures_at(&found.sales, step, currency).0;
    let chart = |pick: fn(SalesFigures) -> i64| {
        let points = dates.iter().zip(POINTS..);
        points.map(|(date, step)| Point { date: *date, value: pick(at(step)) }).collect()
    };
    let zone = query.zone.as_str().to_owned();
    let TimeSpan { start, end } = query.span;
    SellerDashboard {
        range: DashboardRange { start, end, granularity: query.granularity, tz: zone },
        currency,
        summary: summarize(figures_at(&found.sales, RANGE, currency), at(BEFORE), found.standing),
        charts: Charts { revenue: chart(SalesFigures::net_minor), orders: chart(|figures| figures.orders) },
        top_products: found.products.iter().filter(|row| Some(row.currency) == currency).map(top_product).collect(),
        currencies: in_range().map(of_currency).collect(),
    }
}

fn figures_at(sales: &[Sales], step: usize, currency: Option<Currency>) -> (SalesFigures, Charges) {
    let found = sales.iter().find(|row| row.step == step && Some(row.currency) == currency);
    found.map(|row| (row.figures, row.charges)).unwrap_or_default()
}

fn summarize((now, charges): (SalesFigures, Charges), before: SalesFigures, standing: Standing) -> Summary {
    Summary {
        total_revenue: now.net_minor(),
        gross_revenue: now.gross_minor,
        refunds: now.refund_minor,
        shipping: charges.shipping,
        tax: charges.tax,
        fees: charges.fee,
        total_orders: now.orders,
        items_sold: now.items_milli,
        average_rating: average(standing.score_micros, standing.ratings),
        ratings: standing.ratings,
        pending_items: standing.pending_items_milli,
        pending_refunds: standing.pending_refunds,
        comparison: Comparison {
            revenue_change: change_percent(now.net_minor(), before.net_minor()),
            orders_change: change_percent(now.orders, before.orders),
            items_sold_change: change_percent(now.items_milli, before.items_milli),
        },
    }
}

/// The mean of scores, rounded to millionths; 0 without any.
fn average(score_micros: i64, ratings: i64) -> f64 {
    if ratings <= 0 { 0.0 } else { ((score_micros + ratings / 2) / ratings) as f64 / 1e6 }
}

fn top_product(product: &ProductSales) -> TopProduct {
    TopProduct {
        sku_id: product.product_id.clone(),
        sku_name: product.name.clone(),
        sold_count: product.figures.items_milli,
        revenue: product.figures.net_minor(),
    }
}

fn of_currency(sales: &Sales) -> CurrencySales {
    let figures = sales.figures;
    CurrencySales {
        currency: sales.currency,
        revenue: figures.net_minor(),
        gross_revenue: figures.gross_minor,
        refunds: figures.refund_minor,
        orders: figures.orders,
        items_sold: figures.items_milli,
    }
}
