//! Tastes: shoppers who view and buy products of one taste together, so that it is known what goes with what.
//!
//! Everybody else's visits are random, so what recommendations learn beyond chance is what is planted here.

use rand::seq::SliceRandom as _;
use rand::{Rng, SeedableRng as _};
use rand_chacha::ChaCha8Rng;

use super::batch::Batch;
use super::crowd::{Crowd, Item, Metadata, Sender};
use super::identity::{Kind, ProductIds, id};

/// Tastes, as far as there are enough products.
const TASTES: u64 = 5;
/// Products of a taste: each has three partners, which is as many as may follow each other from one seller.
const PRODUCTS: usize = 4;
/// What a shopper with a taste buys of it in a visit.
const BOUGHT: usize = 3;
/// The first product is the one after a tenth of the assortment: met now and then by everybody, as most products are.
const FIRST: u64 = 10;
/// Events of a visit.
const EVENTS: u64 = (PRODUCTS + BOUGHT) as u64;

/// What is simulated.
#[derive(Debug, Clone)]
pub(super) struct Tastes {
    /// The seed of the products, and of their order in each visit.
    pub(super) seed: u64,
    /// Names the run: another run sends other events.
    pub(super) run: String,
    /// Products of the shop.
    pub(super) products: u32,
    /// How they are identified.
    pub(super) product_ids: ProductIds,
    /// Shoppers of the shop, each of whom has one taste.
    pub(super) shoppers: u32,
    /// Visits.
    pub(super) visits: usize,
}

impl Tastes {
    /// The products of each taste; none without a visit.
    pub(super) fn planted(&self) -> Vec<Vec<String>> {
        if self.visits == 0 {
            return Vec::new();
        }
        let products = u64::from(self.products);
        let (first, size) = (products / FIRST, PRODUCTS as u64);
        // The last three are those of fashions and pushers.
        let tastes = (products.saturating_sub(first + 3) / size).min(TASTES);
        let rank = |taste, place| 1 + first + size * taste + place;
        let ids = |taste| (0..size).map(|place| self.product_ids.id(self.seed, rank(taste, place))).collect();
        (0..tastes).map(ids).collect()
    }

    /// The requests, with at most `size` events each: the views of each visit, then all purchases, which the shop reports.
    pub(super) fn batches(&self, size: usize) -> Vec<Batch> {
        let (planted, mut rng) = (self.planted(), ChaCha8Rng::seed_from_u64(self.seed));
        if planted.is_empty() {
            return Vec::new();
        }
        let (mut batches, mut purchases) = (Vec::new(), Vec::new());
        for visit in 0..self.visits {
            let shopper = visit % usize::try_from(self.shoppers.max(1)).unwrap_or(usize::MAX);
            let (viewed, bought) = self.visit((visit, shopper), &planted[shopper % planted.len()], &mut rng);
            let sender = Sender::Shopper(u32::try_from(shopper).unwrap_or_default());
            batches.extend(viewed.chunks(size.max(1)).map(|items| Batch { sender, items: items.to_vec() }));
            purchases.extend(bought);
        }
        let sender = Sender::Producer;
        batches.extend(purchases.chunks(size.max(1)).map(|items| Batch { sender, items: items.to_vec() }));
        batches
    }

    /// The views and the purchases of a visit, in which the products come in any order.
    fn visit(&self, (visit, shopper): (usize, usize), taste: &[String], rng: &mut impl Rng) -> (Vec<Item>, Vec<Item>) {
        let mut products = taste.to_vec();
        products.shuffle(rng);
        let (visit, shopper) = (u64::try_from(visit).unwrap_or_default(), u32::try_from(shopper).unwrap_or_default());
        let (events, visits) = (format!("{} taste", self.run), format!("{} taste visit", self.run));
        let session = id(self.seed, Kind::Event(&visits), visit).to_string();
        let item = |position: u64, product: &String, is_purchase: bool| Item {
            event_id: id(self.seed, Kind::Event(&events), visit * EVENTS + position),
            event_type: if is_purchase { "purchase" } else { "view" },
            ref_type: "Product",
            ref_id: product.clone(),
            session_id: session.clone(),
            account_id: is_purchase.then(|| Crowd::account(self.seed, shopper)),
            // What belongs together is what has the same basket, whatever else the account buys on that day.
            metadata: is_purchase.then(|| Metadata { basket: session.clone() }),
            occurred_at: None,
        };
        let viewed = (0..).zip(&products).map(|(position, product)| item(position, product, false)).collect();
        let bought = (PRODUCTS as u64..).zip(products.iter().take(BOUGHT));
        (viewed, bought.map(|(position, product)| item(position, product, true)).collect())
    }
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};

    use super::*;

    fn tastes(products: u32) -> Tastes {
        let (run, product_ids) = ("a".to_owned(), ProductIds::Uuid);
        Tastes { seed: 1, run, products, product_ids, shoppers: 100, visits: 50 }
    }

    #[test]
    fn a_visit_stays_within_one_taste_and_everything_in_it_is_of_one_shopper() {
        let tastes = tastes(200);
        let planted = tastes.planted();
        assert_eq!(planted.iter().flatten().collect::<BTreeSet<_>>().len(), 20, "{planted:?}");
        let items: Vec<_> = tastes.batches(10).into_iter().flat_map(|batch| batch.items).collect();
        assert_eq!(items.iter().map(|item| item.event_id).collect::<BTreeSet<_>>().len(), 50 * 7);
        let mut visits: BTreeMap<&str, Vec<&Item>> = BTreeMap::new();
        items.iter().for_each(|item| visits.entry(&item.session_id).or_default().push(item));
        assert_eq!(visits.len(), 50);
        for events in visits.values() {
            let products: BTreeSet<_> = events.iter().map(|item| item.ref_id.clone()).collect();
            assert!(planted.iter().any(|taste| taste.iter().cloned().collect::<BTreeSet<_>>() == products));
            let bought: Vec<_> = events.iter().filter(|item| item.event_type == "purchase").collect();
            assert_eq!(bought.len(), 3);
            assert!(bought.iter().all(|item| item.account_id == bought[0].account_id && item.metadata.is_some()));
        }
    }

    #[test]
    fn a_small_shop_has_fewer_tastes_and_a_tiny_one_none() {
        assert_eq!([200, 16, 7, 1].map(|products| tastes(products).planted().len()), [5, 3, 1, 0]);
        assert!(tastes(1).batches(10).is_empty());
    }
}
