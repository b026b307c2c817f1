//! maintain-partitions folds old activity: hours into days, days into a total, and every sum stays as it is.

use std::sync::Arc;

use cross_tests::shop::Shop;
use domain::{NewInteraction, Step, Zone};
use jiff::{SignedDuration, Timestamp};
use store::activity::{Fold, Pass};
use testkit::interaction;
use tokio::time::{Duration, Instant, sleep};

use crate::partition::maintain;

/// The activity by what it is of, and the age of the bucket in days.
const ACTIVITY: &str = "SELECT reference, grain, event_type, counted, capped, excluded,
           CASE grain WHEN 'total' THEN -1 ELSE (date_trunc('day', now(), 'UTC')::date - (bucket AT TIME ZONE 'UTC')::date) END
    FROM analytic.activity ORDER BY reference, grain, bucket, event_type";

/// A view of a product that happened this many hours before today (UTC) began.
fn ago(product: &str, hours: i64) -> NewInteraction {
    let today = Step::Day.start(Timestamp::now(), &Zone::UTC);
    NewInteraction { occurred_at: Some(today - SignedDuration::from_hours(hours)), ..interaction("view", product) }
}

/// Records views, and scores them.
async fn view(shop: &Shop, views: &[(&str, i64)]) {
    let items: Vec<_> = views.iter().map(|(product, hours)| ago(product, *hours)).collect();
    let ids = shop.database.record(&items).await;
    store::popularity::apply(&shop.database.store(), &ids).await.unwrap();
}

async fn fold_all(shop: &Shop) -> i64 {
    maintain(shop, "2").await["activity_folded"].as_i64().unwrap()
}

#[tokio::test]
async fn hours_become_days_and_days_a_total_and_younger_ones_stay() {
    let shop = Shop::open().await;
    let (old, oldest) = (24 * 35, 24 * 800);
    view(&shop, &[("a", -1), ("a", old), ("a", old + 1), ("a", old + 2), ("a", old + 25), ("b", old + 1)]).await;
    view(&shop, &[("a", oldest), ("a", oldest + 1), ("a", oldest + 999), ("c", oldest + 1)]).await;
    shop.database.execute("UPDATE analytic.activity SET capped = 2, excluded = 3 WHERE reference = 'b'").await;

    assert_eq!(fold_all(&shop).await, 8 + 3, "eight hours, then three of those days");

    let expected = [
        "a | day | view | 1 | 0 | 0 | 800",
        "a | day | view | 1 | 0 | 0 | 37",
        "a | day | view | 2 | 0 | 0 | 36",
        "a | hour | view | 1 | 0 | 0 | 35",
        "a | hour | view | 1 | 0 | 0 | 0",
        "a | total | view | 2 | 0 | 0 | -1",
        "b | day | view | 1 | 2 | 3 | 36",
        "c | total | view | 1 | 0 | 0 | -1",
    ];
    assert_eq!(shop.database.rows(ACTIVITY).await, expected);
    shop.database.execute("UPDATE analytic.activity SET capped = 0, excluded = 0").await;
    assert_eq!(shop.differences().await, 0);
    assert_eq!(fold_all(&shop).await, 0, "nothing twice");

    // A late event makes an hour that was folded; until the next run both are there.
    view(&shop, &[("a", old + 1), ("c", oldest + 1)]).await;
    assert_eq!(shop.differences().await, 0);
    assert_eq!(fold_all(&shop).await, 2 + 1);
    let changed = ["a | day | view | 3 | 0 | 0 | 36", "c | total | view | 2 | 0 | 0 | -1"];
    let rows = shop.database.rows(ACTIVITY).await;
    assert!(rows.len() == expected.len() && changed.iter().all(|row| rows.contains(&(*row).to_owned())), "{rows:?}");
    assert_eq!(shop.differences().await, 0);
}

#[tokio::test]
async fn more_than_one_statement_takes_is_folded_in_one_run() {
    let shop = Shop::open().await;
    // given: more references than one statement looks at, and one with more hours than one statement folds
    shop.database
        .execute(
            "INSERT INTO analytic.activity
             SELECT date_trunc('day', now(), 'UTC') - interval '900 days', 1, 0, 0, 'p-' || n, 'hour', 'view' FROM generate_series(1, 2500) AS n;
             INSERT INTO analytic.activity
             SELECT date_trunc('day', now(), 'UTC') - n * interval '1 hour', 1, 0, 0, 'p-7', 'hour', 'gift' FROM generate_series(901, 12900) AS n",
        )
        .await;
    fold_all(&shop).await;
    assert_eq!(shop.database.number("SELECT count(*) FROM analytic.activity WHERE grain = 'hour'").await, 0);
    assert_eq!(shop.database.number("SELECT count(*) FROM analytic.activity WHERE grain = 'total'").await, 2500);
    let days = "SELECT count(*) FROM analytic.activity WHERE event_type = 'gift'";
    assert_eq!(shop.database.number(days).await, 538 - 38 + 1);
    assert_eq!(shop.database.number("SELECT sum(counted) FROM analytic.activity").await, 2_500 + 12_000);
}

#[tokio::test]
async fn a_fold_that_is_abandoned_changes_nothing_and_the_next_one_does_it() {
    let shop = Shop::open().await;
    view(&shop, &[("a", 24 * 40), ("b", 24 * 40)]).await;
    let before = shop.database.rows(ACTIVITY).await;
    // given: a fold that waits for a row which another session has locked
    let mut holder = shop.database.connect().await;
    let held = holder.transaction().await.unwrap();
    held.query("SELECT FROM analytic.activity WHERE reference = 'b' FOR UPDATE", &[]).await.unwrap();
    let store = shop.database.store();
    let folding = tokio::spawn(async move {
        store::activity::fold(&store, Fold::HoursIntoDays, &mut Pass::default()).await.unwrap();
    });
    shop.wait_for_a_lock_wait().await;
    // when
    folding.abort();
    shop.wait_for(
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'",
        0,
    )
    .await;
    held.commit().await.unwrap();
    // then
    assert_eq!(shop.database.rows(ACTIVITY).await, before);
    assert_eq!(fold_all(&shop).await, 2);
    assert_eq!(shop.differences().await, 0);
}

/// Records late events and scores them, until an instant.
async fn keep_scoring(shop: Arc<Shop>, seed: i64, end: Instant) {
    let mut round = 0;
    while Instant::now() < end {
        // Hours of the same few days, in another order in each task.
        let places = (0..20_i64).map(|n| if seed % 2 == 0 { n } else { 19 - n });
        let views: Vec<_> =
            places.map(|n| (["a", "b", "c"][usize::try_from(n % 3).unwrap()], 24 * 36 + (n + round) % 7)).collect();
        view(&shop, &views).await;
        round += 1;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn folds_beside_scorers_and_other_folds_stay_exact() {
    let shop = Arc::new(Shop::open().await);
    let end = Instant::now() + Duration::from_secs(5);
    let scorers: Vec<_> = (0..4).map(|seed| tokio::spawn(keep_scoring(Arc::clone(&shop), seed, end))).collect();
    let folders: Vec<_> = (0..2)
        .map(|_| {
            let store = shop.database.store();
            tokio::spawn(async move {
                let mut folded = 0;
                while Instant::now() < end {
                    let mut pass = Pass::default();
                    store::activity::fold(&store, Fold::HoursIntoDays, &mut pass).await.unwrap();
                    folded += pass.folded;
                    sleep(Duration::from_millis(5)).await;
                }
                folded
            })
        })
        .collect();
    for scorer in scorers {
        scorer.await.unwrap();
    }
    let mut folded = 0;
    for folder in folders {
        folded += folder.await.unwrap();
    }
    assert!(folded > 20, "{folded}");
    assert_eq!(shop.differences().await, 0);
    fold_all(&shop).await;
    assert_eq!(shop.database.number("SELECT count(*) FROM analytic.activity WHERE grain = 'hour'").await, 0);
    assert_eq!(shop.differences().await, 0);
    assert_eq!(
        shop.database.number("SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()").await,
        0
    );
}
