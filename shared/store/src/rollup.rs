//! The sales figures: the tables `*_rollup`.
//!
//! They only change by differences. All differences of a batch are first summed into one row per key, and rows are
//! locked in key order and tables always in the same order, so that consumers cannot deadlock. A row whose figures are
//! all 0 is removed by the transaction that empties it, so that the rows depend on the events alone and not on
//! intermediate states.

use std::collections::BTreeMap;

use domain::{Cell, CellFigures, Contribution, Grain};
use jiff::Timestamp;
use tokio_postgres::Row;
use tokio_postgres::types::{ToSql, Type};

use crate::session::Parameter;
use crate::{StoreError, Transaction};

/// The key of a row: grain and bucket if the table has them, then its strings in the order of the statement.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Key {
    span: Option<(Grain, Timestamp)>,
    texts: Vec<String>,
}

type Rows = BTreeMap<Key, CellFigures>;

/// The `ctid`s of rows, which are valid as long as their locks are held.
type Places = Vec<String>;

/// Which figures of a row a table has, in the order of its columns.
type Pick<const N: usize> = fn(&CellFigures) -> [i64; N];

/// Changes the figures by a difference. The affected rows are locked until the transaction ends: call it last.
///
/// # Errors
/// [`StoreError::Refused`] when a sum would leave the range of a bigint.
pub async fn apply(transaction: &mut Transaction<'_>, difference: &Contribution) -> Result<(), StoreError> {
    let mut tables: [Rows; 8] = Default::default();
    for (cell, figures) in difference.iter() {
        let (table, minute, texts) = place(cell);
        let spans: Vec<_> = match minute {
            Some(minute) => Grain::ALL.into_iter().map(|grain| Some((grain, grain.start(minute)))).collect(),
            None => vec![None],
        };
        for span in spans {
            *tables[table].entry(Key { span, texts: texts.clone() }).or_default() += *figures;
        }
    }
    for rows in &mut tables {
        // What moved within a day leaves the day as it was.
        rows.retain(|_, figures| *figures != CellFigures::default());
    }
    let [sales, product, category, customer, status, rating, user, event] = &tables;
    let (mut empty, mut empty_spend) = (Vec::with_capacity(tables.len()), Vec::new());
    empty.push(add_sales(transaction, sales).await?);
    empty.push(add_product(transaction, product).await?);
    empty.push(add_category(transaction, category).await?);
    empty.push(add_customer(transaction, customer, &mut empty_spend).await?);
    empty.push(add_order_status(transaction, status).await?);
    empty.push(add_rating(transaction, rating).await?);
    empty.push(add_user(transaction, user).await?);
    empty.push(add_event(transaction, event).await?);
    empty.push(empty_spend);
    remove_empty(transaction, &empty).await
}

/// Returns the table of a cell, its minute, and the other parts of its key.
fn place(cell: &Cell) -> (usize, Option<Timestamp>, Vec<String>) {
    let text = str::to_owned;
    match cell {
        Cell::Sales { minute, seller_id, currency, payment_method } => {
            (0, Some(*minute), vec![text(seller_id), currency.to_string(), text(payment_method)])
        }
        Cell::Product { minute, product_id, seller_id, currency } => {
            (1, Some(*minute), vec![text(seller_id), text(product_id), currency.to_string()])
        }
        Cell::Category { minute, category_id, currency } => {
            (2, Some(*minute), vec![text(category_id), currency.to_string()])
        }
        Cell::Customer { customer_key, currency } => (3, None, vec![text(customer_key), currency.to_string()]),
        Cell::Status { seller_id, status } => (4, None, vec![text(seller_id), text(status.as_str())]),
        Cell::Rating { product_id } => (5, None, vec![text(product_id)]),
        Cell::Users { minute } => (6, Some(*minute), Vec::new()),
        Cell::Events { minute, service, event_type } => (7, Some(*minute), vec![text(service), text(event_type)]),
    }
}

async fn add_sales(transaction: &mut Transaction<'_>, rows: &Rows) -> Result<Places, StoreError> {
    let pick: Pick<10> = |cell| {
        let orders = [cell.orders_placed, cell.orders_paid, cell.orders_cancelled, cell.orders_returned];
        let money = [cell.revenue_minor, cell.refund_minor, cell.shipping_minor, cell.tax_minor, cell.fee_minor];
        [orders[0], orders[1], orders[2], orders[3], cell.items_milli, money[0], money[1], money[2], money[3], money[4]]
    };
    add(transaction, "add_sales", rows, pick).await
}

async fn add_product(transaction: &mut Transaction<'_>, rows: &Rows) -> Result<Places, StoreError> {
    let pick: Pick<4> = |cell| [cell.orders_paid, cell.items_milli, cell.revenue_minor, cell.refund_minor];
    add(transaction, "add_product_sales", rows, pick).await
}

async fn add_category(transaction: &mut Transaction<'_>, rows: &Rows) -> Result<Places, StoreError> {
    let pick: Pick<4> = |cell| [cell.orders_paid, cell.items_milli, cell.revenue_minor, cell.refund_minor];
    add(transaction, "add_category_sales", rows, pick).await
}

/// Updates customers and the sums by spend; `empty_spend` receives the sums that are empty now.
async fn add_customer(
    transaction: &mut Transaction<'_>,
    rows: &Rows,
    empty_spend: &mut Places,
) -> Result<Places, StoreError> {
    let pick: Pick<3> = |cell| [cell.orders_paid, cell.revenue_minor, cell.refund_minor];
    let mut empty = Places::new();
    for row in send(transaction, "add_customer_sales", rows, pick).await? {
        let places = if row.try_get("of_spend")? { &mut *empty_spend } else { &mut empty };
        places.push(row.try_get("place")?);
    }
    Ok(empty)
}

async fn add_order_status(transaction: &mut Transaction<'_>, rows: &Rows) -> Result<Places, StoreError> {
    add(transaction, "add_order_statuses", rows, |cell| [cell.count, cell.items_milli]).await
}

async fn add_rating(transaction: &mut Transaction<'_>, rows: &Rows) -> Result<Places, StoreError> {
    add(transaction, "add_ratings", rows, |cell| [cell.count, cell.score_micros]).await
}

async fn add_user(transaction: &mut Transaction<'_>, rows: &Rows) -> Result<Places, StoreError> {
    add(transaction, "add_users", rows, |cell| [cell.count]).await
}

async fn add_event(transaction: &mut Transaction<'_>, rows: &Rows) -> Result<Places, StoreError> {
    add(transaction, "add_events", rows, |cell| [cell.count]).await
}

/// Updates rows and returns the `ctid`s of those that are empty now.
async fn add<const N: usize>(
    transaction: &mut Transaction<'_>,
    function: &str,
    rows: &Rows,
    pick: impl Fn(&CellFigures) -> [i64; N],
) -> Result<Places, StoreError> {
    let rows = send(transaction, function, rows, pick).await?;
    rows.iter().map(|row| Ok(row.try_get("place")?)).collect()
}

/// Sends rows as columns: grain and bucket if any, the strings, the figures.
async fn send<const N: usize>(
    transaction: &mut Transaction<'_>,
    function: &str,
    rows: &Rows,
    pick: impl Fn(&CellFigures) -> [i64; N],
) -> Result<Vec<Row>, StoreError> {
    let Some((first, _)) = rows.first_key_value() else { return Ok(Vec::new()) };
    let spans = rows.keys().filter_map(|key| key.span);
    let (grains, buckets): (Vec<_>, Vec<_>) = spans.map(|(grain, bucket)| (grain.as_str(), bucket)).unzip();
    let texts: Vec<Vec<&str>> =
        (0..first.texts.len()).map(|i| rows.keys().map(|key| &*key.texts[i]).collect()).collect();
    let figures: Vec<Vec<i64>> = (0..N).map(|i| rows.values().map(|figures| pick(figures)[i]).collect()).collect();
    let mut parameters: Vec<Parameter<'_>> = Vec::new();
    if first.span.is_some() {
        parameters.push((&grains, Type::TEXT_ARRAY));
        parameters.push((&buckets, Type::TIMESTAMPTZ_ARRAY));
    }
    for text in &texts {
        parameters.push((text, Type::TEXT_ARRAY));
    }
    for column in &figures {
        parameters.push((column, Type::INT8_ARRAY));
    }
    transaction.call(function, &parameters).await
}

/// Removes empty rows, by table; sends nothing if there are none.
async fn remove_empty(transaction: &mut Transaction<'_>, empty: &[Places]) -> Result<(), StoreError> {
    if empty.iter().all(Vec::is_empty) {
        return Ok(());
    }
    let parameters: Vec<Parameter<'_>> =
        empty.iter().map(|places| (places as &(dyn ToSql + Sync), Type::TEXT_ARRAY)).collect();
    transaction.call("remove_empty_rollups", &parameters).await.map(|_| ())
}
