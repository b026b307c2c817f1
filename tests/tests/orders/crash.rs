//! A consumer that is killed at any time.

use std::time::{Duration, Instant};

use cross_tests::back_end::Shop;
use cross_tests::history::history;
use rand::prelude::*;
use rand_chacha::ChaCha8Rng;
use testkit::{all_done, sqs_event};
use tokio::time::sleep;

const ROUNDS_OF_A_SHOP: u64 = 5;

#[tokio::test]
async fn killed_at_any_moment_it_logs_and_counts_once() {
    let mut random = ChaCha8Rng::seed_from_u64(5);
    let mut shop = Shop::open().await;
    let (mut before, mut after) = (0, 0);
    let mut longest = Duration::from_millis(300);
    for round in 0..20 {
        // The recount after each round reads everything in the shop, so that a shop is closed after some rounds.
        if round > 0 && round % ROUNDS_OF_A_SHOP == 0 {
            shop = Shop::open().await;
        }
        let mut events = history(1_000 + round, 25);
        events.shuffle(&mut random);
        let known = shop.logged().await;
        let mut victim = shop.start().await;
        let said = victim.begin(&sqs_event(&events));
        sleep(longest.mul_f64(random.random())).await;
        victim.kill().await;
        drop(said);
        if shop.logged().await == known {
            before += 1
        } else {
            after += 1
        }
        // Redelivered at once, when a statement of the killed process may still run.
        let started = Instant::now();
        let mut next = shop.start().await;
        assert_eq!(next.invoke(&sqs_event(&events)).await, all_done(), "round {round}: {}", next.output());
        longest = started.elapsed() * 3 / 2;
        shop.assert_exact().await;
    }
    println!("killed before the first commit: {before}, after it: {after}");
    assert!(before > 0 && after > 0, "the kills did not hit both sides: {before}, {after}");
}
