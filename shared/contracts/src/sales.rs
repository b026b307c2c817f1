//! Sales queries and responses: windows, rankings, customer segments, months.
//!
//! Amounts are integers in minor units of one currency. `revenue` is net of refunds, `gross_revenue` is not.

pub(crate) mod month;
pub(crate) mod order;
pub(crate) mod ranking;
pub(crate) mod segment;
pub(crate) mod window;

use domain::Currency;
use serde::Serialize;

pub use month::*;
pub use order::*;
pub use ranking::*;
pub use segment::*;
pub use window::*;

/// The sales of one currency.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CurrencySales {
    /// The currency.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub currency: Currency,
    /// Net revenue (payments minus refunds).
    pub revenue: i64,
    /// Gross revenue (payments).
    pub gross_revenue: i64,
    /// Refunds and chargebacks.
    pub refunds: i64,
    /// Paid orders.
    pub orders: i64,
    /// Units in those orders; in thousandths here, as a number on the wire.
    #[serde(serialize_with = "domain::serialize_milli")]
    #[cfg_attr(feature = "openapi", schema(value_type = f64))]
    pub items_sold: i64,
}
