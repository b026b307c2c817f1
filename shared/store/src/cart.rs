//! What signed-in shoppers put into carts and how it was settled: read from `interaction`, and from orders through
//! their customers.

use std::collections::HashSet;

use domain::fraud::{
    CART_ADDING_EVENTS, CART_ITEMS_MAX, CART_SETTLING_EVENTS, CartItem, CartLimits, Finding, FindingSubject,
};
use jiff::Timestamp;
use tokio_postgres::Row;
use tokio_postgres::types::Type;
use uuid::Uuid;

use crate::finding::FINDINGS_A_TRANSACTION;
use crate::session::Parameter;
use crate::{Database, StoreError, Transaction, erasure, finding};

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

/// Stores what was found about carts within limits, each once, but for those who were erased since the carts were read.
/// May be repeated.
///
/// # Errors
/// See [`StoreError`].
pub async fn save(database: &Database, limits: CartLimits, findings: &[Finding]) -> Result<(), StoreError> {
    for part in findings.chunks(FINDINGS_A_TRANSACTION) {
        let mut transaction = database.begin().await?;
        erasure::exclude(&mut transaction).await?;
        let accounts: Vec<_> = part.iter().filter_map(account).collect();
        let named = list_named(&mut transaction, limits, &accounts).await?;
        let is_named = |found: &&Finding| account(found).is_none_or(|id| named.contains(&id));
        let part: Vec<_> = part.iter().filter(is_named).cloned().collect();
        finding::record(&mut transaction, &part, |_| false).await?;
        transaction.commit().await?;
    }
    Ok(())
}

fn account(found: &Finding) -> Option<Uuid> {
    match found.subject {
        FindingSubject::Account(id) => Some(id),
        _ => None,
    }
}

/// Lists those accounts whose events within limits name them, and which are not being erased.
async fn list_named(
    transaction: &mut Transaction<'_>,
    limits: CartLimits,
    accounts: &[Uuid],
) -> Result<HashSet<Uuid>, StoreError> {
    let parameters: [Parameter<'_>; 3] =
        [(&accounts, Type::UUID_ARRAY), (&limits.from, Type::TIMESTAMPTZ), (&limits.to, Type::TIMESTAMPTZ)];
    let rows = transaction.query(include_str!("../sql/cart/list_named.sql"), &parameters).await?;
    rows.iter().map(|row| Ok(row.try_get(0)?)).collect()
}
