//! Sales per month.

use domain::{Currency, Step, TimeSpan, Zone, split};
use jiff::Timestamp;
use serde::Serialize;

use crate::{InvalidQuery, Parameters};

/// The default number of months.
pub const MONTHS_DEFAULT: u32 = 12;
/// The most months of a response: no response covers more than a year ([`SPAN_MAX_DAYS`](crate::SPAN_MAX_DAYS)).
pub const MONTHS_MAX: u32 = 12;

/// A validated query for months.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MonthsQuery {
    /// The number of months, ending with the current one.
    pub months: u32,
    /// The time zone of the months.
    pub zone: Zone,
    /// The currency of the amounts.
    pub currency: Option<Currency>,
}

impl MonthsQuery {
    /// Reads decoded query parameters.
    ///
    /// # Errors
    /// The parameter and its rule.
    pub fn read<'a>(given: impl Iterator<Item = (&'a str, &'a str)>) -> Result<Self, InvalidQuery> {
        let parameters = Parameters::read(given, &["months", "tz", "currency"])?;
        Ok(Self {
            months: parameters.number("months", 1..=MONTHS_MAX, MONTHS_DEFAULT)?,
            zone: parameters.zone()?,
            currency: parameters.currency()?,
        })
    }

    /// Returns the months, preceded by the one with which the first is compared.
    #[must_use]
    pub fn steps(&self, now: Timestamp) -> Vec<TimeSpan> {
        let months = i32::try_from(self.months).unwrap_or(i32::MAX);
        let start = Step::Month.start_after(now, -months, &self.zone);
        let end = Step::Month.start_after(now, 1, &self.zone);
        split(TimeSpan { start, end }, Step::Month, &self.zone).into_iter().map(|(_, month)| month).collect()
    }
}

/// Sales by month.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SalesMonths {
    /// The currency of the amounts; null when nothing was sold.
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>))]
    pub currency: Option<Currency>,
    /// The time zone of the months, IANA name.
    pub tz: String,
    /// Every month, the current one last.
    pub months: Vec<SalesMonth>,
}

/// The sales of one month.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SalesMonth {
    /// The month, such as `2026-11`.
    pub month: String,
    /// Paid orders, counted at their first payment.
    pub orders: i64,
    /// Net revenue (payments minus refunds).
    pub revenue: i64,
    /// Gross revenue (payments).
    pub gross_revenue: i64,
    /// Refunds and chargebacks.
    pub refunds: i64,
    /// Shipping charges of the paid orders; for the whole shop only.
    pub shipping: i64,
    /// Tax of the paid orders, included in the line prices or added; for the whole shop only.
    pub tax: i64,
    /// Fees of the paid orders; for the whole shop only.
    pub fees: i64,
    /// Average gross revenue per order, rounded half up; null without orders.
    pub average_order_value: Option<i64>,
    /// Change of net revenue from the previous month in percent, with two decimals; null where that was 0.
    pub revenue_change: Option<f64>,
    /// Change of the number of orders.
    pub orders_change: Option<f64>,
}

/// The route in the OpenAPI document.
#[cfg(feature = "openapi")]
pub(crate) mod describe {
    use serde_json::json;

    use super::{MONTHS_DEFAULT, MONTHS_MAX, SalesMonths};
    use crate::openapi::description::Description;
    use crate::openapi::route::{number, query};
    use crate::openapi::sales::{currency, secured, zone};

    pub(crate) fn months() -> Description {
        let month = json!({ "month": "2026-11", "orders": 2, "revenue": 4480, "gross_revenue": 4980, "refunds": 500,
                            "shipping": 490, "tax": 0, "fees": 0, "average_order_value": 2490, "revenue_change": -10.5, "orders_change": null });
        let example = json!({ "currency": "EUR", "tz": "UTC", "months": [month] });
        let refusal = format!("months: must be a whole number from 1 to {MONTHS_MAX}");
        secured::<SalesMonths>(("listSalesMonths", "Shows sales by month"), example, &refusal)
            .description("For admins.")
            .parameter(query(
                "months",
                number(MONTHS_DEFAULT, MONTHS_MAX),
                "The number of months, ending with the current one.",
            ))
            .parameter(zone())
            .parameter(currency())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_current_month_is_the_last_one_and_is_that_of_the_zone() {
        let starts = |given: &[(&str, &str)]| {
            let steps =
                MonthsQuery::read(given.iter().copied()).unwrap().steps("2026-10-31T20:00:00Z".parse().unwrap());
            steps.iter().map(|step| step.start.to_string()).collect::<Vec<_>>()
        };
        assert_eq!(starts(&[]).len(), 13, "and the month before the first");
        assert_eq!(
            starts(&[("months", "2")]),
            ["2026-08-01T00:00:00Z", "2026-09-01T00:00:00Z", "2026-10-01T00:00:00Z"]
        );
        assert_eq!(
            starts(&[("months", "1"), ("tz", "Asia/Ho_Chi_Minh")]),
            ["2026-09-30T17:00:00Z", "2026-10-31T17:00:00Z"],
            "there it is November already"
        );
        for odd in ["0", "13", "", "all"] {
            let refused = MonthsQuery::read([("months", odd)].into_iter()).unwrap_err().to_string();
            assert_eq!(refused, "months: must be a whole number from 1 to 12");
        }
    }
}
