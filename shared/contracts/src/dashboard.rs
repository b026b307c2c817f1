//! The seller dashboard: its query and its response. All money is in minor units of the named currency.

use domain::{Currency, Step, TimeSpan, Zone};
use jiff::{SignedDuration, Timestamp};
use serde::Serialize;

use crate::{CurrencySales, InvalidQuery, Parameters, check_span};

/// The default length of a dashboard's range, in days.
pub const SPAN_DEFAULT_DAYS: i64 = 30;

/// The granularity of the charts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Granularity {
    /// A local day.
    Day,
    /// A local week, starting on Monday.
    Week,
    /// A local month.
    Month,
}

impl Granularity {
    /// All of them with their names, the default first.
    pub const ALL: [(&'static str, Self); 3] = [("day", Self::Day), ("week", Self::Week), ("month", Self::Month)];

    /// Returns the step of the calendar.
    #[must_use]
    pub fn step(self) -> Step {
        match self {
            Self::Day => Step::Day,
            Self::Week => Step::Week,
            Self::Month => Step::Month,
        }
    }
}

/// A validated query.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DashboardQuery {
    /// The summed range.
    pub span: TimeSpan,
    /// The granularity of the charts.
    pub granularity: Granularity,
    /// The time zone of the days.
    pub zone: Zone,
    /// The currency to show; `None` leaves the choice to the figures.
    pub currency: Option<Currency>,
}

impl DashboardQuery {
    /// Reads decoded query parameters; absent ones default relative to the given instant.
    ///
    /// # Errors
    /// The parameter and its rule.
    pub fn read<'a>(given: impl Iterator<Item = (&'a str, &'a str)>, now: Timestamp) -> Result<Self, InvalidQuery> {
        let parameters = Parameters::read(given, &["start", "end", "granularity", "tz", "currency"])?;
        let end = parameters.instant("end")?.unwrap_or(now);
        let start = parameters.instant("start")?;
        let start = start.unwrap_or_else(|| end - SignedDuration::from_hours(24 * SPAN_DEFAULT_DAYS));
        Ok(Self {
            span: check_span(start, end, ("start", "end"))?,
            granularity: parameters.choice("granularity", &Granularity::ALL)?,
            zone: parameters.zone()?,
            currency: parameters.currency()?,
        })
    }
}

/// The dashboard of a seller.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SellerDashboard {
    /// The summed range.
    pub range: DashboardRange,
    /// The currency of everything outside of `currencies`; null when the query names none and nothing was paid.
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>))]
    pub currency: Option<Currency>,
    /// The totals.
    pub summary: Summary,
    /// The time series.
    pub charts: Charts,
    /// The products with the highest paid quantity, at most five; ties by net revenue, then id.
    pub top_products: Vec<TopProduct>,
    /// The totals of every currency in the range, in alphabetical order.
    pub currencies: Vec<CurrencySales>,
}

/// The range of a dashboard.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct DashboardRange {
    /// Start of the range (inclusive), a full minute, RFC 3339.
    pub start: Timestamp,
    /// End of the range (exclusive), a full minute, RFC 3339.
    pub end: Timestamp,
    /// The granularity of the charts.
    pub granularity: Granularity,
    /// The time zone, IANA name.
    pub tz: String,
}

/// The totals of a dashboard.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Summary {
    /// Net revenue: payments minus refunds in the range. Negative when refunds exceed payments.
    pub total_revenue: i64,
    /// Gross revenue: payments in the range.
    pub gross_revenue: i64,
    /// Refunds in the range, whenever the payment was made.
    pub refunds: i64,
    /// Shipping of the orders paid in the range: the share of the seller. Refunds do not reduce it.
    pub shipping: i64,
    /// Tax of the orders paid in the range, on top of the prices or included in them: as shipping.
    pub tax: i64,
    /// Fees of the orders paid in the range: as shipping.
    pub fees: i64,
    /// Orders whose first payment is in the range.
    pub total_orders: i64,
    /// Units in those orders.
    #[serde(serialize_with = "domain::serialize_milli")]
    #[cfg_attr(feature = "openapi", schema(value_type = f64))]
    pub items_sold: i64,
    /// Mean of all ratings of the seller's products that are not withdrawn, from 0 to 1; 0 when there are none.
    pub average_rating: f64,
    /// How many ratings those are.
    pub ratings: i64,
    /// Units in orders that are currently created, confirmed or reserved.
    #[serde(serialize_with = "domain::serialize_milli")]
    #[cfg_attr(feature = "openapi", schema(value_type = f64))]
    pub pending_items: i64,
    /// Paid orders for which a refund was requested and none was made.
    pub pending_refunds: i64,
    /// Changes from the preceding range of the same length.
    pub comparison: Comparison,
}

/// Changes in percent of the absolute previous value, with two decimals; null where that was 0.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Comparison {
    /// Change of net revenue.
    pub revenue_change: Option<f64>,
    /// Change of the number of paid orders.
    pub orders_change: Option<f64>,
    /// Change of the number of units.
    pub items_sold_change: Option<f64>,
}

/// The time series: one point per step of the range, including steps without sales.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Charts {
    /// Net revenue.
    pub revenue: Vec<Point>,
    /// Paid orders.
    pub orders: Vec<Point>,
}

/// A point of a chart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Point {
    /// Start of the local day, week or month, RFC 3339. The first may start before the range.
    pub date: Timestamp,
    /// The sum over the part of the step that is within the range.
    pub value: i64,
}

/// A sold product.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TopProduct {
    /// The product (SPU), or the id in the order while the product is unknown.
    pub sku_id: String,
    /// Its name, if known from a product event.
    pub sku_name: Option<String>,
    /// Units paid.
    #[serde(serialize_with = "domain::serialize_milli")]
    #[cfg_attr(feature = "openapi", schema(value_type = f64))]
    pub sold_count: i64,
    /// Net revenue.
    pub revenue: i64,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(query: &[(&str, &str)]) -> Result<DashboardQuery, InvalidQuery> {
        DashboardQuery::read(query.iter().copied(), "2026-11-20T10:30:15Z".parse().unwrap())
    }

    fn span(query: &DashboardQuery) -> String {
        format!("{} {}", query.span.start, query.span.end)
    }

    #[test]
    fn an_empty_query_is_the_last_thirty_days_by_day() {
        let query = read(&[]).unwrap();
        assert_eq!(span(&query), "2026-10-21T10:30:00Z 2026-11-20T10:31:00Z");
        assert_eq!((query.granularity, query.zone, query.currency), (Granularity::Day, Zone::UTC, None));
    }

    #[test]
    fn one_end_of_the_range_gives_the_other() {
        let query = read(&[("end", "2026-03-31T00:00:00Z")]).unwrap();
        assert_eq!(span(&query), "2026-03-01T00:00:00Z 2026-03-31T00:00:00Z");
        let query = read(&[("start", "2026-11-20T10:30:00Z")]).unwrap();
        assert_eq!(span(&query), "2026-11-20T10:30:00Z 2026-11-20T10:31:00Z");
        let ahead = read(&[("start", "2026-11-21T00:00:00Z")]).unwrap_err();
        assert_eq!(ahead.to_string(), "end: must be after start");
    }

    #[test]
    fn odd_values_are_refused_by_name() {
        let odd = read(&[("granularity", "hour")]).unwrap_err();
        assert_eq!(odd.to_string(), "granularity: must be one of day, week, month");
        assert_eq!(read(&[("tz", "UTC"), ("tz", "UTC")]), Err(InvalidQuery::Repeated("tz")));
    }
}
