//! Concurrent consumers with the same messages and the same products.

use cross_tests::shop::{Shop, hints, product};
use rand::prelude::*;
use rand_chacha::ChaCha8Rng;
use testkit::{Function, all_done};
use uuid::Uuid;

use super::weight::WEIGHTS;

/// Events on few products, so that batches meet on the same rows.
fn busy_day(random: &mut ChaCha8Rng, events: usize, products: u128) -> Vec<(&'static str, Uuid)> {
    let event = |_| {
        let (event, ..) = WEIGHTS.choose(random).unwrap();
        (*event, product(random.random_range(0..products)))
    };
    (0..events).map(event).collect()
}

/// Gives each share to a separate consumer, in batches of this size, concurrently; every batch must be done.
async fn score_at_once(shop: &Shop, shares: Vec<Vec<i64>>, batch: usize) -> Vec<Function> {
    let mut running = Vec::new();
    for share in shares {
        let mut scorer = shop.start_scorer().await;
        running.push(tokio::spawn(async move {
            for batch in share.chunks(batch) {
                assert_eq!(scorer.invoke(&hints(batch)).await, all_done());
            }
            scorer
        }));
    }
    let mut scorers = Vec::new();
    for scorer in running {
        scorers.push(scorer.await.unwrap());
    }
    scorers
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_consumers_with_the_same_messages_at_once_count_each_once() {
    let shop = Shop::open().await;
    let mut random = ChaCha8Rng::seed_from_u64(1);
    let (mut one, mut two) = (shop.start_scorer().await, shop.start_scorer().await);
    for round in 0..30 {
        let mut ids = shop.record(&busy_day(&mut random, 100, 10)).await;
        let first = hints(&ids);
        ids.shuffle(&mut random);
        let second = hints(&ids);
        let (first, second) = tokio::join!(one.invoke(&first), two.invoke(&second));
        assert_eq!((first, second), (all_done(), all_done()), "round {round}");
        shop.assert_all_scored_exactly().await;
    }
    assert_eq!(shop.deadlocks(vec![one, two]).await, 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_hot_product_under_eight_consumers_is_exact_and_never_deadlocks() {
    let shop = Shop::open().await;
    let mut random = ChaCha8Rng::seed_from_u64(2);
    // given: nine of ten events on one product, and eight consumers that each get half of all messages
    let hot = busy_day(&mut random, 2_000, 40).into_iter();
    let events: Vec<_> =
        hot.map(|(event, other)| (event, if random.random_bool(0.9) { product(0) } else { other })).collect();
    let ids = shop.record(&events).await;
    let consumers = (0..8).map(|_| {
        let mut mine = ids.clone();
        mine.shuffle(&mut random);
        mine.truncate(1_000);
        mine
    });
    let mut shares: Vec<_> = consumers.collect();
    // The first consumer gets the messages that no one else got.
    let taken: std::collections::HashSet<_> = shares.concat().into_iter().collect();
    shares[0].extend(ids.iter().filter(|id| !taken.contains(id)));
    // when
    let scorers = score_at_once(&shop, shares, 50).await;
    // then
    shop.assert_all_scored_exactly().await;
    for scorer in &scorers {
        let output = scorer.output();
        assert!(!output.contains("deadlock") && !output.contains("\"ERROR\""), "{output}");
    }
    assert_eq!(shop.deadlocks(scorers).await, 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn consumers_with_other_messages_on_the_same_products_never_deadlock() {
    let shop = Shop::open().await;
    let mut random = ChaCha8Rng::seed_from_u64(4);
    let ids = shop.record(&busy_day(&mut random, 9_000, 40)).await;
    let shares = ids.chunks(1_500).map(<[_]>::to_vec).collect();
    let scorers = score_at_once(&shop, shares, 100).await;
    shop.assert_all_scored_exactly().await;
    assert_eq!(shop.deadlocks(scorers).await, 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn consumers_and_resend_at_once_lose_nothing_and_double_nothing() {
    let shop = Shop::open().await;
    let mut random = ChaCha8Rng::seed_from_u64(3);
    let (mut one, mut two) = (shop.start_scorer().await, shop.start_scorer().await);
    let mut resender = shop.start("resend-pending", &[]).await;
    for round in 0..10 {
        let mut ids = shop.record(&busy_day(&mut random, 300, 10)).await;
        shop.database.let_hints_fall_due().await;
        let first = hints(&ids);
        ids.shuffle(&mut random);
        let second = hints(&ids);
        let tick = serde_json::json!({});
        let (first, second, resent) = tokio::join!(one.invoke(&first), two.invoke(&second), resender.invoke(&tick));
        assert_eq!((first, second), (all_done(), all_done()), "round {round}");
        resent.answer();
        shop.assert_all_scored_exactly().await;
    }
    assert_eq!(shop.deadlocks(vec![one, two, resender]).await, 0);
}

/// Lets a consumer wait for a row that another transaction changes meanwhile; returns its response.
async fn apply_while(shop: &Shop, ids: &[i64], change: &str) -> Result<serde_json::Value, serde_json::Value> {
    let other = shop.database.connect().await;
    let change = format!(
        "BEGIN; UPDATE analytic.pending SET {change} WHERE sink = 'popularity' AND interaction_id = {}",
        ids[1]
    );
    other.batch_execute(&change).await.unwrap();
    let mut scorer = shop.start_scorer().await;
    let said = scorer.begin(&hints(ids));
    shop.wait_for_a_lock_wait().await;
    other.batch_execute("COMMIT").await.unwrap();
    said.await.unwrap()
}

#[tokio::test]
async fn a_row_that_is_parked_while_a_consumer_waits_for_it_stays_parked() {
    let shop = Shop::open().await;
    let ids = shop.record(&[("view", product(1)), ("purchase", product(2)), ("view", product(3))]).await;
    let parked = "parked_at = now(), parked_reason = 'statement_refused_22003'";
    let said = apply_while(&shop, &ids, parked).await.unwrap();
    assert_eq!(said.to_string(), r#"{"batchItemFailures":[]}"#);
    assert_eq!(shop.dead_letters.drain_dead_letters().await, [format!("parked {}", testkit::hint(ids[1]))]);
    assert_eq!(shop.unscored().await, 1);
    assert_eq!(shop.popularity().await.len(), 2, "the parked effect was applied");
    shop.assert_exact().await;
}

#[tokio::test]
async fn a_row_that_is_hinted_at_while_a_consumer_waits_for_it_is_applied() {
    let shop = Shop::open().await;
    let ids = shop.record(&[("view", product(1)), ("purchase", product(2)), ("view", product(3))]).await;
    let said =
        apply_while(&shop, &ids, "hints = hints + 1, next_hint_at = now() + interval '2 minutes'").await.unwrap();
    assert_eq!(said.to_string(), r#"{"batchItemFailures":[]}"#);
    shop.assert_all_scored_exactly().await;
}
