//! What a simulated shop is generated from.

use jiff::Timestamp;
use rand::SeedableRng as _;
use rand_chacha::ChaCha8Rng;

use crate::simulate::identity::ProductIds;

/// The plan of a shop.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    /// The seed of everything random.
    pub seed: u64,
    /// Names the run: the same shop under another name has other customers, orders and event ids.
    pub run: String,
    /// The number of orders, including planted ones; from 20 on there are planted ones.
    pub orders: usize,
    /// The time base: nothing happens later.
    pub until: Timestamp,
    /// Orders are placed within this many times 24 hours before `until`.
    pub days: u16,
    /// Products of the shoppers. The shop sells the first thousand of them.
    pub products: u32,
    /// How the shop identifies them.
    pub product_ids: ProductIds,
    /// Customers to choose from; more come when all of them have just ordered.
    pub customers: u32,
}

impl Plan {
    /// Names the run and its time base: the ids of customers, orders and events are made of it.
    pub(super) fn stamp(&self) -> String {
        format!("{}@{}", self.run, self.until)
    }

    /// A separate sequence of random numbers for each part, so that a change of one does not affect the others.
    pub(super) fn sequence(&self, part: u64) -> ChaCha8Rng {
        let mut rng = ChaCha8Rng::seed_from_u64(self.seed);
        // After those of the products.
        rng.set_stream(u64::from(u32::MAX) + part);
        rng
    }
}
