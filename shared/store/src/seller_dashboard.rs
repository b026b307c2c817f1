//! A seller's own figures, from several rollups at the same instant.

use domain::{Currency, TimeSpan};
use tokio_postgres::Row;
use tokio_postgres::types::Type;

use crate::sales::{Sales, SalesFigures, SpanArrays, currency, figures, sales};
use crate::session::Parameter;
use crate::{Database, StoreError};

/// How many products are shown.
const TOP_PRODUCTS: i32 = 5;

/// The query.
#[derive(Debug, Clone, Copy)]
pub struct Question<'a> {
    /// The seller. Never empty: that would be the whole shop.
    pub seller_id: &'a str,
    /// The spans of whole minutes for which sales are summed.
    pub steps: &'a [TimeSpan],
    /// The span for which products are ranked.
    pub products: TimeSpan,
    /// Only products sold in this currency.
    pub currency: Option<Currency>,
}

/// The result.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Dashboard {
    /// Sales by step and currency, in this order; steps and currencies without any are omitted.
    pub sales: Vec<Sales>,
    /// In each currency the products that most spans were paid of, best first.
    pub products: Vec<ProductSales>,
    /// The current state.
    pub standing: Standing,
}

/// Sales of a product in one currency.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProductSales {
    /// The product (SPU), or the id in the order as long as the product is unknown.
    pub product_id: String,
    /// Its name, if a product event stated it.
    pub name: Option<String>,
    /// The currency.
    pub currency: Currency,
    /// The figures.
    pub figures: SalesFigures,
}

/// The current state.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Standing {
    /// Units in orders that are created, confirmed or reserved, in thousandths.
    pub pending_items_milli: i64,
    /// Paid orders with a requested refund of which nothing was refunded yet.
    pub pending_refunds: i64,
    /// Ratings of the seller's products that are not withdrawn.
    pub ratings: i64,
    /// Sum of their scores, in millionths of the scale.
    pub score_micros: i64,
}

/// Reads everything in one statement, so that all figures are from the same instant. The cost depends on the rows of
/// the spans, not on the age of the shop.
///
/// # Errors
/// See [`StoreError`].
pub async fn get(database: &Database, question: &Question<'_>) -> Result<Dashboard, StoreError> {
    let (steps, products) = (SpanArrays::of(question.steps), SpanArrays::of(&[question.products]));
    let currency = question.currency.map(String::from);
    let parameters: [Parameter<'_>; 10] = [
        (&question.seller_id, Type::TEXT),
        (&steps.steps, Type::INT4_ARRAY),
        (&steps.grains, Type::TEXT_ARRAY),
        (&steps.lower, Type::TIMESTAMPTZ_ARRAY),
        (&steps.upper, Type::TIMESTAMPTZ_ARRAY),
        (&products.grains, Type::TEXT_ARRAY),
        (&products.lower, Type::TIMESTAMPTZ_ARRAY),
        (&products.upper, Type::TIMESTAMPTZ_ARRAY),
        (&currency, Type::TEXT),
        (&TOP_PRODUCTS, Type::INT4),
    ];
    let rows = database.query(include_str!("../sql/seller_dashboard/get.sql"), &parameters).await?;
    let mut dashboard = Dashboard::default();
    for row in &rows {
        read(row, &mut dashboard)?;
    }
    Ok(dashboard)
}

/// Reads a row: of a step, of a product, or of neither when nothing was sold.
fn read(row: &Row, dashboard: &mut Dashboard) -> Result<(), StoreError> {
    dashboard.standing = Standing {
        pending_items_milli: row.try_get("pending_items")?,
        pending_refunds: row.try_get("pending_refunds")?,
        ratings: row.try_get("ratings")?,
        score_micros: row.try_get("score_micros")?,
    };
    let (step, product_id): (Option<i32>, Option<String>) = (row.try_get("step")?, row.try_get("product_id")?);
    if step.is_some() {
        dashboard.sales.push(sales(row)?);
    }
    if let Some(product_id) = product_id {
        let (name, currency, figures) = (row.try_get("name")?, currency(row)?, figures(row)?);
        dashboard.products.push(ProductSales { product_id, name, currency, figures });
    }
    Ok(())
}
