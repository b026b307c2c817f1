//! `GET /sales/windows`: sales by window.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use contracts::{SalesRange, SalesWindow, SalesWindows, Trend, WindowsQuery};
use domain::{Charges, TimeSpan, average, change_percent};
use jiff::Timestamp;
use serving::QueryParameters;
use store::sales::{self, SalesFigures};

use super::total::{Totals, fill};
use crate::Deps;
use crate::answer;
use crate::caller::Reader;
use crate::currency;
use crate::failure::Failure;

pub(crate) async fn list(
    reader: Reader,
    State(deps): State<Arc<Deps>>,
    query: QueryParameters,
) -> Result<Response, Failure> {
    let query = WindowsQuery::read(query.pairs(), Timestamp::now())?;
    let seller_id = reader.seller(query.seller_id.clone())?;
    let steps = query.steps();
    let rows = match &query.product_id {
        Some(product_id) => sales::sum_product(&deps.database, (&seller_id, product_id), &steps).await?,
        None => sales::sum(&deps.database, &seller_id, &steps).await?,
    };
    // Step 0 is the window before the first.
    let totals = Totals::from_step(1, &rows);
    let currency = currency::choose(query.currency, totals.paid());
    let figures = fill(steps.len(), currency, &rows);
    let windows = steps.windows(2).zip(figures.windows(2));
    Ok(answer::enveloped(SalesWindows {
        size: query.size,
        range: SalesRange { start: query.range.start, end: query.range.end, tz: query.zone.as_str().to_owned() },
        currency,
        windows: windows.map(|(steps, figures)| window(steps[1], figures[1], figures[0])).collect(),
        currencies: totals.public(),
    }))
}

fn window(
    span: TimeSpan,
    (figures, charges): (SalesFigures, Charges),
    (before, _): (SalesFigures, Charges),
) -> SalesWindow {
    SalesWindow {
        start: span.start,
        end: span.end,
        orders: figures.orders,
        revenue: figures.net_minor(),
        gross_revenue: figures.gross_minor,
        refunds: figures.refund_minor,
        shipping: charges.shipping,
        tax: charges.tax,
        fees: charges.fee,
        average_order_value: average(figures.gross_minor, figures.orders),
        trend: Trend {
            orders_change: change_percent(figures.orders, before.orders),
            revenue_change: change_percent(figures.net_minor(), before.net_minor()),
        },
    }
}
