//! The products of the shop and their sellers: the products that simulated shoppers view.

use rand::{RngExt as _, SeedableRng as _};
use rand_chacha::ChaCha8Rng;
use rand_distr::{Distribution as _, Zipf};
use uuid::Uuid;

use crate::simulate::crowd::{ZIPF_EXPONENT, category};
use crate::simulate::identity::{Kind, ProductIds, id};
use stack::issuer::Role;

/// Further products are only viewed by shoppers.
const PRODUCTS_MAX: u32 = 1_000;
/// The approximate number of products per seller; there are at least three sellers.
const PRODUCTS_OF_A_SELLER: u64 = 25;
const SELLERS_MIN: u64 = 3;

const MATERIALS: [&str; 8] = ["Linen", "Oak", "Steel", "Wool", "Cork", "Glass", "Canvas", "Bamboo"];
const THINGS: [&str; 9] = ["lamp", "bag", "shirt", "kettle", "chair", "bottle", "notebook", "blanket", "clock"];

/// A product (SPU).
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Product {
    pub(crate) id: String,
    pub(crate) seller: Uuid,
    pub(crate) category: String,
    pub(crate) name: String,
    pub(crate) skus: Vec<String>,
    /// Unit price in euro cents.
    pub(crate) cents: i64,
}

/// All products; the first are bought most.
pub(super) struct Assortment {
    products: Vec<Product>,
    choice: Zipf<f64>,
}

impl Assortment {
    /// The products of a seed. There is at least one.
    pub(super) fn new(seed: u64, products: u32, ids: ProductIds) -> Self {
        let count = products.clamp(1, PRODUCTS_MAX);
        let sellers = (u64::from(count) / PRODUCTS_OF_A_SELLER).max(SELLERS_MIN);
        let products = (1..=u64::from(count)).map(|rank| Product::new((seed, ids), rank, sellers)).collect();
        let choice = Zipf::new(f64::from(count), ZIPF_EXPONENT).expect("one product or more, and a positive exponent");
        Self { products, choice }
    }

    pub(super) fn products(&self) -> &[Product] {
        &self.products
    }

    /// Every seller once, in the order of the first product.
    pub(super) fn sellers(&self) -> Vec<Uuid> {
        let mut sellers = Vec::new();
        for product in &self.products {
            if !sellers.contains(&product.seller) {
                sellers.push(product.seller);
            }
        }
        sellers
    }

    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a sample is a whole number from 1 to the number of products"
    )]
    pub(super) fn draw(&self, rng: &mut ChaCha8Rng) -> &Product {
        let rank = self.choice.sample(rng) as usize;
        &self.products[(rank - 1).min(self.products.len() - 1)]
    }
}

impl Product {
    fn new((seed, ids): (u64, ProductIds), rank: u64, sellers: u64) -> Self {
        // A separate sequence, so that a product is the same whatever else is sold.
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        rng.set_stream(rank);
        let sku = id(seed, Kind::Product, rank);
        let pick = |names: &[&'static str], from: u64| names[usize::try_from(from).unwrap_or_default() % names.len()];
        let material = pick(&MATERIALS, rank);
        let thing = pick(&THINGS, rank / 8);
        Self {
            id: ids.id(seed, rank),
            seller: seller(seed, (rank - 1) % sellers),
            category: category(rank),
            name: format!("{material} {thing} no. {rank}"),
            skus: (1..=rng.random_range(1..=3)).map(|size| format!("sku-{}-{size}", sku.simple())).collect(),
            cents: rng.random_range(5..120) * 100 + 90,
        }
    }
}

/// The first is the account of `local-stack token seller`, so that its token shows something.
fn seller(seed: u64, number: u64) -> Uuid {
    if number == 0 { Role::Seller.default_account() } else { id(seed, Kind::Seller, number) }
}
