//! Changing a weight: every score follows, whatever happens concurrently.

use std::sync::Arc;
use std::time::Duration;

use domain::Micros;
use rand::prelude::*;
use rand_chacha::ChaCha8Rng;
use store::weight::{self, Change, Changed, Counter};
use testkit::TestDatabase;
use tokio::time::{Instant, sleep, timeout};

use crate::shop::{product, record, record_and_apply, verify};

const LOCK_LIMIT: Duration = Duration::from_secs(10);

fn change(event: &str, micros: i64) -> Change {
    Change { event_type: event.parse().unwrap(), weight: Micros(micros), counter: None, trusted: None, cap: None }
}

async fn set(database: &TestDatabase, changes: &[Change]) -> Changed {
    let mut client = store::connect(&database.settings(), None).await.unwrap();
    weight::set(&mut client, changes, LOCK_LIMIT).await.unwrap()
}

async fn scores(database: &TestDatabase) -> Vec<String> {
    let columns = "score_micros, view_count, purchase_count, favorite_count, cart_count, review_count";
    database.rows(&format!("SELECT {columns} FROM analytic.product_popularity ORDER BY id")).await
}

#[tokio::test]
async fn a_new_weight_counts_for_the_past_and_only_what_differs_is_written() {
    let database = TestDatabase::create().await;
    let events = [("view", product(0)), ("view", product(0)), ("add_to_cart", product(0)), ("purchase", product(1))];
    record_and_apply(&database, &events).await;
    let before = database.rows("SELECT id, date_updated FROM analytic.product_popularity ORDER BY id").await;

    let changed = set(&database, &[change("view", -50_000), change("dislike", -1)]).await;

    assert_eq!(changed, Changed::Recomputed { products: 2, changed: 1 });
    assert_eq!(scores(&database).await, ["400000 | 2 | 0 | 0 | 1 | 0", "800000 | 0 | 1 | 0 | 0 | 0"]);
    let after = database.rows("SELECT id, date_updated FROM analytic.product_popularity ORDER BY id").await;
    assert_eq!(before[1], after[1], "the product that did not change is not written");
    assert_eq!(verify(&database).await.differences(), 0);
    assert_eq!(set(&database, &[change("view", -50_000)]).await, Changed::Recomputed { products: 2, changed: 0 });
}

#[tokio::test]
async fn an_event_outside_the_table_gets_a_weight_a_counter_and_its_past() {
    let database = TestDatabase::create().await;
    record_and_apply(&database, &[("wishlist_shared", product(0)), ("view", product(1))]).await;
    assert_eq!(scores(&database).await.len(), 1);

    let share =
        Change { counter: Some(Some(Counter::Favorite)), trusted: Some(true), ..change("wishlist_shared", 70_000) };
    assert_eq!(set(&database, &[share]).await, Changed::Recomputed { products: 2, changed: 1 });

    assert_eq!(scores(&database).await[0], "70000 | 0 | 0 | 1 | 0 | 0");
    let row = "SELECT weight_micros, counter, trusted FROM analytic.event_weight WHERE event_type = 'wishlist_shared'";
    assert_eq!(database.rows(row).await, ["70000 | favorite_count | t"]);
    // By default, counter and trust stay unchanged; `none` removes the counter, from the counts as well.
    set(&database, &[change("wishlist_shared", 80_000)]).await;
    assert_eq!(database.rows(row).await, ["80000 | favorite_count | t"]);
    set(&database, &[Change { counter: Some(None), ..change("wishlist_shared", 80_000) }]).await;
    assert_eq!(scores(&database).await[0], "80000 | 0 | 0 | 0 | 0 | 0");
    assert_eq!(verify(&database).await.differences(), 0);
}

#[tokio::test]
async fn a_product_without_a_counted_event_left_keeps_its_row_at_zero() {
    let database = TestDatabase::create().await;
    record_and_apply(&database, &[("view", product(0)), ("dislike", product(1))]).await;
    // given: an event that should never be removed from the table, removed
    database.execute("DELETE FROM analytic.event_weight WHERE event_type = 'view'").await;
    assert_eq!(set(&database, &[change("dislike", 0)]).await, Changed::Recomputed { products: 2, changed: 2 });
    assert_eq!(scores(&database).await, ["0 | 0 | 0 | 0 | 0 | 0", "0 | 0 | 0 | 0 | 0 | 0"]);
    assert_eq!(verify(&database).await.differences(), 0);
}

#[tokio::test]
async fn events_count_whenever_they_arrived_and_what_is_pending_is_left_out() {
    let database = TestDatabase::create().await;
    record_and_apply(&database, &[("view", product(0)), ("view", product(0)), ("view", product(0))]).await;
    record(&database, &[("view", product(0))]).await;
    // given: rows of another day's partition, of a day before all partitions and of one after them
    for (id, days) in [(1, 1), (2, -3), (3, 400)] {
        let moved = format!(
            "WITH old AS (DELETE FROM analytic.interaction WHERE id = {id} RETURNING *)
             INSERT INTO analytic.interaction SELECT id, origin, event_id, account_id, session_id, event_type, ref_type, ref_id,
                 metadata, user_agent, ip_address, actor, network, bot, occurred_at, date_created + interval '{days} days' FROM old"
        );
        database.execute(&moved).await;
    }
    assert_eq!(database.number("SELECT count(*) FROM analytic.interaction_default").await, 2);
    let mut client = store::connect(&database.settings(), None).await.unwrap();

    let changed = weight::set(&mut client, &[change("view", 10)], LOCK_LIMIT).await.unwrap();

    assert_eq!(changed, Changed::Recomputed { products: 1, changed: 1 });
    assert_eq!(scores(&database).await, ["30 | 3 | 0 | 0 | 0 | 0"]);
    assert_eq!(verify(&database).await.popularity.differences, 0);
}

#[tokio::test]
async fn a_preview_says_who_would_move_and_changes_nothing() {
    let database = TestDatabase::create().await;
    let events = [("purchase", product(0)), ("view", product(1)), ("view", product(1)), ("dislike", product(2))];
    record_and_apply(&database, &[&events[..], &[("wishlist_shared", product(3))]].concat()).await;
    let before = (scores(&database).await, weight::list(&database.store()).await.unwrap());
    let mut client = store::connect(&database.settings(), None).await.unwrap();
    let changes = [change("view", 500_000), change("wishlist_shared", 2_000_000)];

    let preview = weight::preview(&mut client, &changes, 2).await.unwrap();

    // then: what has no row yet comes from behind all others
    assert_eq!((preview.products, preview.changed), (4, 2));
    let moves: Vec<_> =
        preview.moves.iter().map(|moved| (moved.rank_before, moved.rank_after, moved.score_after.0)).collect();
    assert_eq!(moves, [(4, 1, 2_000_000), (1, 3, 800_000)], "the farthest first, and no more than asked for");
    assert_eq!(preview.moves[0].id.to_string(), product(3).to_string());
    assert_eq!((preview.moves[0].score_before, preview.moves[1].score_before), (None, Some(Micros(800_000))));
    assert_eq!((scores(&database).await, weight::list(&database.store()).await.unwrap()), before);
    // and the change itself does what the preview said
    assert_eq!(set(&database, &changes).await, Changed::Recomputed { products: 4, changed: 2 });
    let top = "SELECT id FROM analytic.product_popularity ORDER BY score_micros DESC, id LIMIT 1";
    assert_eq!(database.rows(top).await, [product(3).to_string()]);
    let preview = weight::preview(&mut client, &changes, 100).await.unwrap();
    assert_eq!((preview.products, preview.changed, preview.moves.len()), (4, 0, 0));
}

#[tokio::test]
async fn scores_that_stay_locked_are_not_waited_for_and_nothing_changes() {
    let database = TestDatabase::create().await;
    record_and_apply(&database, &[("view", product(0))]).await;
    let mut client = store::connect(&database.settings(), None).await.unwrap();
    database.execute("BEGIN; LOCK TABLE analytic.product_popularity IN ROW EXCLUSIVE MODE").await;

    let start = Instant::now();
    let changed = weight::set(&mut client, &[change("view", 1)], Duration::from_millis(200)).await.unwrap();

    assert_eq!(changed, Changed::Busy);
    assert!(start.elapsed() < Duration::from_secs(2), "{:?}", start.elapsed());
    database.execute("ROLLBACK").await;
    assert_eq!(scores(&database).await, ["300000 | 1 | 0 | 0 | 0 | 0"]);
    let weight = "SELECT weight_micros FROM analytic.event_weight WHERE event_type = 'view'";
    assert_eq!(database.number(weight).await, 300_000);
    // The connection is usable again.
    let changed = weight::set(&mut client, &[change("view", 1)], LOCK_LIMIT).await.unwrap();
    assert_eq!(changed, Changed::Recomputed { products: 1, changed: 1 });
}

#[tokio::test]
async fn while_a_weight_changes_scorers_wait_and_readers_and_recording_do_not() {
    let database = TestDatabase::create().await;
    record_and_apply(&database, &[("view", product(0))]).await;
    let waiting = record(&database, &[("view", product(0))]).await;
    // given: a change that holds its lock, as it does while it multiplies
    database.execute("BEGIN; LOCK TABLE analytic.product_popularity IN SHARE ROW EXCLUSIVE MODE").await;
    let store = database.store();
    let scorer = tokio::spawn(async move { store::popularity::apply(&store, &waiting).await });
    // when
    let other = database.store();
    let read = timeout(Duration::from_secs(1), store::popularity::list_page(&other, 10, 0)).await;
    let recorded = timeout(Duration::from_secs(1), record(&database, &[("view", product(0))])).await;
    sleep(Duration::from_millis(300)).await;
    // then
    assert_eq!(read.expect("a reader waits for nothing").unwrap()[0].score_micros, Micros(300_000));
    assert_eq!(recorded.expect("recording waits for nothing").len(), 1);
    assert!(!scorer.is_finished());
    database.execute("UPDATE analytic.event_weight SET weight_micros = 1 WHERE event_type = 'view'").await;
    database.execute("UPDATE analytic.product_popularity SET score_micros = 1; COMMIT").await;
    assert_eq!(scorer.await.unwrap().unwrap().scored, 1);
    assert_eq!(scores(&database).await, ["2 | 2 | 0 | 0 | 0 | 0"], "the waiting scorer saw the new weight");
}

const EVENTS: [&str; 5] = ["view", "add_to_cart", "purchase", "dislike", "wishlist_shared"];

/// Records interactions and applies them until an instant: now, later, and half of them twice.
async fn keep_scoring(database: Arc<TestDatabase>, end: Instant, seed: u64) -> usize {
    let (mut random, store, mut scored) = (ChaCha8Rng::seed_from_u64(seed), database.store(), 0);
    while Instant::now() < end {
        let event = |_| (*EVENTS.choose(&mut random).unwrap(), product(random.random_range(0..30)));
        let events: Vec<_> = (0..40).map(event).collect();
        let ids = record(&database, &events).await;
        let (now, later) = ids.split_at(random.random_range(0..=ids.len()));
        scored += store::popularity::apply(&store, now).await.unwrap().scored;
        let both = [later, now].concat();
        scored += store::popularity::apply(&store, &both[..both.len() / 2]).await.unwrap().scored;
    }
    scored
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn under_eight_scorers_every_change_leaves_no_difference_at_any_moment() {
    let database = Arc::new(TestDatabase::create().await);
    let end = Instant::now() + Duration::from_secs(10);
    let start = |seed| tokio::spawn(keep_scoring(Arc::clone(&database), end, seed));
    let scorers: Vec<_> = (0..8).map(start).collect();
    let (mut random, mut changes) = (ChaCha8Rng::seed_from_u64(99), 0);
    let mut client = store::connect(&database.settings(), None).await.unwrap();
    while Instant::now() < end {
        // when: the weights of all events change
        let all = EVENTS.map(|event| change(event, random.random_range(-1_000_000..1_000_000)));
        let setting = async {
            let changed = weight::set(&mut client, &all, LOCK_LIMIT).await.unwrap();
            assert!(matches!(changed, Changed::Recomputed { .. }), "{changed:?}");
        };
        // then: concurrent readers see no difference, and are not blocked
        let looking = async {
            for _ in 0..2 {
                let report = timeout(Duration::from_secs(5), verify(&database)).await.expect("readers do not wait");
                assert_eq!(report.differences(), 0, "{report:?}");
            }
        };
        tokio::join!(setting, looking);
        changes += 1;
    }
    let mut scored = 0;
    for scorer in scorers {
        scored += scorer.await.unwrap();
    }
    assert!(changes >= 3 && scored > 1_000, "{changes} changes, {scored} effects");
    assert_eq!(verify(&database).await.differences(), 0);
    assert_eq!(database.number("SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()").await, 0);
}
