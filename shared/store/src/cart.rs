//! What signed-in shoppers put into carts and how it was settled: read from `interaction`, and from orders through
//! their customers.

use domain::fraud::{CART_ADDING_EVENTS, CART_ITEMS_MAX, CART_SETTLING_EVENTS, CartItem, CartLimits};
use jiff::Timestamp;
use tokio_postgres::Row;
use tokio_postgres::types::Type;

use crate::session::Parameter;
use crate::{Database, StoreError};

/// Passes on what was put into carts within limits, by account and time, each with the time when it was settled.
///
/// At most [`CART_ITEMS_MAX`] per account and day. Reads every partition since the start of the limits once, and keeps
/// only a few rows in memory.
///
/// # Errors
/// See [`StoreError`]; some items may have been passed on already.
pub async fn list_items(
    database: &Database,
    limits: CartLimits,
    mut each: impl FnMut(&CartItem),
) -> Result<(), StoreError> {
    let (adding, settling) = (CART_ADDING_EVENTS.as_slice(), CART_SETTLING_EVENTS.as_slice());
    let last = limits.to.checked_add(limits.abandoned_after).unwrap_or(Timestamp::MAX);
    let most = i64::from(CART_ITEMS_MAX);
    let parameters: [Parameter<'_>; 6] = [
        (&adding, Type::TEXT_ARRAY),
        (&settling, Type::TEXT_ARRAY),
        (&limits.from, Type::TIMESTAMPTZ),
        (&limits.to, Type::TIMESTAMPTZ),
        (&last, Type::TIMESTAMPTZ),
        (&most, Type::INT8),
    ];
    let statement = include_str!("../sql/cart/list_items.sql");
    database
        .query_each(statement, &parameters, |row| {
            each(&item(&row)?);
            Ok(())
        })
        .await
}

fn item(row: &Row) -> Result<CartItem, StoreError> {
    Ok(CartItem {
        account_id: row.try_get("account_id")?,
        product_id: crate::popularity::product_id(row, "product_id")?,
        added_at: row.try_get("added_at")?,
        settled_at: row.try_get("settled_at")?,
    })
}
