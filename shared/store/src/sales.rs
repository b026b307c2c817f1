//! Sales figures of spans of time, summed from the rollups.

use domain::{Charges, Currency, Grain, TimeSpan, cover};
use jiff::Timestamp;
use tokio_postgres::Row;
use tokio_postgres::types::Type;

use crate::session::Parameter;
use crate::{Database, StoreError};

/// The seller id under which the rollup stores the whole shop.
pub const WHOLE_SHOP: &str = "";

/// Figures of one currency.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct SalesFigures {
    /// Orders, at the time of their first payment.
    pub orders: i64,
    /// Units in those orders, in thousandths.
    pub items_milli: i64,
    /// Payments, in minor units.
    pub gross_minor: i64,
    /// Refunds, in minor units.
    pub refund_minor: i64,
}

impl SalesFigures {
    /// Returns payments minus refunds, in minor units. Negative when refunds exceed payments.
    #[must_use]
    pub fn net_minor(self) -> i64 {
        self.gross_minor - self.refund_minor
    }
}

/// Figures of one step in one currency.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sales {
    /// The index of the requested step.
    pub step: usize,
    /// The currency.
    pub currency: Currency,
    /// The figures.
    pub figures: SalesFigures,
    /// Charges on top of the lines or included in their prices; of a seller the share of them.
    pub charges: Charges,
}

/// Sums the sales of a seller, or of the [`WHOLE_SHOP`], in each of several spans of whole minutes, by currency.
///
/// Steps and currencies without sales are omitted; the rest is ordered by step, then currency.
///
/// # Errors
/// See [`StoreError`].
pub async fn sum(database: &Database, seller_id: &str, steps: &[TimeSpan]) -> Result<Vec<Sales>, StoreError> {
    let spans = SpanArrays::of(steps);
    let parameters: [Parameter<'_>; 5] = [
        (&seller_id, Type::TEXT),
        (&spans.steps, Type::INT4_ARRAY),
        (&spans.grains, Type::TEXT_ARRAY),
        (&spans.lower, Type::TIMESTAMPTZ_ARRAY),
        (&spans.upper, Type::TIMESTAMPTZ_ARRAY),
    ];
    let rows = database.query(include_str!("../sql/sales/sum.sql"), &parameters).await?;
    rows.iter().map(sales).collect()
}

/// Sums the sales of a product, of a seller or of all sellers ([`WHOLE_SHOP`]), in spans of whole quarters of an hour.
///
/// As [`sum`], without charges; for a SKU the sales of its product. What lies in other minutes is not found, because minutes
/// of products have no index.
///
/// # Errors
/// See [`StoreError`].
pub async fn sum_product(
    database: &Database,
    (seller_id, product_id): (&str, &str),
    steps: &[TimeSpan],
) -> Result<Vec<Sales>, StoreError> {
    let spans = SpanArrays::of(steps);
    let parameters: [Parameter<'_>; 6] = [
        (&seller_id, Type::TEXT),
        (&product_id, Type::TEXT),
        (&spans.steps, Type::INT4_ARRAY),
        (&spans.grains, Type::TEXT_ARRAY),
        (&spans.lower, Type::TIMESTAMPTZ_ARRAY),
        (&spans.upper, Type::TIMESTAMPTZ_ARRAY),
    ];
    let rows = database.query(include_str!("../sql/sales/sum_product.sql"), &parameters).await?;
    rows.iter().map(sales).collect()
}

/// Reads a row of a step.
pub(crate) fn sales(row: &Row) -> Result<Sales, StoreError> {
    let step: i32 = row.try_get("step")?;
    let charges = Charges {
        shipping: row.try_get("shipping_minor")?,
        tax: row.try_get("tax_minor")?,
        fee: row.try_get("fee_minor")?,
    };
    Ok(Sales {
        step: usize::try_from(step).unwrap_or_default(),
        currency: currency(row)?,
        figures: figures(row)?,
        charges,
    })
}

/// Reads the column `currency`.
pub(crate) fn currency(row: &Row) -> Result<Currency, StoreError> {
    let code: &str = row.try_get("currency")?;
    Ok(serde_json::from_value(code.into())?)
}

/// Reads the common columns of all sums of a rollup.
pub(crate) fn figures(row: &Row) -> Result<SalesFigures, StoreError> {
    Ok(SalesFigures {
        orders: row.try_get("orders_paid")?,
        items_milli: row.try_get("items")?,
        gross_minor: row.try_get("revenue_minor")?,
        refund_minor: row.try_get("refund_minor")?,
    })
}

/// The stored spans that several steps are made of, as the arrays of a statement.
pub(crate) struct SpanArrays {
    pub(crate) steps: Vec<i32>,
    pub(crate) grains: Vec<&'static str>,
    pub(crate) lower: Vec<Timestamp>,
    pub(crate) upper: Vec<Timestamp>,
}

impl SpanArrays {
    /// Covers each step.
    pub(crate) fn of(steps: &[TimeSpan]) -> Self {
        let mut spans = Self { steps: Vec::new(), grains: Vec::new(), lower: Vec::new(), upper: Vec::new() };
        for (step, span) in (0..).zip(steps) {
            for part in cover(*span) {
                spans.steps.push(step);
                spans.grains.push(Grain::as_str(part.grain));
                spans.lower.push(part.span.start);
                spans.upper.push(part.span.end);
            }
        }
        spans
    }
}
