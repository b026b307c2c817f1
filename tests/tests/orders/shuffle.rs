//! The final rows depend on the events, not on how they were delivered.

use cross_tests::back_end::Shop;
use cross_tests::history::history;
use rand::prelude::*;
use rand_chacha::ChaCha8Rng;

/// Delivers events to a new shop: shuffled, some of them again, split at random.
async fn deliver(events: &[String], seed: u64) -> Vec<String> {
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    let mut sent = events.to_vec();
    let again = random.random_range(0..events.len());
    sent.extend(events.sample(&mut random, again).cloned());
    sent.shuffle(&mut random);
    let shop = Shop::open().await;
    let mut function = shop.start().await;
    shop.send_in_batches(&mut function, &sent, || random.random_range(1..=100)).await;
    shop.assert_exact().await;
    shop.state().await
}

#[tokio::test]
async fn shuffled_repeated_and_split_deliveries_end_in_the_same_rows() {
    for seed in 0..4 {
        let events = history(seed, 60);
        let shop = Shop::open().await;
        let mut function = shop.start().await;
        shop.send_events(&mut function, &events, 100).await;
        shop.assert_exact().await;
        let expected = shop.state().await;
        assert!(expected.len() > 500, "{}", expected.len());
        for delivery in 1..5 {
            assert_eq!(deliver(&events, seed * 100 + delivery).await, expected, "seed {seed}, delivery {delivery}");
        }
    }
}
