//! The orders behind a figure, newest first: tables `sales_order` and `order_line`, without who bought.
//!
//! Orders are found by the minutes in which the rollup counts some, so a page costs the same for the shop and for a seller
//! who sells little.

use domain::{Currency, OrderStatus, TimeSpan};
use jiff::Timestamp;
use tokio_postgres::Row;
use tokio_postgres::types::Type;

use crate::sales::WHOLE_SHOP;
use crate::session::Parameter;
use crate::{Database, StoreError};

/// By which instant orders are listed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CountedAt {
    /// Their first payment, at which figures count them.
    Paid,
    /// When they were placed.
    Placed,
}

/// Which orders are listed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Question<'a> {
    /// The seller, whose lines are listed; [`WHOLE_SHOP`] for all.
    pub seller_id: &'a str,
    /// The span, of whole minutes.
    pub span: TimeSpan,
    /// By which instant.
    pub counted_at: CountedAt,
    /// Only orders that are in this status now.
    pub status: Option<OrderStatus>,
    /// Only orders in this currency.
    pub currency: Option<Currency>,
    /// The most orders.
    pub limit: u32,
    /// The most lines of each.
    pub lines: u32,
}

/// A position in the list. The following orders are older, or as old with a smaller id.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Position {
    /// The instant by which the order is listed.
    pub at: Timestamp,
    /// The order; empty before all orders of an instant.
    pub order_id: String,
}

/// An order, as the reader may see it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    /// The id in the shop.
    pub order_id: String,
    /// Its status.
    pub status: String,
    /// Its currency, if known.
    pub currency: Option<String>,
    /// When it was placed, if known.
    pub placed_at: Option<Timestamp>,
    /// When it was first paid.
    pub paid_at: Option<Timestamp>,
    /// What concerns the order as a whole; `None` for a seller, who sees the own lines only.
    pub whole: Option<Whole>,
    /// What all lines cost that the reader may see, in minor units.
    pub lines_minor: i64,
    /// How many those are.
    pub line_count: i64,
    /// The first of them.
    pub lines: Vec<Line>,
}

/// What concerns an order as a whole. Amounts are in minor units of its currency.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Whole {
    /// The total, if known.
    pub total_minor: Option<i64>,
    /// Payments.
    pub paid_minor: i64,
    /// Refunds.
    pub refund_minor: i64,
    /// Shipping.
    pub shipping_minor: i64,
    /// Tax.
    pub tax_minor: i64,
    /// Fees.
    pub fee_minor: i64,
    /// The payment method; empty when unknown.
    pub payment_method: String,
}

/// A line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// The product, or the id in the order while the product is unknown.
    pub product_id: String,
    /// Its name, if known.
    pub name: Option<String>,
    /// The seller; empty when unknown.
    pub seller_id: String,
    /// The quantity in thousandths.
    pub quantity_milli: i64,
    /// The unit price.
    pub price_minor: i64,
    /// What the line costs.
    pub total_minor: i64,
}

/// A page of the list. It may be shorter than asked for, even empty, and yet have a next one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page {
    /// The orders.
    pub orders: Vec<Listed>,
    /// Where the next page begins; `None` after the last.
    pub next: Option<Position>,
}

/// Reads the page after a position.
///
/// # Errors
/// See [`StoreError`].
pub async fn list(database: &Database, question: &Question<'_>, after: Option<&Position>) -> Result<Page, StoreError> {
    let (at, order_id) = after.map_or((question.span.end, ""), |position| (position.at, position.order_id.as_str()));
    let by = match question.counted_at {
        CountedAt::Paid => "paid",
        CountedAt::Placed => "placed",
    };
    let statuses = OrderStatus::ALL.into_iter().filter(|status| question.status.is_none_or(|only| only == *status));
    let statuses: Vec<_> = statuses.map(OrderStatus::as_str).collect();
    let currency = question.currency.map(String::from);
    // One more than shown: it reveals whether there is a next page, without counting.
    let (limit, lines) = (i64::from(question.limit) + 1, i64::from(question.lines));
    let parameters: [Parameter<'_>; 10] = [
        (&question.seller_id, Type::TEXT),
        (&question.span.start, Type::TIMESTAMPTZ),
        (&question.span.end, Type::TIMESTAMPTZ),
        (&at, Type::TIMESTAMPTZ),
        (&order_id, Type::TEXT),
        (&by, Type::TEXT),
        (&limit, Type::INT8),
        (&statuses, Type::TEXT_ARRAY),
        (&currency, Type::TEXT),
        (&lines, Type::INT8),
    ];
    let rows = database.query(include_str!("../sql/order_list/list.sql"), &parameters).await?;
    page(&rows, question)
}

fn page(rows: &[Row], question: &Question<'_>) -> Result<Page, StoreError> {
    let mut orders: Vec<(Timestamp, Listed)> = Vec::new();
    for row in rows {
        let Some(at) = row.try_get::<_, Option<Timestamp>>("at")? else { continue };
        let order_id: &str = row.try_get("order_id")?;
        if orders.last().is_none_or(|(_, last)| last.order_id != order_id) {
            orders.push((at, listed(row, question.seller_id == WHOLE_SHOP)?));
        }
        if let (Some((_, order)), Some(_)) = (orders.last_mut(), row.try_get::<_, Option<i32>>("position")?) {
            order.lines.push(line(row)?);
        }
    }
    let shown = usize::try_from(question.limit).unwrap_or(usize::MAX);
    let next = if orders.len() > shown {
        orders.truncate(shown);
        orders.last().map(|(at, order)| Position { at: *at, order_id: order.order_id.clone() })
    } else {
        scanned_to(rows, question.limit)?
    };
    Ok(Page { orders: orders.into_iter().map(|(_, order)| order).collect(), next })
}

/// Returns how far a page has looked when there may be more minutes behind it.
fn scanned_to(rows: &[Row], limit: u32) -> Result<Option<Position>, StoreError> {
    let row = rows.first().expect("an aggregate returns a row");
    let scanned: i64 = row.try_get("scanned")?;
    if scanned <= i64::from(limit) {
        return Ok(None);
    }
    let at: Option<Timestamp> = row.try_get("scanned_to")?;
    Ok(at.map(|at| Position { at, order_id: String::new() }))
}

fn listed(row: &Row, is_whole: bool) -> Result<Listed, StoreError> {
    Ok(Listed {
        order_id: row.try_get("order_id")?,
        status: row.try_get("status")?,
        currency: row.try_get("currency")?,
        placed_at: row.try_get("placed_at")?,
        paid_at: row.try_get("paid_at")?,
        whole: if is_whole { Some(whole(row)?) } else { None },
        lines_minor: row.try_get::<_, Option<i64>>("lines_minor")?.unwrap_or_default(),
        line_count: row.try_get::<_, Option<i64>>("line_count")?.unwrap_or_default(),
        lines: Vec::new(),
    })
}

fn whole(row: &Row) -> Result<Whole, StoreError> {
    Ok(Whole {
        total_minor: row.try_get("total_minor")?,
        paid_minor: row.try_get("paid_minor")?,
        refund_minor: row.try_get("refund_minor")?,
        shipping_minor: row.try_get("shipping_minor")?,
        tax_minor: row.try_get("tax_minor")?,
        fee_minor: row.try_get("fee_minor")?,
        payment_method: row.try_get("payment_method")?,
    })
}

fn line(row: &Row) -> Result<Line, StoreError> {
    let product_id: Option<String> = row.try_get("product_id")?;
    Ok(Line {
        product_id: product_id.map_or_else(|| row.try_get("reference"), Ok)?,
        name: row.try_get("name")?,
        seller_id: row.try_get("seller_id")?,
        quantity_milli: row.try_get("quantity_milli")?,
        price_minor: row.try_get("price_minor")?,
        total_minor: row.try_get("line_minor")?,
    })
}
