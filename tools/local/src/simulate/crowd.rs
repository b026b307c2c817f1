//! The shoppers: an endless sequence of actions, the same for the same seed.

use jiff::Timestamp;
use rand::{RngExt as _, SeedableRng as _};
use rand_chacha::ChaCha8Rng;
use rand_distr::{Distribution as _, Zipf};
use serde::Serialize;
use uuid::Uuid;

use super::action::Action;
use super::identity::{Kind, ProductIds, id};

/// The Zipf exponent: the second product is chosen about half as often as the first.
pub(super) const ZIPF_EXPONENT: f64 = 1.0;
/// The chance that an action opens a new visit: visits have ten actions on average.
const NEW_VISIT: f64 = 0.1;
/// Products are spread over this many categories.
const CATEGORIES: u64 = 20;

/// Who is simulated.
#[derive(Debug, Clone)]
pub(super) struct Population {
    /// The seed of all randomness.
    pub(super) seed: u64,
    /// Names the run: the same actions under another name are other events.
    pub(super) run: String,
    /// Signed-in shoppers.
    pub(super) shoppers: u32,
    /// Products to choose from.
    pub(super) products: u32,
    /// How they are identified.
    pub(super) product_ids: ProductIds,
    /// The share of actions that guests do, from 0 to 1.
    pub(super) guests: f64,
}

/// The sender of an item, which determines token and route.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Sender {
    /// The signed-in shopper of that number.
    Shopper(u32),
    /// A guest, on the guest route.
    Guest,
    /// A guest whose user agent is that of a crawler.
    Bot,
    /// The shop's back end, which reports purchases.
    Producer,
}

/// An item as the API takes it. What shoppers do has no time, so that the content is the same when it is sent again later.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct Item {
    pub(super) event_id: Uuid,
    pub(super) event_type: &'static str,
    pub(super) ref_type: &'static str,
    pub(super) ref_id: String,
    pub(super) session_id: String,
    /// The account, if the sender is another.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) account_id: Option<Uuid>,
    /// What a purchase says besides.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) metadata: Option<Metadata>,
    /// When it happened, if not now.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) occurred_at: Option<Timestamp>,
}

/// What a purchase says besides.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct Metadata {
    /// What was bought together has the same.
    pub(super) basket: String,
}

/// The category of the product with a rank.
pub(super) fn category(rank: u64) -> String {
    format!("category-{:02}", rank % CATEGORIES)
}

/// The shoppers in action.
pub(super) struct Crowd {
    population: Population,
    rng: ChaCha8Rng,
    choice: Zipf<f64>,
    /// The number of the current visit, by shopper; the last entry is that of the guests.
    visits: Vec<u32>,
    position: u64,
}

impl Crowd {
    /// Creates the shoppers. There is at least one of them, and one product.
    pub(super) fn new(population: Population) -> Self {
        let rng = ChaCha8Rng::seed_from_u64(population.seed);
        let choice = Zipf::new(f64::from(population.products.max(1)), ZIPF_EXPONENT);
        let choice = choice.expect("one product or more, and a positive exponent");
        let visits = vec![0; usize::try_from(population.shoppers).unwrap_or(usize::MAX).saturating_add(1)];
        Self { population, rng, choice, visits, position: 0 }
    }

    /// The account of a shopper.
    pub(super) fn account(seed: u64, shopper: u32) -> Uuid {
        id(seed, Kind::Account, u64::from(shopper))
    }

    fn reference(&mut self, action: Action) -> (&'static str, String) {
        let rank = self.draw_rank();
        match action {
            Action::BrowseCategory => ("Category", category(rank)),
            _ => ("Product", self.population.product_ids.id(self.population.seed, rank)),
        }
    }

    /// The rank of a product, from 1.
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a sample is a whole number from 1 to the number of products"
    )]
    fn draw_rank(&mut self) -> u64 {
        self.choice.sample(&mut self.rng) as u64
    }

    fn session(&mut self, shopper: Option<u32>) -> String {
        let slot = shopper.map_or(self.visits.len() - 1, |number| usize::try_from(number).unwrap_or_default());
        if self.rng.random_bool(NEW_VISIT) {
            self.visits[slot] += 1;
        }
        let who = shopper.map_or_else(|| "guest".to_owned(), |number| number.to_string());
        format!("{who}-{}", self.visits[slot])
    }
}

impl Iterator for Crowd {
    type Item = (Sender, Item);

    fn next(&mut self) -> Option<(Sender, Item)> {
        let is_guest = self.rng.random_bool(self.population.guests.clamp(0.0, 1.0));
        let shopper = self.rng.random_range(0..self.population.shoppers.max(1));
        let shopper = (!is_guest).then_some(shopper);
        let action = Action::draw(&mut self.rng);
        let action = if is_guest { action.as_guest() } else { action };
        let (ref_type, ref_id) = self.reference(action);
        let item = Item {
            event_id: id(self.population.seed, Kind::Event(&self.population.run), self.position),
            event_type: action.event_type(),
            ref_type,
            ref_id,
            session_id: self.session(shopper),
            account_id: shopper
                .filter(|_| action == Action::Purchase)
                .map(|shopper| Self::account(self.population.seed, shopper)),
            metadata: None,
            occurred_at: None,
        };
        self.position += 1;
        let sender = match (action, shopper) {
            (Action::Purchase, _) => Sender::Producer,
            (_, Some(shopper)) => Sender::Shopper(shopper),
            (_, None) => Sender::Guest,
        };
        Some((sender, item))
    }
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};

    use super::*;

    fn crowd(seed: u64, run: &str) -> Crowd {
        Crowd::new(Population {
            seed,
            run: run.to_owned(),
            shoppers: 50,
            products: 1_000,
            product_ids: ProductIds::Uuid,
            guests: 0.05,
        })
    }

    #[test]
    fn the_same_seed_and_run_are_the_same_events() {
        let first: Vec<_> = crowd(1, "a").take(500).collect();
        assert_eq!(first, crowd(1, "a").take(500).collect::<Vec<_>>());
        let again: Vec<_> = crowd(1, "b").take(500).collect();
        for ((_, one), (_, other)) in first.iter().zip(&again) {
            assert_ne!(one.event_id, other.event_id);
            assert_eq!(one.ref_id, other.ref_id, "another run is the same behaviour");
        }
        let ids: BTreeSet<_> = first.iter().chain(&again).map(|(_, item)| item.event_id).collect();
        assert_eq!(ids.len(), 1_000);
        assert_ne!(first, crowd(2, "a").take(500).collect::<Vec<_>>());
    }

    #[test]
    fn products_are_chosen_by_their_rank() {
        let mut counts: BTreeMap<String, u32> = BTreeMap::new();
        for (_, item) in crowd(3, "a").take(100_000).filter(|(_, item)| item.ref_type == "Product") {
            *counts.entry(item.ref_id).or_default() += 1;
        }
        let of_rank = |rank| f64::from(counts[&ProductIds::Uuid.id(3, rank)]);
        assert!((of_rank(1) / of_rank(2) - 2.0).abs() < 0.2, "{} and {}", of_rank(1), of_rank(2));
        assert!((of_rank(1) / of_rank(10) - 10.0).abs() < 2.0, "{} and {}", of_rank(1), of_rank(10));
        assert!(counts.len() <= 1_000);
    }

    #[test]
    fn everybody_sends_only_what_they_may() {
        let (mut guests, mut purchases) = (0, 0);
        for (sender, item) in crowd(4, "a").take(10_000) {
            let browsing = ["view", "click_from_category"].contains(&item.event_type);
            assert_eq!(item.event_type == "purchase", sender == Sender::Producer);
            assert_eq!(item.account_id.is_some(), sender == Sender::Producer, "the back end says who bought");
            assert!(sender != Sender::Guest || browsing, "{item:?}");
            assert_eq!(item.ref_type == "Category", item.event_type == "click_from_category");
            guests += u32::from(sender == Sender::Guest);
            purchases += u32::from(sender == Sender::Producer);
        }
        assert!((400..600).contains(&guests), "{guests}");
        assert!((850..1050).contains(&purchases), "{purchases}");
    }
}
