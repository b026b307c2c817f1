//! `GET /sales/months`: sales by month. For admins.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use contracts::{MonthsQuery, SalesMonth, SalesMonths};
use domain::{Charges, average, change_percent};
use jiff::Timestamp;
use jiff::civil::Date;
use serving::{Admin, QueryParameters};
use store::sales::{self, SalesFigures, WHOLE_SHOP};

use super::total::{Totals, fill};
use crate::Deps;
use crate::answer;
use crate::currency;
use crate::failure::Failure;

pub(crate) async fn list(_: Admin, State(deps): State<Arc<Deps>>, query: QueryParameters) -> Result<Response, Failure> {
    let query = MonthsQuery::read(query.pairs())?;
    let steps = query.steps(Timestamp::now());
    let rows = sales::sum(&deps.database, WHOLE_SHOP, &steps).await?;
    // Step 0 is the month before the first.
    let currency = currency::choose(query.currency, Totals::from_step(1, &rows).paid());
    let figures = fill(steps.len(), currency, &rows);
    let months = steps.iter().skip(1).zip(figures.windows(2));
    let months = months.map(|(step, figures)| month(query.zone.date(step.start), figures[1], figures[0])).collect();
    Ok(answer::enveloped(SalesMonths { currency, tz: query.zone.as_str().to_owned(), months }))
}

fn month(first: Date, (figures, charges): (SalesFigures, Charges), (before, _): (SalesFigures, Charges)) -> SalesMonth {
    SalesMonth {
        month: format!("{:04}-{:02}", first.year(), first.month()),
        orders: figures.orders,
        revenue: figures.net_minor(),
        gross_revenue: figures.gross_minor,
        refunds: figures.refund_minor,
        shipping: charges.shipping,
        tax: charges.tax,
        fees: charges.fee,
        average_order_value: average(figures.gross_minor, figures.orders),
        revenue_change: change_percent(figures.net_minor(), before.net_minor()),
        orders_change: change_percent(figures.orders, before.orders),
    }
}
