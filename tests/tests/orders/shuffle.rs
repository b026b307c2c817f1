//! The final rows depend on the events, not on how they were delivered.

use rand::prelude::*;
use rand_chacha::ChaCha8Rng;

use crate::history::history;
use crate::shop::Shop;

/// Delivers events to a new shop: shuffled, some of them again, split at random.
async fn deliver(events: &[String], seed: u64) -> Vec<String> {
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    let mut told = events.to_vec();
    let again = random.random_range(0..events.len());
    told.extend(events.sample(&mut random, again).cloned());
    told.shuffle(&mut random);
    let shop = Shop::open().await;
    let mut function = shop.start().await;
    let mut rest = &told[..];
    while !rest.is_empty() {
        let (part, more) = rest.split_at(random.random_range(1..=100).min(rest.len()));
        shop.tell(&mut function, part, 100).await;
        rest = more;
    }
    shop.assert_exact().await;
    shop.state().await
}

#[tokio::test]
async fn shuffled_repeated_and_split_deliveries_end_in_the_same_rows() {
    for seed in 0..4 {
        let events = history(seed, 60);
        let shop = Shop::open().await;
        let mut function = shop.start().await;
        shop.tell(&mut function, &events, 100).await;
        shop.assert_exact().await;
        let expected = shop.state().await;
        assert!(expected.len() > 500, "{}", expected.len());
        for delivery in 1..5 {
            assert_eq!(deliver(&events, seed * 100 + delivery).await, expected, "seed {seed}, delivery {delivery}");
        }
    }
}
