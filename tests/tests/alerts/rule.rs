//! Findings do not depend on how the events were delivered.

use cross_tests::fraud::{batch, burst, placed, project, start_projecting};
use cross_tests::shop::Shop;
use serde_json::Value;
use testkit::{TestDatabase, all_done};

use crate::NAMES;

/// What the rules found, with what it rests on.
const FINDINGS: &str = "SELECT rule, subject, window_name, evidence FROM analytic.finding ORDER BY 1, 2, 3";

/// A day with a burst across the boundary of an hour, a large order, similar orders, and honest customers.
fn day() -> Vec<Value> {
    let mut events = burst("bursting");
    events.push(placed("large-1", "rich", 0, "1000.01"));
    events.push(placed("large-2", "thrifty", 0, "1000.00"));
    events.extend((0..3).map(|i| placed(&format!("same-{i}"), "repeating", i * 200, "25.00")));
    events.extend((0..5).map(|i| placed(&format!("busy-{i}"), "busy", i, &format!("{}.50", 10 + i))));
    events.extend((0..6).map(|i| placed(&format!("slow-{i}"), "slow", i * 12, &format!("{}.75", 10 + i))));
    events
}

const EXPECTED: [&str; 3] = [
    "large_order | customer:rich | order:large-1",
    "order_burst | customer:bursting | 2026-11-20T10",
    "similar_orders | customer:repeating | 2026-11-20T10",
];

const OWED: &str = "SELECT count(*) FROM analytic.pending_alert";

#[tokio::test]
async fn exactly_the_suspicious_are_found_and_a_burst_over_the_edge_counts() {
    let shop = Shop::open().await;
    project(&mut start_projecting(&shop).await, &day()).await;
    assert_eq!(shop.database.rows(NAMES).await, EXPECTED);
    assert_eq!(shop.alerts_queue.depth().await, 3);
    let text = shop.database.rows(FINDINGS).await.concat();
    assert!(text.contains("\"order_count\": 6") && !text.contains('@'), "{text}");
}

#[tokio::test]
async fn orders_that_were_history_when_they_were_reported_are_listed_and_alert_nobody() {
    let shop = Shop::open().await;
    let mut function = start_projecting(&shop).await;
    let delivery = |events: &[Value], at: &str| {
        let at: jiff::Timestamp = at.parse().unwrap();
        let mut batch = batch(events);
        for record in batch["Records"].as_array_mut().unwrap() {
            record["attributes"]["SentTimestamp"] = at.as_millisecond().to_string().into();
        }
        batch
    };
    assert_eq!(function.invoke(&delivery(&day(), "2026-11-21T10:05:00Z")).await, all_done());
    let marked = "SELECT rule, historical FROM analytic.finding ORDER BY 1";
    let listed = ["large_order | t", "order_burst | t", "similar_orders | t"];
    assert_eq!(shop.database.rows(marked).await, listed);
    assert_eq!((shop.database.number(OWED).await, shop.alerts_queue.depth().await), (0, 0));

    // An event that waited in the queue while the database was down was new when it was reported.
    let late = [placed("large-9", "rich", 0, "2000.00")];
    assert_eq!(function.invoke(&delivery(&late, "2026-11-21T09:57:00Z")).await, all_done());
    assert_eq!((shop.database.number(OWED).await, shop.alerts_queue.depth().await), (1, 1));
}

#[tokio::test]
async fn a_message_that_waited_for_days_makes_no_history_of_its_neighbours_alert() {
    let shop = Shop::open().await;
    let mut function = start_projecting(&shop).await;
    // given: an order that was reported in its hour, but whose message waited, and orders that were reported days late
    let waited = placed("large-1", "rich", 0, "2000.00");
    let late = [burst("bursting"), vec![placed("large-2", "richer", 0, "2000.00")]].concat();
    let mut batch = batch(&[vec![waited], late].concat());
    for (record, at) in batch["Records"]
        .as_array_mut()
        .unwrap()
        .iter_mut()
        .zip(["2026-11-20T10:00:00Z"].into_iter().chain(std::iter::repeat("2026-11-23T10:00:00Z")))
    {
        let at: jiff::Timestamp = at.parse().unwrap();
        record["attributes"]["SentTimestamp"] = at.as_millisecond().to_string().into();
    }
    assert_eq!(function.invoke(&batch).await, all_done());
    let marked = "SELECT rule, subject, historical FROM analytic.finding ORDER BY 1, 2";
    let listed =
        ["large_order | customer:rich | f", "large_order | customer:richer | t", "order_burst | customer:bursting | t"];
    assert_eq!(shop.database.rows(marked).await, listed);
    assert_eq!((shop.database.number(OWED).await, shop.alerts_queue.depth().await), (1, 1));
}

#[tokio::test]
async fn late_repeated_reordered_and_split_events_give_byte_identical_findings() {
    let (at_once, bit_by_bit) = (Shop::open().await, Shop::open().await);
    project(&mut start_projecting(&at_once).await, &day()).await;
    let mut function = start_projecting(&bit_by_bit).await;
    let mut events = [day(), day()].concat();
    events.reverse();
    // A fixed shuffle: every seventh, from every place.
    let shuffled: Vec<_> = (0..7).flat_map(|first| events.iter().skip(first).step_by(7).cloned()).collect();
    for chunk in shuffled.chunks(3) {
        project(&mut function, chunk).await;
    }
    assert_eq!(bit_by_bit.database.rows(FINDINGS).await, at_once.database.rows(FINDINGS).await);
    assert_eq!(bit_by_bit.database.number(OWED).await, 3);
    assert_eq!(bit_by_bit.alerts_queue.depth().await, 3, "nobody is hinted at a finding twice");
}

#[tokio::test]
async fn two_batches_at_once_that_each_hold_half_of_a_burst_find_it() {
    for _ in 0..5 {
        let shop = Shop::open().await;
        let (mut one, mut other) = (start_projecting(&shop).await, start_projecting(&shop).await);
        let events = burst("bursting");
        tokio::join!(project(&mut one, &events[..3]), project(&mut other, &events[3..]));
        assert_eq!(shop.database.rows(NAMES).await, EXPECTED[1..2]);
    }
}

#[tokio::test]
async fn a_finding_commits_with_its_cause_or_not_at_all() {
    let database = TestDatabase::create().await;
    database.execute("ALTER TABLE analytic.pending_alert ADD CHECK (finding_id IS NULL)").await;
    let shop = Shop { database, ..Shop::open().await };
    let mut function = start_projecting(&shop).await;
    let answer = function.invoke(&batch(&[placed("large-1", "rich", 0, "1000.01")])).await.answer();
    assert_eq!(answer["batchItemFailures"].as_array().map(Vec::len), Some(1));
    for table in ["shop_event", "order_fact", "finding", "pending_alert"] {
        let count = format!("SELECT count(*) FROM analytic.{table}");
        assert_eq!(shop.database.number(&count).await, 0, "{table}");
    }
}
