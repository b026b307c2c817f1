//! Which rows are hinted at.

use std::time::{Duration, Instant};

use cross_tests::shop::{Shop, product};
use serde_json::json;

use super::{hinted, once, overdue};

#[tokio::test]
async fn what_is_overdue_is_hinted_at_in_both_queues_and_the_rest_is_not() {
    let shop = Shop::open().await;
    let due = overdue(&shop, 12).await;
    let young = shop.record(&[("view", product(1)); 5]).await;
    let of_the_young = format!("SELECT next_hint_at, hints FROM analytic.pending WHERE interaction_id >= {}", young[0]);
    let before = shop.database.rows(&of_the_young).await;
    let mut resender = shop.start("resend-pending", &[]).await;
    // when
    let answer = resender.invoke(&json!({})).await.answer();
    // then
    assert_eq!(answer, json!({"claimed": 24, "sent": 24, "failed": 0}));
    assert_eq!(hinted(&shop.popularity_queue).await, once(&due));
    assert_eq!(hinted(&shop.catalog_queue).await, once(&due));
    assert_eq!(shop.database.rows(&of_the_young).await, before);
    // and at once again there is nothing to do
    assert_eq!(resender.invoke(&json!({})).await.answer(), json!({"claimed": 0, "sent": 0, "failed": 0}));
}

#[tokio::test]
async fn a_purged_queue_is_restored() {
    let shop = Shop::open().await;
    let ids = overdue(&shop, 30).await;
    let mut resender = shop.start("resend-pending", &[]).await;
    resender.invoke(&json!({})).await.answer();
    assert_eq!(shop.popularity_queue.depth().await, 30);
    // given
    let client = testkit::TestQueue::client();
    client.purge_queue().queue_url(shop.popularity_queue.url()).send().await.unwrap();
    assert_eq!(shop.popularity_queue.depth().await, 0);
    // when
    shop.database.let_hints_fall_due().await;
    resender.invoke(&json!({})).await.answer();
    // then
    assert_eq!(hinted(&shop.popularity_queue).await, once(&ids));
}

#[tokio::test]
async fn parked_rows_are_left_alone() {
    let shop = Shop::open().await;
    let ids = overdue(&shop, 3).await;
    let park = format!(
        "UPDATE analytic.pending SET parked_at = now(), parked_reason = 'catalog_refused_404'
         WHERE interaction_id = {}",
        ids[1]
    );
    shop.database.execute(&park).await;
    let of_the_parked = format!(
        "SELECT sink, hints, next_hint_at, parked_at FROM analytic.pending WHERE interaction_id = {} ORDER BY sink",
        ids[1]
    );
    let before = shop.database.rows(&of_the_parked).await;
    let answer = shop.start("resend-pending", &[]).await.invoke(&json!({})).await.answer();
    assert_eq!(answer["claimed"], 4);
    assert_eq!(hinted(&shop.catalog_queue).await, once(&[ids[0], ids[2]]));
    assert_eq!(shop.database.rows(&of_the_parked).await, before);
}

#[tokio::test]
async fn rows_that_a_consumer_holds_are_skipped_and_not_waited_for() {
    let shop = Shop::open().await;
    let ids = overdue(&shop, 10).await;
    let consumer = shop.database.connect().await;
    let lock = format!("BEGIN; SELECT FROM analytic.pending WHERE interaction_id = {} FOR UPDATE", ids[4]);
    consumer.batch_execute(&lock).await.unwrap();
    let mut resender = shop.start("resend-pending", &[]).await;
    let started = Instant::now();
    assert_eq!(resender.invoke(&json!({})).await.answer()["claimed"], 18);
    assert!(started.elapsed() < Duration::from_secs(3), "it waited: {:?}", started.elapsed());
    assert!(!hinted(&shop.popularity_queue).await.contains_key(&ids[4]));
    // and when the consumer gives up, the rows are still due
    consumer.batch_execute("ROLLBACK").await.unwrap();
    assert_eq!(resender.invoke(&json!({})).await.answer()["claimed"], 2);
    assert_eq!(hinted(&shop.popularity_queue).await, once(&[ids[4]]));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_runs_at_once_hint_at_each_row_once() {
    let shop = Shop::open().await;
    let ids = overdue(&shop, 400).await;
    let (mut one, mut two) = (shop.start("resend-pending", &[]).await, shop.start("resend-pending", &[]).await);
    let tick = json!({});
    let (first, second) = tokio::join!(one.invoke(&tick), two.invoke(&tick));
    let claimed = |said: testkit::Invoked| said.answer()["claimed"].as_i64().unwrap();
    assert_eq!(claimed(first) + claimed(second), 800);
    assert_eq!(hinted(&shop.popularity_queue).await, once(&ids));
    assert_eq!(hinted(&shop.catalog_queue).await, once(&ids));
}

#[tokio::test]
async fn a_lower_id_that_commits_later_is_not_missed() {
    let shop = Shop::open().await;
    // given: an id is taken, the next one overtakes it and is hinted at
    let slow = shop.database.connect().await;
    let late = shop.database.number("SELECT nextval('analytic.interaction_id_seq')").await;
    let pending = |sink: &str| {
        format!(
            "INSERT INTO analytic.pending (sink, interaction_id, date_created, event_type, occurred_at, next_hint_at)
             VALUES ('{sink}', {late}, now(), 'view', now(), now())"
        )
    };
    slow.batch_execute(&format!("BEGIN; {}; {}", pending("popularity"), pending("catalog"))).await.unwrap();
    let overtaking = overdue(&shop, 5).await;
    assert!(overtaking.iter().all(|id| *id > late));
    let mut resender = shop.start("resend-pending", &[]).await;
    assert_eq!(resender.invoke(&json!({})).await.answer()["claimed"], 10);
    assert_eq!(hinted(&shop.popularity_queue).await, once(&overtaking));
    // when
    slow.batch_execute("COMMIT").await.unwrap();
    assert_eq!(resender.invoke(&json!({})).await.answer()["claimed"], 2);
    // then
    assert_eq!(hinted(&shop.popularity_queue).await, once(&[late]));
}
