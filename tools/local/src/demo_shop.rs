//! The demo shop's products, and `local-stack announce`, which makes Shopsignal know them.
//!
//! The pages in web/shop read the same file, so that a price is the same on the page and in the order.

use jiff::Timestamp;
use serde::Deserialize;
use uuid::Uuid;

use crate::Error;
use crate::simulate::api::{Api, Tokens};
use crate::simulate::crowd::Sender;
use crate::simulate::order::{Product, announce};
use shopsignal::say;
use stack::{Stack, StackFile};

/// The file of the pages.
const PRODUCTS: &str = include_str!("../../../web/shop/src/products.json");

/// When the products appeared, in seconds since 1970: before any order, and always the same, so that announcing them again
/// stores nothing twice. 2026-01-01T00:00:00Z.
const OPENED: i64 = 1_767_225_600;

/// No settings.
#[derive(Debug, clap::Args)]
pub struct Args {}

#[derive(Deserialize)]
struct Catalog {
    products: Vec<Entry>,
}

/// A product, with the fields that the back end reads.
#[derive(Deserialize)]
struct Entry {
    id: String,
    name: String,
    category: String,
    seller: Uuid,
    /// Minor units.
    price: i64,
}

/// Returns the products that the demo shop sells.
///
/// # Errors
/// `Products` when the file is not as it should be.
pub(crate) fn products() -> Result<Vec<Product>, Error> {
    let catalog: Catalog = serde_json::from_str(PRODUCTS).map_err(Error::Products)?;
    let product = |Entry { id, name, category, seller, price }| Product {
        id,
        seller,
        category,
        name,
        skus: Vec::new(),
        cents: price,
    };
    Ok(catalog.products.into_iter().map(product).collect())
}

/// Announces the products as product events; may be repeated. Returns how many there are.
///
/// # Errors
/// When the stack is not up, or the API does not take all of them.
pub(crate) async fn announce_products(description: StackFile) -> Result<usize, Error> {
    let products = products()?;
    let opened = Timestamp::from_second(OPENED).unwrap_or(Timestamp::UNIX_EPOCH);
    let events = announce(&products, opened, PRODUCTS);
    let issuer = description.load_issuer()?;
    let api = Api::new(description.api_url.clone(), Tokens::Local(Box::new(description), issuer), 0)?;
    let token = api.token(Sender::Producer)?.unwrap_or_default();
    api.report_all(&events, &token).await?;
    Ok(products.len())
}

/// Announces the products of the demo shop.
///
/// # Errors
/// As `announce_products`.
pub async fn run(stack: &Stack, _args: Args) -> Result<(), Error> {
    let announced = announce_products(StackFile::of(stack)?).await?;
    say::line(format_args!("announced {announced} products"));
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use domain::ProductId;
    use stack::issuer::Role;

    use super::*;

    #[test]
    fn the_shop_sells_twenty_products_with_ids_and_prices() {
        let products = products().unwrap();
        let id = |product: &Product| product.id.parse::<ProductId>().unwrap().to_string();
        let ids: BTreeSet<String> = products.iter().map(id).collect();
        assert_eq!((products.len(), ids.len()), (20, 20));
        assert!(products.iter().all(|product| product.cents > 0));
        // Whoever signs in as a seller has a shelf here.
        assert!(products.iter().any(|product| product.seller == Role::Seller.default_account()));
    }
}
