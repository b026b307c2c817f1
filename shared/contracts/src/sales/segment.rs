//! Customer segments.

use domain::Currency;
use serde::Serialize;

use crate::{InvalidQuery, Parameters};

/// A checked query for segments.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SegmentsQuery {
    /// In which currency they spent.
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

/// The customers of all time, by what they spent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CustomerSegments {
    /// The currency that they spent; null when none of those with thresholds was spent.
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>))]
    pub currency: Option<Currency>,
    /// From where on; null without a currency.
    pub thresholds: Option<SegmentLimits>,
    /// High, Medium and Low, also when nobody is in them.
    pub segments: Vec<CustomerSegment>,
}

/// From which net spend on a customer is in a segment, in minor units.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SegmentLimits {
    /// High.
    pub high: i64,
    /// Medium.
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
    /// What they paid, net of refunds.
    pub revenue: i64,
    /// By customer, rounded half up; 0 without customers.
    pub average_revenue: i64,
}
