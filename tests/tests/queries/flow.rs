//! What waits, what is parked and why, what was measured of conservation, and who is excluded.

use std::time::{Duration, Instant};

use domain::NamedActor;
use serde_json::{Value, json};
use store::exclusion::{self, Limits, Order};
use testkit::{HttpReply, TestDatabase, TestQueue, TestServer, interaction};
use uuid::Uuid;

use crate::market::as_admin;
use crate::stage::{Stage, refusal, start_with};

const FLOW: &str = "/api/analytics/flow";

async fn flow(stage: &mut Stage) -> Value {
    let reply: HttpReply = stage.send(&as_admin(FLOW)).await;
    assert_eq!((reply.status, reply.header("cache-control")), (200, "no-store"), "{reply:?}");
    reply.json()
}

async fn park(stage: &Stage, sink: &str, reason: &str, condition: &str) {
    let park = format!(
        "UPDATE analytic.pending SET parked_at = '2026-11-20T10:00:00Z'::timestamptz + interval '1 second' * interaction_id, parked_reason = '{reason}'
         WHERE sink = '{sink}' AND {condition}"
    );
    stage.database.execute(&park).await;
}

#[tokio::test]
async fn a_shop_in_which_nothing_happened_has_zeros() {
    let mut stage = Stage::empty().await;
    let sink =
        |sink: &str| json!({ "sink": sink, "waiting": 0, "oldestSeconds": 0.0, "parked": 0, "parkedByReason": [] });
    let expected = json!({
        "sinks": [sink("popularity"), sink("catalog"), sink("alerts")], "conservation": null, "excluded": [], "deadLetters": [],
    });
    assert_eq!(flow(&mut stage).await, expected);
    let reply = stage.send(&as_admin(&format!("{FLOW}?tz=UTC"))).await;
    assert_eq!(refusal(&reply), "400 validation: tz: is not a query parameter of this route; known: none");
}

#[tokio::test]
async fn what_waits_is_counted_and_what_is_parked_is_shown_by_reason_with_examples() {
    let mut stage = Stage::empty().await;
    let items: Vec<_> = (0..12).map(|_| interaction("view", "p-1")).collect();
    stage.database.record(&items).await;
    stage.database.execute("UPDATE analytic.pending SET date_created = date_created").await;
    park(&stage, "catalog", "catalog_refused_404", "interaction_id <= 7").await;
    park(&stage, "catalog", "catalog_refused_422", "interaction_id = 8").await;
    let finding = "INSERT INTO analytic.finding
        SELECT lpad(n::text, 32, '0')::uuid, 'large_order', 'order:' || n, 'order:' || n, '{}', now(), now() FROM generate_series(1, 2) AS n;
        INSERT INTO analytic.pending_alert (finding_id, date_created, next_hint_at, parked_at, parked_reason)
        VALUES (lpad('1', 32, '0')::uuid, now() - interval '1 minute', now(), NULL, NULL),
               (lpad('2', 32, '0')::uuid, now(), now(), '2026-11-20T10:00:00Z', 'webhook_refused_400')";
    stage.database.execute(finding).await;

    let found = flow(&mut stage).await;
    let numbers = |sink: usize| {
        let sink = &found["sinks"][sink];
        (sink["sink"].as_str().unwrap(), sink["waiting"].as_i64().unwrap(), sink["parked"].as_i64().unwrap())
    };
    assert_eq!([numbers(0), numbers(1), numbers(2)], [("popularity", 12, 0), ("catalog", 4, 8), ("alerts", 1, 1)]);
    let reasons = found["sinks"][1]["parkedByReason"].as_array().unwrap();
    let counts: Vec<_> =
        reasons.iter().map(|reason| (reason["reason"].as_str().unwrap(), reason["count"].as_i64().unwrap())).collect();
    assert_eq!(counts, [("catalog_refused_404", 7), ("catalog_refused_422", 1)], "the most frequent first");
    let examples = reasons[0]["examples"].as_array().unwrap();
    let ids: Vec<_> = examples.iter().map(|example| example["id"].as_str().unwrap().to_owned()).collect();
    let first: Vec<_> = items[..5].iter().map(|item| item.event_id.to_string()).collect();
    assert_eq!(ids, first, "those that were parked first, by the sender's id");
    assert_eq!(examples[0]["since"], "2026-11-20T10:00:01Z");
    let alerts = &found["sinks"][2];
    assert!(alerts["oldestSeconds"].as_f64().unwrap() >= 60.0, "{alerts}");
    let example = json!({ "id": "00000000-0000-0000-0000-000000000002", "since": "2026-11-20T10:00:00Z" });
    let expected = json!([{ "reason": "webhook_refused_400", "count": 1, "examples": [example] }]);
    assert_eq!(alerts["parkedByReason"], expected);
}

#[tokio::test]
async fn the_newest_measurement_is_shown_with_its_difference() {
    let mut stage = Stage::empty().await;
    stage.database.record(&[interaction("view", "p-1"), interaction("view", "p-2")]).await;
    let store = stage.database.store();
    store::conservation::measure(&store, store::conservation::today()).await.unwrap();
    stage.database.execute("DELETE FROM analytic.pending WHERE sink = 'popularity' AND product_id = 'p-2'").await;
    store::conservation::measure(&store, store::conservation::today()).await.unwrap();
    let mut found = flow(&mut stage).await["conservation"].clone();
    assert!(found["measuredAt"].take().is_string());
    let expected = json!({ "measuredAt": null, "stored": 2, "applied": 0, "waiting": 1, "parked": 0, "difference": 1 });
    assert_eq!(found, expected, "the second of the two");
}

#[tokio::test]
async fn excluded_actors_are_listed_as_hashes_until_they_are_included_again() {
    let mut stage = Stage::empty().await;
    let account = Uuid::from_u128(0x0192_e4a0_0000_7000_8000_0000_0000_00a1);
    let whom = NamedActor::Account(account);
    let limits = Limits { lock: std::time::Duration::from_secs(5), dry_run: false, moves: 0 };
    let mut client = stage.database.connect().await;
    let order = Order::Exclude { since: Some("2026-11-20T10:00:00Z".parse().unwrap()), reason: "scraper" };
    exclusion::apply(&mut client, (&whom, "command"), order, limits).await.unwrap();
    let mut found = flow(&mut stage).await["excluded"].clone();
    assert!(found[0]["dateCreated"].take().is_string());
    let expected = json!([{ "actor": whom.actor().as_uuid(), "kind": "account", "since": "2026-11-20T10:00:00Z",
                            "reason": "scraper", "excludedBy": "command", "dateCreated": null }]);
    assert_eq!(found, expected);
    assert!(!found.to_string().contains(&account.to_string()), "not who");
    exclusion::apply(&mut client, (&whom, "command"), Order::Include, limits).await.unwrap();
    assert_eq!(flow(&mut stage).await["excluded"], json!([]));
}

#[tokio::test]
async fn dead_letter_queues_are_counted_and_one_that_sqs_does_not_know_is_unknown() {
    let (catalog, orders) = (TestQueue::create().await, TestQueue::create().await);
    for body in ["a", "b", "c"] {
        orders.send(body).await;
    }
    assert_eq!(orders.hide(60).await, 3, "somebody is moving them");
    orders.send("d").await;
    let database = TestDatabase::create().await;
    let gone = format!("{}-gone", catalog.url());
    let queues =
        [("CATALOG_DLQ_URL", catalog.url()), ("ORDER_EVENTS_DLQ_URL", orders.url()), ("MAINTENANCE_DLQ_URL", &gone)];
    let mut function = start_with(database.url(), &queues).await;
    let reply = function.request(&as_admin(FLOW)).await;
    let expected = json!([
        { "queue": "catalog", "messages": 0 }, { "queue": "order-events", "messages": 4 },
        { "queue": "maintenance", "messages": null },
    ]);
    assert_eq!((reply.status, reply.json()["deadLetters"].clone()), (200, expected));
}

#[tokio::test]
async fn without_sqs_everything_else_is_answered_in_time() {
    let sqs = TestServer::start(|_| async {
        tokio::time::sleep(Duration::from_secs(30)).await;
        TestServer::reply(500, "")
    })
    .await;
    let database = TestDatabase::create().await;
    let variables = [("AWS_ENDPOINT_URL_SQS", sqs.url()), ("ALERTS_DLQ_URL", "http://sqs/alerts-dlq")];
    let mut function = start_with(database.url(), &variables).await;
    let started = Instant::now();
    let reply = function.request(&as_admin(FLOW)).await;
    let json = reply.json();
    assert_eq!(json["deadLetters"], json!([{ "queue": "alerts", "messages": null }]));
    assert_eq!((reply.status, &json["sinks"][0]["sink"]), (200, &json!("popularity")));
    assert!(started.elapsed() < Duration::from_secs(5), "{:?}", started.elapsed());
}
