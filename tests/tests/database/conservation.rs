//! maintain-partitions measures that what was stored is applied, waits, or is parked, and says so as a metric.

use std::time::Duration;

use cross_tests::shop::{Shop, metric, product};
use serde_json::{Value, json};
use store::verification::Snapshot;
use testkit::Invoked;

use crate::partition::start;

/// Records four views: one applied, one parked, two that wait. A category is of no popularity and counts nowhere.
async fn shop() -> Shop {
    let shop = Shop::open().await;
    let ids =
        shop.record(&[("view", product(1)), ("view", product(1)), ("gift", product(2)), ("view", product(3))]).await;
    let mut category = testkit::interaction("view", "c-1");
    category.reference = domain::Reference::Category("c-1".to_owned());
    shop.record_items(&[category]).await;
    store::popularity::apply(&shop.database.store(), &[domain::InteractionId(ids[2])]).await.unwrap();
    let park =
        format!("UPDATE analytic.pending SET parked_at = now(), parked_reason = 'x' WHERE interaction_id = {}", ids[0]);
    shop.database.execute(&park).await;
    shop
}

/// Runs the function, and returns what it measured with the metric.
async fn measured(shop: &Shop) -> (Value, f64) {
    let mut function = start(shop, "2").await;
    let answer = function.invoke(&json!({})).await.answer();
    (answer["conservation"].clone(), metric(&function, "ConservationDifference", ("Sink", "popularity")).await)
}

/// The same of `shopsignal verify`, which reads the whole log.
async fn verified(shop: &Shop) -> i64 {
    let mut client = shop.database.connect().await;
    Snapshot::open(&mut client).await.unwrap().report(30).await.unwrap().conservation.difference()
}

fn figures(stored: i64, applied: i64, waiting: i64, parked: i64) -> Value {
    json!({ "stored": stored, "applied": applied, "waiting": waiting, "parked": parked })
}

#[tokio::test]
async fn every_stored_event_is_applied_or_waits_or_is_parked() {
    let shop = shop().await;
    assert_eq!(measured(&shop).await, (figures(4, 1, 2, 1), 0.0));
    assert_eq!(verified(&shop).await, 0);
    // Lost: it neither waits nor is applied.
    shop.database.execute("DELETE FROM analytic.pending WHERE sink = 'popularity' AND parked_at IS NOT NULL").await;
    assert_eq!(measured(&shop).await, (figures(4, 1, 2, 0), 1.0));
    assert_eq!(verified(&shop).await, 1);
    // Counted too often.
    shop.database.execute("UPDATE analytic.activity SET counted = counted + 3").await;
    assert_eq!(measured(&shop).await, (figures(4, 4, 2, 0), 2.0));
    assert_eq!(verified(&shop).await, -2);
}

#[tokio::test]
async fn a_day_that_is_over_is_counted_once() {
    let shop = shop().await;
    shop.database
        .execute("SELECT analytic.ensure_interaction_partition((now() AT TIME ZONE 'UTC')::date - ago) FROM generate_series(1, 3) AS ago")
        .await;
    let days_ago = "UPDATE analytic.interaction SET date_created = now() - interval '1 day' * least(id, 4)";
    shop.database.execute(days_ago).await;
    assert_eq!(measured(&shop).await.0, figures(4, 1, 2, 1));
    let counts =
        "SELECT (now() AT TIME ZONE 'UTC')::date - to_date(right(partition_name, 8), 'YYYYMMDD') AS ago, product_events
        FROM analytic.partition_count ORDER BY 1";
    assert_eq!(
        shop.database.rows(counts).await,
        ["2 | 1", "3 | 1"],
        "yesterday may still get rows; four days ago has no partition"
    );
    shop.database.execute("UPDATE analytic.partition_count SET product_events = product_events + 5").await;
    let (figures, difference) = measured(&shop).await;
    assert_eq!((&figures["stored"], difference), (&json!(14), 10.0), "not counted again");
}

#[tokio::test]
async fn a_run_fails_when_there_was_no_time_to_measure_for_three_days() {
    let shop = shop().await;
    let mut function = start(&shop, "2").await;
    // less than the function keeps for its response
    function.set_timeout(Duration::from_secs(10));
    assert_eq!(function.invoke(&json!({})).await.answer()["conservation"], Value::Null, "nothing was measured yet");
    measured(&shop).await;
    shop.database.execute("UPDATE analytic.conservation SET measured_at = now() - interval '71 hours'").await;
    assert_eq!(function.invoke(&json!({})).await.answer()["conservation"], Value::Null);
    shop.database.execute("UPDATE analytic.conservation SET measured_at = now() - interval '73 hours'").await;
    let Invoked::Failed(error) = function.invoke(&json!({})).await else { panic!("it is silent") };
    assert!(error["errorMessage"].as_str().unwrap().contains("conservation was last measured at"), "{error}");
    function.set_timeout(Duration::from_secs(30));
    assert_eq!(function.invoke(&json!({})).await.answer()["conservation"], figures(4, 1, 2, 1));
}
