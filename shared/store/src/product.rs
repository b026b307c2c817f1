//! Products and their references: tables `product`, `product_period`, `product_sku` and
//! `product_reference`.

use domain::{Attribution, Attributions, Period, ProductId, ProductState};
use jiff::Timestamp;
use tokio_postgres::Row;
use tokio_postgres::types::Type;

use crate::popularity::product_id;
use crate::{Database, StoreError, Transaction};

/// A product that was requested by its id or by a SKU.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Named {
    /// The id in the request.
    pub requested: ProductId,
    /// The product (SPU).
    pub id: ProductId,
    /// Its latest name, if an event stated one.
    pub name: Option<String>,
}

/// Reads the names of several products, also by their SKUs, in the order of the request. Those that no product event names
/// are missing.
///
/// # Errors
/// See [`StoreError`].
pub async fn get_names(database: &Database, ids: &[ProductId]) -> Result<Vec<Named>, StoreError> {
    let ids: Vec<&str> = ids.iter().map(ProductId::as_str).collect();
    let rows = database.query(include_str!("../sql/product/get_names.sql"), &[(&ids, Type::TEXT_ARRAY)]).await?;
    let named = |row: &Row| {
        Ok(Named {
            requested: product_id(row, "requested")?,
            id: product_id(row, "product_id")?,
            name: row.try_get("name")?,
        })
    };
    rows.iter().map(named).collect()
}

/// Inserts missing references, so that they can be locked. May be repeated.
///
/// # Errors
/// See [`StoreError`].
pub async fn announce(database: &Database, references: &[String]) -> Result<(), StoreError> {
    database.call("announce_references", &[(&references, Type::TEXT_ARRAY)]).await.map(|_| ())
}

/// Locks references whose meaning may change, until the transaction ends.
///
/// # Errors
/// See [`StoreError`].
pub async fn lock_for_change(transaction: &mut Transaction<'_>, references: &[String]) -> Result<(), StoreError> {
    transaction.call("lock_references_for_change", &[(&references, Type::TEXT_ARRAY)]).await.map(|_| ())
}

/// Locks references whose meaning must not change, until the transaction ends.
///
/// # Errors
/// See [`StoreError`].
pub async fn lock_for_reading(transaction: &mut Transaction<'_>, references: &[String]) -> Result<(), StoreError> {
    transaction.call("lock_references_for_reading", &[(&references, Type::TEXT_ARRAY)]).await.map(|_| ())
}

/// Reads what references lead to. Lock them first, in a separate statement: this one sees what was committed when it
/// began.
///
/// # Errors
/// See [`StoreError`].
pub async fn get_attributions(
    transaction: &mut Transaction<'_>,
    references: &[String],
) -> Result<Attributions, StoreError> {
    let rows = transaction.call("get_attributions", &[(&references, Type::TEXT_ARRAY)]).await?;
    let mut attributions = Attributions::new();
    for row in &rows {
        let (reference, product_id): (String, String) = (row.try_get("reference")?, row.try_get("product_id")?);
        let period = Period {
            since: row.try_get("since")?,
            seller_id: row.try_get("seller_id")?,
            category_id: row.try_get("category_id")?,
        };
        let known = attributions
            .entry(reference)
            .or_insert_with(|| Attribution { product_id: String::new(), periods: Vec::new() });
        // Of several candidates the best comes last, each with its periods in order.
        if known.product_id != product_id {
            *known = Attribution { product_id, periods: Vec::new() };
        }
        known.periods.push(period);
    }
    Ok(attributions)
}

/// Writes products with their claims to SKUs.
///
/// # Errors
/// See [`StoreError`].
pub async fn save(transaction: &mut Transaction<'_>, products: &[(&str, &ProductState)]) -> Result<(), StoreError> {
    let ids: Vec<_> = products.iter().map(|(id, _)| *id).collect();
    let now = |of: fn(&Period) -> Option<&str>| {
        products.iter().map(|(_, product)| product.periods.last().and_then(of)).collect::<Vec<_>>()
    };
    let (sellers, categories) =
        (now(|period| period.seller_id.as_deref()), now(|period| period.category_id.as_deref()));
    let names: Vec<_> = products.iter().map(|(_, product)| product.name.as_deref()).collect();
    let deleted: Vec<_> = products.iter().map(|(_, product)| product.deleted_at).collect();
    let available: Vec<_> = products.iter().map(|(_, product)| product.available).collect();
    let parameters: [crate::session::Parameter<'_>; 6] = [
        (&ids, Type::TEXT_ARRAY),
        (&sellers, Type::TEXT_ARRAY),
        (&categories, Type::TEXT_ARRAY),
        (&names, Type::TEXT_ARRAY),
        (&deleted, Type::TIMESTAMPTZ_ARRAY),
        (&available, Type::BOOL_ARRAY),
    ];
    transaction.call("save_products", &parameters).await?;
    let claims = products.iter().flat_map(|(id, product)| product.skus.iter().map(move |(sku, at)| (&**sku, *id, *at)));
    save_skus(transaction, &claims.collect::<Vec<_>>()).await?;
    save_periods(transaction, &ids, products).await
}

async fn save_periods(
    transaction: &mut Transaction<'_>,
    all: &[&str],
    products: &[(&str, &ProductState)],
) -> Result<(), StoreError> {
    let periods: Vec<_> =
        products.iter().flat_map(|(id, product)| product.periods.iter().map(move |period| (*id, period))).collect();
    let ids: Vec<_> = periods.iter().map(|(id, _)| *id).collect();
    let times: Vec<_> = periods.iter().map(|(_, period)| period.since).collect();
    let sellers: Vec<_> = periods.iter().map(|(_, period)| period.seller_id.as_deref()).collect();
    let categories: Vec<_> = periods.iter().map(|(_, period)| period.category_id.as_deref()).collect();
    let parameters: [crate::session::Parameter<'_>; 5] = [
        (&all, Type::TEXT_ARRAY),
        (&ids, Type::TEXT_ARRAY),
        (&times, Type::TIMESTAMPTZ_ARRAY),
        (&sellers, Type::TEXT_ARRAY),
        (&categories, Type::TEXT_ARRAY),
    ];
    transaction.call("save_product_periods", &parameters).await.map(|_| ())
}

async fn save_skus(transaction: &mut Transaction<'_>, claims: &[(&str, &str, Timestamp)]) -> Result<(), StoreError> {
    if claims.is_empty() {
        return Ok(());
    }
    let skus: Vec<_> = claims.iter().map(|(sku, ..)| *sku).collect();
    let products: Vec<_> = claims.iter().map(|(_, product, _)| *product).collect();
    let times: Vec<_> = claims.iter().map(|(.., at)| *at).collect();
    let parameters: [crate::session::Parameter<'_>; 3] =
        [(&skus, Type::TEXT_ARRAY), (&products, Type::TEXT_ARRAY), (&times, Type::TIMESTAMPTZ_ARRAY)];
    transaction.call("save_product_skus", &parameters).await.map(|_| ())
}
