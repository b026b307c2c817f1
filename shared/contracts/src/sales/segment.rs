//! Customer segments.

use domain::Currency;
use serde::Serialize;

use crate::{InvalidQuery, Parameters};

/// A validated query for segments.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SegmentsQuery {
    /// The currency of the spend.
    pub currency: Option<Currency>,
}

impl SegmentsQuery {
    /// Reads decoded query parameters.
    ///
    /// # Errors
    /// The parameter and its rule.
    pub fn read<'a>(given: impl Iterator<Item = (&'a str, &'a str)>) -> Result<Self, InvalidQuery> {
        Ok(Self { currency: Parameters::read(given, &["currency"])?.currency()? })
    }
}

/// All customers by lifetime spend.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CustomerSegments {
    /// The currency of the spend; null when nothing was spent in a currency that has thresholds.
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>))]
    pub currency: Option<Currency>,
    /// The lower bounds of the segments; null without a currency.
    pub thresholds: Option<SegmentLimits>,
    /// High, Medium and Low, including empty ones.
    pub segments: Vec<CustomerSegment>,
}

/// The minimum net spend of each segment, in minor units.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SegmentLimits {
    /// Minimum of `High`.
    pub high: i64,
    /// Minimum of `Medium`.
    pub medium: i64,
}

/// The customers of one segment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CustomerSegment {
    /// `High`, `Medium` or `Low`.
    pub segment: &'static str,
    /// Customers who paid in the currency.
    pub customers: i64,
    /// Their orders.
    pub orders: i64,
    /// Their spend, net of refunds.
    pub revenue: i64,
    /// The average spend per customer, rounded half up; 0 without customers.
    pub average_revenue: i64,
}

/// The route in the OpenAPI document.
#[cfg(feature = "openapi")]
pub(crate) mod describe {
    use serde_json::json;

    use super::CustomerSegments;
    use crate::openapi::description::Description;
    use crate::openapi::sales::{currency, secured};

    pub(crate) fn segments() -> Description {
        let segment = |name: &str, customers: i64, revenue: i64| {
            let average = revenue.checked_div(customers).unwrap_or_default();
            json!({ "segment": name, "customers": customers, "orders": customers, "revenue": revenue, "average_revenue": average })
        };
        let segments = [segment("High", 1, 120_000), segment("Medium", 0, 0), segment("Low", 2, 9_000)];
        let example =
            json!({ "currency": "EUR", "thresholds": { "high": 100_000, "medium": 20_000 }, "segments": segments });
        let refusal = "currency: no thresholds are set for JPY (SegmentThresholds)";
        let names = ("listCustomerSegments", "Shows all customers by lifetime spend");
        secured::<CustomerSegments>(names, example, refusal).description("For admins.").parameter(currency())
    }
}
