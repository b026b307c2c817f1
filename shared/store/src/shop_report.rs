//! The figures of the whole shop, for admins. Each result is one statement, so that its figures are from the same
//! instant.

use domain::{Currency, OrderStatus, TimeSpan};
use tokio_postgres::types::Type;

use crate::sales::{SalesFigures, SpanArrays, currency, figures};
use crate::session::Parameter;
use crate::{Database, StoreError};

/// Totals since the shop opened, and today.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Totals {
    /// Users who registered, including deleted ones.
    pub users: i64,
    /// Known orders.
    pub orders: i64,
    /// Orders placed in the span given as today.
    pub orders_today: i64,
    /// Sales by currency, in alphabetical order.
    pub sales: Vec<(Currency, SalesFigures)>,
}

/// Reads the totals, and how many orders were placed in a span of whole minutes.
///
/// Reads one row per day, currency and payment method since the shop opened.
///
/// # Errors
/// See [`StoreError`].
pub async fn get_totals(database: &Database, today: TimeSpan) -> Result<Totals, StoreError> {
    let spans = SpanArrays::of(&[today]);
    let rows = database.query(include_str!("../sql/shop_report/get_totals.sql"), &ranges(&spans)).await?;
    let mut totals = Totals::default();
    for row in &rows {
        (totals.users, totals.orders) = (row.try_get("users")?, row.try_get("orders")?);
        totals.orders_today = row.try_get("orders_today")?;
        if row.try_get::<_, Option<&str>>("currency")?.is_some() {
            totals.sales.push((currency(row)?, figures(row)?));
        }
    }
    Ok(totals)
}

/// Sums the sales of a span by payment method and currency, the highest net revenue first. A method without a name is
/// called `unknown`.
///
/// # Errors
/// See [`StoreError`].
pub async fn sum_by_method(
    database: &Database,
    span: TimeSpan,
) -> Result<Vec<(String, Currency, SalesFigures)>, StoreError> {
    let spans = SpanArrays::of(&[span]);
    let rows = database.query(include_str!("../sql/shop_report/sum_by_method.sql"), &ranges(&spans)).await?;
    rows.iter().map(|row| Ok((row.try_get("payment_method")?, currency(row)?, figures(row)?))).collect()
}

/// Counts the orders by status, in order of precedence, including statuses without orders.
///
/// # Errors
/// See [`StoreError`].
pub async fn count_by_status(database: &Database) -> Result<[(OrderStatus, i64); 10], StoreError> {
    let rows = database.query(include_str!("../sql/shop_report/count_by_status.sql"), &[]).await?;
    let mut counts = OrderStatus::ALL.map(|status| (status, 0));
    for row in &rows {
        let name: &str = row.try_get("status")?;
        if let Some((_, count)) = counts.iter_mut().find(|(status, _)| status.as_str() == name) {
            *count = row.try_get("orders")?;
        }
    }
    Ok(counts)
}

/// Users who registered.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Users {
    /// Since the shop opened, including deleted ones.
    pub total: i64,
    /// In each step.
    pub registered: Vec<i64>,
}

/// Counts the users who registered, in all and in each of several spans of whole minutes.
///
/// # Errors
/// See [`StoreError`].
pub async fn count_users(database: &Database, steps: &[TimeSpan]) -> Result<Users, StoreError> {
    let spans = SpanArrays::of(steps);
    let parameters: [Parameter<'_>; 4] = [
        (&spans.steps, Type::INT4_ARRAY),
        (&spans.grains, Type::TEXT_ARRAY),
        (&spans.lower, Type::TIMESTAMPTZ_ARRAY),
        (&spans.upper, Type::TIMESTAMPTZ_ARRAY),
    ];
    let rows = database.query(include_str!("../sql/shop_report/count_users.sql"), &parameters).await?;
    let mut users = Users { total: 0, registered: vec![0; steps.len()] };
    for row in &rows {
        users.total = row.try_get("users")?;
        let step: Option<i32> = row.try_get("step")?;
        let step = step.and_then(|step| users.registered.get_mut(usize::try_from(step).ok()?));
        if let Some(registered) = step {
            *registered = row.try_get("registered")?;
        }
    }
    Ok(users)
}

/// Events of one service and type.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EventCount {
    /// The service; empty when the event named none.
    pub service: String,
    /// The normalised name.
    pub event_type: String,
    /// The count.
    pub events: i64,
}

/// Counts the events of a span by service and type, in this order.
///
/// # Errors
/// See [`StoreError`].
pub async fn count_events(database: &Database, span: TimeSpan) -> Result<Vec<EventCount>, StoreError> {
    let spans = SpanArrays::of(&[span]);
    let rows = database.query(include_str!("../sql/shop_report/count_events.sql"), &ranges(&spans)).await?;
    let count = rows.iter().map(|row| {
        Ok(EventCount {
            service: row.try_get("service")?,
            event_type: row.try_get("event_type")?,
            events: row.try_get("events")?,
        })
    });
    count.collect()
}

/// The stored spans that cover a span, as the parameters `grain`, `lower` and `upper`.
fn ranges(spans: &SpanArrays) -> [Parameter<'_>; 3] {
    [
        (&spans.grains, Type::TEXT_ARRAY),
        (&spans.lower, Type::TIMESTAMPTZ_ARRAY),
        (&spans.upper, Type::TIMESTAMPTZ_ARRAY),
    ]
}
