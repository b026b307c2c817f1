//! Every run measures what is outstanding, for each sink, even when there is nothing.

use cross_tests::shop::{Shop, metric};
use serde_json::json;
use testkit::Function;

use super::overdue;

/// Runs it and reads age, depth and parked rows of a sink.
async fn measured(function: &mut Function, sink: &str) -> [f64; 3] {
    function.invoke(&json!({})).await.answer();
    let mut values = [0.0; 3];
    for (value, name) in values.iter_mut().zip(["PendingOldestAge", "PendingDepth", "PendingParked"]) {
        *value = metric(function, name, ("Sink", sink)).await;
    }
    values
}

#[tokio::test]
async fn with_nothing_outstanding_every_sink_says_zero() {
    let shop = Shop::open().await;
    for sink in ["popularity", "catalog", "alerts"] {
        let mut resender = shop.start("resend-pending", &[]).await;
        assert_eq!(measured(&mut resender, sink).await, [0.0, 0.0, 0.0], "{sink}");
    }
}

#[tokio::test]
async fn age_and_depth_are_those_of_the_waiting_rows_of_each_sink() {
    let shop = Shop::open().await;
    let ids = overdue(&shop, 6).await;
    let set = |what: &str, sink: &str, id: i64| {
        format!("UPDATE analytic.pending SET {what} WHERE sink = '{sink}' AND interaction_id = {id};")
    };
    let old = "date_created = now() - interval '1 hour'";
    let oldest_but_parked =
        "date_created = now() - interval '1 day', parked_at = now(), parked_reason = 'catalog_refused_404'";
    shop.database.execute(&set(old, "catalog", ids[0])).await;
    shop.database.execute(&set(oldest_but_parked, "catalog", ids[1])).await;
    shop.database.execute("DELETE FROM analytic.pending WHERE sink = 'popularity' AND interaction_id % 2 = 0").await;
    for (sink, age, depth, parked) in [("popularity", 0.0..60.0, 3.0, 0.0), ("catalog", 3_600.0..3_660.0, 5.0, 1.0)] {
        let measured = measured(&mut shop.start("resend-pending", &[]).await, sink).await;
        assert!(age.contains(&measured[0]), "{sink}: {measured:?}");
        assert_eq!(measured[1..], [depth, parked], "{sink}");
    }
}
