//! Consumers that are killed or frozen at the worst moments.

use cross_tests::shop::{Shop, hints, product};
use std::time::{Duration, Instant};
use testkit::all_done;

use rand::prelude::*;
use rand_chacha::ChaCha8Rng;
use tokio::time::sleep;
use uuid::Uuid;

/// Lets a statement of the scorer wait in its middle, until the end of the transaction.
const HOLD_THE_LAST: &str = "BEGIN;
    SELECT FROM analytic.pending WHERE sink = 'popularity' ORDER BY interaction_id DESC LIMIT 1 FOR UPDATE";

fn views(count: u128) -> Vec<(&'static str, Uuid)> {
    (0..count).map(|n| (["view", "add_to_cart", "dislike"][usize::try_from(n % 3).unwrap()], product(n % 10))).collect()
}

#[tokio::test]
async fn killed_after_applying_and_before_the_messages_are_deleted_it_has_counted_once() {
    let shop = Shop::open().await;
    let ids = shop.record(&views(100)).await;
    let mut first = shop.start_scorer().await;
    assert_eq!(first.invoke(&hints(&ids)).await, all_done());
    // given: the response is lost with the environment, so SQS redelivers everything
    first.kill().await;
    let before = shop.popularity().await;
    // when
    assert_eq!(shop.start_scorer().await.invoke(&hints(&ids)).await, all_done());
    // then
    assert_eq!(shop.popularity().await, before);
    shop.assert_all_scored_exactly().await;
}

#[tokio::test]
async fn killed_while_its_statement_runs_it_counts_once() {
    let shop = Shop::open().await;
    let ids = shop.record(&views(100)).await;
    // given: a statement that waits in the middle, for a row that another session has locked
    let other = shop.database.connect().await;
    other.batch_execute(HOLD_THE_LAST).await.unwrap();
    let mut first = shop.start_scorer().await;
    let said = first.begin(&hints(&ids));
    shop.wait_for_a_lock_wait().await;
    // when
    first.kill().await;
    drop(said);
    other.batch_execute("COMMIT").await.unwrap();
    // then
    assert_eq!(shop.start_scorer().await.invoke(&hints(&ids)).await, all_done());
    shop.assert_all_scored_exactly().await;
}

#[tokio::test]
async fn killed_at_any_moment_it_counts_once() {
    let shop = Shop::open().await;
    let mut random = ChaCha8Rng::seed_from_u64(20);
    let longest = time_of_one_run(&shop).await * 3 / 2;
    let (mut before, mut amid_or_after) = (0, 0);
    for round in 0..20 {
        let ids = shop.record(&views(300)).await;
        let mut victim = shop.start_scorer().await;
        let said = victim.begin(&hints(&ids));
        sleep(longest.mul_f64(random.random())).await;
        victim.kill().await;
        drop(said);
        // Redelivered at once, when a statement of the killed process may still run, in two overlapping batches.
        if shop.unscored().await == 300 {
            before += 1
        } else {
            amid_or_after += 1
        }
        let mut next = shop.start_scorer().await;
        assert_eq!(next.invoke(&hints(&ids[..200])).await, all_done(), "round {round}");
        assert_eq!(next.invoke(&hints(&ids[100..])).await, all_done(), "round {round}");
        shop.assert_all_scored_exactly().await;
    }
    println!("killed before the commit: {before}, after it: {amid_or_after}");
}

/// Measures a cold start with a batch.
async fn time_of_one_run(shop: &Shop) -> Duration {
    let ids = shop.record(&views(300)).await;
    let started = Instant::now();
    assert_eq!(shop.start_scorer().await.invoke(&hints(&ids)).await, all_done());
    started.elapsed()
}

#[tokio::test]
async fn frozen_amid_its_statement_it_holds_nobody_up_and_counts_once() {
    let shop = Shop::open().await;
    let ids = shop.record(&views(100)).await;
    let other = shop.database.connect().await;
    other.batch_execute(HOLD_THE_LAST).await.unwrap();
    let mut zombie = shop.start_scorer().await;
    let said = zombie.begin(&hints(&ids));
    shop.wait_for_a_lock_wait().await;
    // when: it freezes, and another receives its messages
    zombie.freeze();
    other.batch_execute("COMMIT").await.unwrap();
    let started = Instant::now();
    assert_eq!(shop.start_scorer().await.invoke(&hints(&ids)).await, all_done());
    assert!(started.elapsed() < Duration::from_secs(2), "it waited for the frozen one: {:?}", started.elapsed());
    shop.assert_all_scored_exactly().await;
    // and when it resumes
    zombie.thaw();
    said.await.unwrap().unwrap();
    shop.assert_all_scored_exactly().await;
}

#[tokio::test]
async fn frozen_at_any_moment_and_back_it_counts_once() {
    let shop = Shop::open().await;
    let mut random = ChaCha8Rng::seed_from_u64(21);
    let longest = time_of_one_run(&shop).await;
    for round in 0..12 {
        let ids = shop.record(&views(100)).await;
        let mut zombie = shop.start_scorer().await;
        let said = zombie.begin(&hints(&ids));
        sleep(longest.mul_f64(random.random())).await;
        zombie.freeze();
        assert_eq!(shop.start_scorer().await.invoke(&hints(&ids)).await, all_done(), "round {round}");
        shop.assert_all_scored_exactly().await;
        zombie.thaw();
        assert!(said.await.unwrap().is_ok(), "round {round}: {}", zombie.output());
        shop.assert_all_scored_exactly().await;
    }
}
