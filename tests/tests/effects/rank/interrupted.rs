//! Runs of rank-products that are killed, repeated or overlap: the lists are those of an undisturbed run.

use std::cell::Cell;

use cross_tests::shop::Shop;
use domain::fraud::PushLimits;
use jiff::Timestamp;
use serde_json::json;
use store::rank as steps;
use testkit::Function;

use super::{at, basis, run};

/// More than three chunks.
const PRODUCTS: usize = 3_500;
const NOON: &str = "2026-11-20T12:30:00Z";

/// What a generation consists of, whatever its number.
const CURRENT: &str = "
    SELECT count(*), sum(alltime_micros), sum(trend_key), sum(hour_micros), md5(string_agg(product_id || alltime_micros || ' ' || trend_key
           || ' ' || day_micros || coalesce(rising_micros, 0) || next_change_at, ',' ORDER BY product_id))
    FROM analytic.product_rank WHERE to_generation = 9223372036854775807";
/// Versions of a product that overlap, which no reader may see.
const OVERLAPPING: &str = "
    SELECT count(*) FROM analytic.product_rank AS one JOIN analytic.product_rank AS other USING (product_id)
    WHERE one.from_generation < other.from_generation AND other.from_generation < one.to_generation";

/// Gives each product scores and hours, as scoring many events would have.
async fn fill(shop: &Shop) {
    shop.database
        .execute(&format!(
            "INSERT INTO analytic.activity (reference, grain, bucket, event_type, counted)
             SELECT 'p-' || n, 'hour', timestamptz '{NOON}' - interval '30 minutes' - interval '1 hour' * (n * step % 700), 'view', 1 + n % 5
             FROM generate_series(1, {PRODUCTS}) AS n, generate_series(1, 3) AS step
             ON CONFLICT DO NOTHING;
             INSERT INTO analytic.product_popularity
                 (id, score_micros, view_count, purchase_count, favorite_count, cart_count, review_count, date_updated)
             SELECT reference, sum(counted) * 300000, sum(counted), 0, 0, 0, 0, now() FROM analytic.activity GROUP BY reference;
             INSERT INTO analytic.rank_change VALUES (NULL)"
        ))
        .await;
}

/// The lists of an undisturbed run on the same shop.
async fn undisturbed(now: Timestamp) -> Vec<String> {
    let shop = Shop::open().await;
    fill(&shop).await;
    run(&shop, now).await;
    shop.database.rows(CURRENT).await
}

async fn assert_equal(shop: &Shop, expected: &[String]) {
    assert_eq!(shop.database.rows(CURRENT).await, expected);
    assert_eq!(shop.database.number(OVERLAPPING).await, 0, "versions overlap");
    let due = "SELECT (SELECT count(*) FROM analytic.rank_due) + (SELECT count(*) FROM analytic.rank_change)";
    assert_eq!(shop.database.number(due).await, 0);
}

#[tokio::test]
async fn a_run_without_enough_time_is_continued_by_the_next_and_shows_nothing_half_done() {
    let shop = Shop::open().await;
    fill(&shop).await;
    let store = shop.database.store();
    let mut runs = 0;
    loop {
        let asked = Cell::new(0);
        // Time for two chunks.
        let has_time = || asked.replace(asked.get() + 1) < 3;
        let outcome = rank_products::rank(&store, (basis(), PushLimits::default()), at(NOON), has_time).await.unwrap();
        runs += 1;
        let generations = shop.database.number("SELECT count(*) FROM analytic.rank_generation").await;
        assert_eq!(generations, i64::from(outcome.generation.is_some()), "a generation is visible when it is complete");
        if outcome.generation.is_some() {
            break;
        }
        assert!(runs < 10, "the runs do not come to an end");
    }
    assert!(runs > 1);
    assert_equal(&shop, &undisturbed(at(NOON)).await).await;
    // Once more: nothing is left to do.
    assert_eq!(run(&shop, at(NOON)).await.computed, 0);
}

#[tokio::test]
async fn runs_at_once_share_the_work() {
    let shop = Shop::open().await;
    fill(&shop).await;
    let [one, other, third] = [shop.database.store(), shop.database.store(), shop.database.store()];
    // Their clocks disagree by a minute, and by an hour's end.
    let (early, late) = (at("2026-11-20T12:59:30Z"), at("2026-11-20T13:00:30Z"));
    let outcomes = tokio::join!(
        rank_products::rank(&one, (basis(), PushLimits::default()), early, || true),
        rank_products::rank(&other, (basis(), PushLimits::default()), late, || true),
        rank_products::rank(&third, (basis(), PushLimits::default()), early, || true),
    );
    assert!([outcomes.0, outcomes.1, outcomes.2].into_iter().all(|outcome| outcome.unwrap().generation.is_some()));
    assert_equal(&shop, &undisturbed(late).await).await;
    let as_of = "SELECT extract(epoch FROM max(as_of))::bigint FROM analytic.rank_generation";
    assert_eq!(shop.database.number(as_of).await, late.as_second(), "a slow clock turns nothing back");
}

#[tokio::test]
async fn nothing_is_published_while_a_product_is_due() {
    let shop = Shop::open().await;
    let store = shop.database.store();
    let collect = async || assert!(steps::collect(&store, at(NOON), basis()).await.unwrap());
    collect().await;
    assert_eq!(compute(&store).await, 0);
    // Another run finds a change before this one publishes.
    shop.database.execute("INSERT INTO analytic.rank_change VALUES ('p-1')").await;
    collect().await;
    assert_eq!(steps::publish(&store).await.unwrap(), None);
    assert_eq!(compute(&store).await, 1);
    assert_eq!(steps::publish(&store).await.unwrap(), Some(1));
}

/// Computes the next products, and returns how many.
async fn compute(store: &store::Database) -> usize {
    let mut transaction = store.begin().await.unwrap();
    let chunk = steps::compute(&mut transaction).await.unwrap();
    transaction.commit().await.unwrap();
    chunk.computed
}

async fn start(shop: &Shop) -> Function {
    let push = [("PUSH_ACTORS", "3"), ("PUSH_SHARE_PERCENT", "80"), ("PUSH_POINTS", "20")];
    let basis = [("TREND_HALF_LIFE_HOURS", "24"), ("ANNOUNCED_ONLY", "auto")];
    shop.start("rank-products", &[&basis[..], &push].concat()).await
}

#[tokio::test]
async fn a_function_that_is_killed_while_it_computes_leaves_the_rest_to_the_next() {
    let shop = Shop::open().await;
    fill(&shop).await;
    // It waits here, in the transaction of a chunk, and dies.
    let mut blocker = shop.database.connect().await;
    let lock = blocker.transaction().await.unwrap();
    let store = shop.database.store();
    assert!(steps::collect(&store, Timestamp::now(), basis()).await.unwrap());
    assert_eq!(compute(&store).await, 1_000);
    lock.batch_execute("LOCK TABLE analytic.product_rank IN SHARE ROW EXCLUSIVE MODE").await.unwrap();
    let mut killed = start(&shop).await;
    let _unanswered = killed.begin(&json!({}));
    shop.wait_for_a_lock_wait().await;
    killed.kill().await;
    // Postgres notices within seconds that nobody waits for the statement any more, and rolls back.
    shop.wait_for(
        "SELECT count(*) FROM pg_locks WHERE NOT granted AND relation = 'analytic.product_rank'::regclass",
        0,
    )
    .await;
    lock.rollback().await.unwrap();
    let due = "SELECT count(*) FROM analytic.rank_due";
    shop.wait_for("SELECT count(*) FROM pg_locks WHERE relation = 'analytic.rank_state'::regclass", 0).await;
    assert_eq!(shop.database.number(due).await, i64::try_from(PRODUCTS).unwrap() - 1_000, "what it took came back");

    let mut function = start(&shop).await;
    let answer = function.invoke(&json!({})).await.answer();
    assert_eq!((&answer["generation"], &answer["computed"]), (&json!(1), &json!(PRODUCTS - 1_000)));
    assert_eq!(function.invoke(&json!({})).await.answer()["computed"], 0);
    // What the alarm watches, also when there was nothing to do.
    let age =
        async || function.output().lines().last().is_some_and(|line| line.contains("\"RanksAge\":")).then_some(());
    testkit::eventually("the age of the lists", std::time::Duration::from_secs(2), age).await;
    let as_of =
        shop.database.number("SELECT extract(epoch FROM max(as_of))::bigint FROM analytic.rank_generation").await;
    assert_equal(&shop, &undisturbed(Timestamp::from_second(as_of).unwrap()).await).await;
}
