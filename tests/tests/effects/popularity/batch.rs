//! However SQS delivers, the same events yield the same scores.

use cross_tests::shop::{Shop, hints, product};
use serde_json::json;
use testkit::{all_done, hint, sqs_event};
use uuid::Uuid;

/// Three products in turn, with events that raise and lower.
async fn record_some(shop: &Shop) -> Vec<i64> {
    let events: Vec<(&str, Uuid)> = (0u128..30)
        .map(|n| {
            (["view", "purchase", "remove_from_cart", "rating_low"][usize::try_from(n % 4).unwrap()], product(n % 3))
        })
        .collect();
    shop.record(&events).await
}

#[tokio::test]
async fn a_batch_delivered_twice_counts_once() {
    let shop = Shop::open().await;
    let ids = record_some(&shop).await;
    let mut scorer = shop.start_scorer().await;
    assert_eq!(scorer.invoke(&hints(&ids)).await, all_done());
    let once = shop.popularity().await;
    insta::assert_snapshot!(once.join("\n"), @r"
    5b0b0000-0000-0000-0000-000000000000 | 400000 | 3 | 2 | 0 | 2 | 3
    5b0b0000-0000-0000-0000-000000000001 | 1700000 | 3 | 3 | 0 | 2 | 2
    5b0b0000-0000-0000-0000-000000000002 | 1100000 | 2 | 3 | 0 | 3 | 2
    ");
    assert_eq!(scorer.invoke(&hints(&ids)).await, all_done());
    assert_eq!(shop.popularity().await, once);
    shop.assert_all_scored_exactly().await;
}

#[tokio::test]
async fn a_batch_in_reverse_or_in_parts_gives_the_same_scores() {
    let shop = Shop::open().await;
    let mut ids = record_some(&shop).await;
    ids.reverse();
    let mut scorer = shop.start_scorer().await;
    for chunk in ids.chunks(7) {
        assert_eq!(scorer.invoke(&hints(chunk)).await, all_done());
        shop.assert_exact().await;
    }
    shop.assert_all_scored_exactly().await;
    // and the other way round, as one
    ids.reverse();
    assert_eq!(scorer.invoke(&hints(&ids)).await, all_done());
    shop.assert_all_scored_exactly().await;
}

#[tokio::test]
async fn the_same_interaction_twice_in_one_batch_counts_once() {
    let shop = Shop::open().await;
    let ids = shop.record(&[("view", product(1))]).await;
    assert_eq!(shop.start_scorer().await.invoke(&hints(&[ids[0], ids[0], ids[0]])).await, all_done());
    assert_eq!(shop.popularity().await, [format!("{} | 300000 | 1 | 0 | 0 | 0 | 0", product(1))]);
}

#[tokio::test]
async fn an_id_that_does_not_exist_is_done_and_changes_nothing() {
    let shop = Shop::open().await;
    let ids = shop.record(&[("view", product(1))]).await;
    let forged = [ids[0], ids[0] + 1, 987_654_321, i64::MAX];
    assert_eq!(shop.start_scorer().await.invoke(&hints(&forged)).await, all_done());
    assert_eq!(shop.popularity().await, [format!("{} | 300000 | 1 | 0 | 0 | 0 | 0", product(1))]);
}

#[tokio::test]
async fn messages_that_cannot_be_read_are_moved_alone() {
    let shop = Shop::open().await;
    let ids = record_some(&shop).await;
    let good: Vec<_> = ids.iter().map(|id| hint(*id)).collect();
    // SQS takes no empty message, so none can come.
    let bad = [
        " ",
        "not json",
        "{}",
        r#"{"version":2,"interaction_id":1}"#,
        r#"{"version":1}"#,
        r#"{"version":1,"interaction_id":"1"}"#,
        r#"{"version":1,"interaction_id":1.5}"#,
        r#"{"version":1,"interaction_id":9223372036854775808}"#,
        r#"{"version":1,"interaction_id":0}"#,
        r#"{"version":1,"interaction_id":1}{"#,
    ];
    // given: a bad one after every third good one
    let mut bodies = Vec::new();
    for (chunk, bad) in good.chunks(3).zip(bad) {
        bodies.extend(chunk.iter().map(String::as_str));
        bodies.push(bad);
    }
    let mut scorer = shop.start_scorer().await;
    let answer = scorer.invoke(&sqs_event(&bodies)).await.answer();
    assert_eq!(answer.to_string(), r#"{"batchItemFailures":[]}"#);
    let mut dead: Vec<_> = bad.iter().map(|body| format!("unreadable {body}")).collect();
    dead.sort();
    assert_eq!(shop.dead_letters.drain_dead_letters().await, dead);
    shop.assert_all_scored_exactly().await;
    assert!(!scorer.output().contains("not json"), "a body was logged: {}", scorer.output());
}

#[tokio::test]
async fn a_batch_of_nothing_readable_is_moved_and_one_of_nothing_is_done() {
    let shop = Shop::open().await;
    let mut scorer = shop.start_scorer().await;
    assert_eq!(scorer.invoke(&sqs_event(&["x", "y"])).await, all_done());
    assert_eq!(shop.dead_letters.drain_dead_letters().await, ["unreadable x", "unreadable y"]);
    assert_eq!(scorer.invoke(&json!({ "Records": [] })).await, all_done());
}

#[tokio::test]
async fn the_largest_batch_is_one_step() {
    let shop = Shop::open().await;
    let events: Vec<_> = (0..10_000).map(|n| ("view", product(n % 997))).collect();
    let ids = shop.record(&events).await;
    assert_eq!(shop.start_scorer().await.invoke(&hints(&ids)).await, all_done());
    shop.assert_all_scored_exactly().await;
    assert_eq!(shop.popularity().await.len(), 997);
}
