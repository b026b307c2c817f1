//! `GET /api/analytics/...`: the whole shop, in the formats that clients of the replaced system expect. For admins.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use contracts::{
    Amount, CurrencyRevenue, DailyRevenue, DayRevenue, DayUsers, DaysQuery, EventCount, Events, MethodRevenue, Orders,
    Overview, Parameters, PaymentMethods, Revenue, RevenueQuery, TotalsQuery, Users,
};
use domain::{Currency, Money, TimeSpan};
use jiff::Timestamp;
use serving::{Admin, QueryParameters};
use store::sales::{self, Sales, SalesFigures, WHOLE_SHOP};
use store::shop_report;

use crate::Deps;
use crate::currency;
use crate::failure::Failure;

/// `GET /dashboard`: all-time totals and the orders of today.
pub(crate) async fn dashboard(
    _: Admin,
    State(deps): State<Arc<Deps>>,
    query: QueryParameters,
) -> Result<Response, Failure> {
    let query = TotalsQuery::read(query.pairs(), Timestamp::now())?;
    let totals = shop_report::get_totals(&deps.database, query.today).await?;
    let currency = currency::choose(query.currency, totals.sales.iter().map(|(code, figures)| (*code, figures.orders)));
    let shown = totals.sales.iter().find(|(code, _)| Some(*code) == currency);
    let minor = shown.map(|(_, figures)| figures.net_minor()).unwrap_or_default();
    let by_currency = totals
        .sales
        .iter()
        .map(|(code, figures)| CurrencyRevenue { currency: *code, revenue: revenue(Some(*code), *figures) });
    Ok(serving::private(&Overview {
        total_users: totals.users,
        total_orders: totals.orders,
        total_revenue: Amount(currency.map(|currency| Money { minor, currency })),
        orders_today: totals.orders_today,
        currency,
        revenue_by_currency: by_currency.collect(),
    }))
}

/// `GET /revenue`: by local day.
pub(crate) async fn daily_revenue(
    _: Admin,
    State(deps): State<Arc<Deps>>,
    query: QueryParameters,
) -> Result<Response, Failure> {
    let RevenueQuery { range, currency } = RevenueQuery::read(query.pairs(), Timestamp::now())?;
    // The whole range comes first, because it determines the currency.
    let days = range.days.iter().map(|(_, day)| *day);
    let steps: Vec<TimeSpan> = std::iter::once(range.span).chain(days).collect();
    let sales = sales::sum(&deps.database, WHOLE_SHOP, &steps).await?;
    let in_range = sales.iter().filter(|row| row.step == 0);
    let currency = currency::choose(currency, in_range.map(|row| (row.currency, row.figures.orders)));
    let of_currency = sales.iter().filter(|row| Some(row.currency) == currency);
    let by_step: BTreeMap<usize, &Sales> = of_currency.map(|row| (row.step, row)).collect();
    let day = |(step, (date, _)): (usize, &(jiff::civil::Date, TimeSpan))| DayRevenue {
        date: *date,
        revenue: revenue(currency, by_step.get(&step).map(|row| row.figures).unwrap_or_default()),
    };
    Ok(serving::private(&DailyRevenue { currency, daily_revenue: (1..).zip(&range.days).map(day).collect() }))
}

/// `GET /revenue/payment-methods`.
pub(crate) async fn payment_methods(
    _: Admin,
    State(deps): State<Arc<Deps>>,
    query: QueryParameters,
) -> Result<Response, Failure> {
    let RevenueQuery { range, currency } = RevenueQuery::read(query.pairs(), Timestamp::now())?;
    let methods = shop_report::sum_by_method(&deps.database, range.span).await?;
    let mut paid: BTreeMap<Currency, i64> = BTreeMap::new();
    for (_, currency, figures) in &methods {
        *paid.entry(*currency).or_default() += figures.orders;
    }
    let currency = currency::choose(currency, paid.into_iter());
    let shown = methods.into_iter().filter(|(_, code, _)| Some(*code) == currency);
    let method = |(method, _, figures): (String, Currency, SalesFigures)| MethodRevenue {
        method,
        orders: figures.orders,
        revenue: revenue(currency, figures),
    };
    Ok(serving::private(&PaymentMethods { currency, payment_methods: shown.map(method).collect() }))
}

/// `GET /orders`: by current status.
pub(crate) async fn orders(
    _: Admin,
    State(deps): State<Arc<Deps>>,
    query: QueryParameters,
) -> Result<Response, Failure> {
    Parameters::read(query.pairs(), &[])?;
    let counts = shop_report::count_by_status(&deps.database).await?;
    let total_orders = counts.iter().map(|(_, count)| count).sum();
    let named = counts.into_iter().map(|(status, count)| (status.as_str().to_uppercase(), count));
    Ok(serving::private(&Orders { total_orders, orders_by_status: named.collect() }))
}

/// `GET /users`: registrations by local day.
pub(crate) async fn users(
    _: Admin,
    State(deps): State<Arc<Deps>>,
    query: QueryParameters,
) -> Result<Response, Failure> {
    let query = DaysQuery::read(query.pairs(), Timestamp::now())?;
    let days: Vec<TimeSpan> = query.days.iter().map(|(_, day)| *day).collect();
    let users = shop_report::count_users(&deps.database, &days).await?;
    let daily = query.days.iter().zip(users.registered);
    let daily = daily.map(|((date, _), registered)| DayUsers { date: *date, registered });
    Ok(serving::private(&Users { total_users: users.total, daily_users: daily.collect() }))
}

/// `GET /events`: by service and type.
pub(crate) async fn events(
    _: Admin,
    State(deps): State<Arc<Deps>>,
    query: QueryParameters,
) -> Result<Response, Failure> {
    let query = DaysQuery::read(query.pairs(), Timestamp::now())?;
    let counts = shop_report::count_events(&deps.database, query.span).await?.into_iter();
    let counts = counts.map(|row| EventCount { service: row.service, event_type: row.event_type, count: row.events });
    Ok(serving::private(&Events { event_counts: counts.collect() }))
}

fn revenue(currency: Option<Currency>, figures: SalesFigures) -> Revenue {
    Revenue::of(currency, figures.gross_minor, figures.refund_minor)
}
