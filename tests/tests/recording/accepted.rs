//! What an accepted interaction leaves behind: its row, its key, two pending rows, two hints.

use std::collections::BTreeSet;

use jiff::{Timestamp, ToSpan};
use serde_json::{Value, json};
use testkit::{HttpEvent, TestQueue};

use crate::stage::{ROUTE, SHOPPER, SPU, Stage, by_shopper, event_id, results, statuses, view, with};

/// The stored interactions in order, times as statements about them.
const INTERACTIONS: &str = "
    SELECT event_id, account_id, session_id, event_type, ref_type, ref_id, metadata, user_agent, ip_address,
           CASE WHEN occurred_at = date_created THEN 'on arrival' ELSE 'earlier' END,
           CASE WHEN date_created BETWEEN now() - interval '1 minute' AND now() THEN 'now' END
    FROM analytic.interaction ORDER BY id";

const AGENT: &str = "Mozilla/5.0 (Macintosh; Intel Mac OS X 14.5; rv:127.0) Gecko/20100101 Firefox/127.0";

#[tokio::test]
async fn an_accepted_interaction_is_stored_as_it_was_sent() {
    let mut stage = Stage::set().await;
    let an_hour_ago = Timestamp::now() - 1.hour();
    let full = json!({
        "event_id": event_id(1).to_uppercase(),
        "event_type": "add_to_cart",
        "ref_type": "Product",
        "ref_id": SPU.to_uppercase(),
        "session_id": "visit-ü-1",
        "metadata": { "rank": 2, "from": { "list": ["a", null, true], "gift": "🎁" } },
        "occurred_at": an_hour_ago.to_string(),
    });
    let category = with(
        json!({ "event_type": "view", "ref_type": "Category", "ref_id": "Shoes/Ünisex" }),
        "event_id",
        event_id(2),
    );
    let request = by_shopper(&[full, category]).header("user-agent", AGENT).from_address("203.0.113.77");

    let reply = stage.send(&request).await;

    assert_eq!(reply.status, 200, "{reply:?}");
    insta::assert_snapshot!(stage.database.rows(INTERACTIONS).await.join("\n"), @r#"
    0192e4a0-0000-7000-8000-100000000001 | 0192e4a0-0000-7000-8000-00000000000a | visit-ü-1 | add_to_cart | Product | 0192e4a0-0000-7000-8000-0000000000aa | {"from": {"gift": "🎁", "list": ["a", null, true]}, "rank": 2} | Firefox/Mac OSX/pc | 203.0.113.0 | earlier | now
    0192e4a0-0000-7000-8000-100000000002 | 0192e4a0-0000-7000-8000-00000000000a | null | view | Category | Shoes/Ünisex | {} | Firefox/Mac OSX/pc | 203.0.113.0 | on arrival | now
    "#);
    let occurred = stage.database.rows("SELECT occurred_at::text FROM analytic.interaction ORDER BY id LIMIT 1").await;
    let stored: Timestamp = occurred[0].replace(' ', "T").replace("+00", "+00:00").parse().unwrap();
    assert_eq!(stored.as_microsecond(), an_hour_ago.as_microsecond());
}

#[tokio::test]
async fn the_reply_names_each_item_in_the_order_of_the_request() {
    let mut stage = Stage::set().await;
    let without_id = json!({ "event_type": "view", "ref_type": "Product", "ref_id": SPU });

    let reply = stage.record(&[view(1), with(view(2), "ref_id", ""), without_id]).await;

    let ids = stage.database.rows("SELECT id FROM analytic.interaction ORDER BY id").await;
    let made = stage.database.rows("SELECT event_id FROM analytic.interaction ORDER BY id").await;
    let expected = json!({ "data": { "accepted": 2, "duplicate": 0, "rejected": 1, "results": [
        { "index": 0, "status": "accepted", "id": ids[0].parse::<i64>().unwrap(), "event_id": event_id(1) },
        { "index": 1, "status": "rejected", "event_id": event_id(2), "code": "invalid_reference",
          "message": "ref_id: must have 1 to 128 characters and no control characters, and not be the nil UUID" },
        { "index": 2, "status": "accepted", "id": ids[1].parse::<i64>().unwrap(), "event_id": made[1] },
    ] } });
    assert_eq!(reply.json(), expected);
    assert_eq!(made[1].parse::<uuid::Uuid>().unwrap().get_version_num(), 7);
    assert_eq!((reply.header("content-type"), reply.header("cache-control")), ("application/json", "no-store"));
}

#[tokio::test]
async fn a_stored_interaction_has_its_key_and_a_pending_row_for_each_sink() {
    let mut stage = Stage::set().await;

    stage.record(&[view(1), json!({ "event_type": "view", "ref_type": "Category", "ref_id": "shoes" })]).await;

    let pending = "
        SELECT sink, pending.product_id, pending.event_type, next_hint_at - pending.date_created, hints,
               parked_at, parked_reason
        FROM analytic.pending JOIN analytic.interaction ON id = interaction_id AND interaction.date_created = pending.date_created
        ORDER BY id, sink";
    insta::assert_snapshot!(stage.database.rows(pending).await.join("\n"), @"
    catalog | 0192e4a0-0000-7000-8000-0000000000aa | view | 00:01:00 | 1 | null | null
    popularity | 0192e4a0-0000-7000-8000-0000000000aa | view | 00:01:00 | 1 | null | null
    catalog | null | view | 00:01:00 | 1 | null | null
    popularity | null | view | 00:01:00 | 1 | null | null
    ");
    let keys = "
        SELECT count(*), min(length(fingerprint)) FROM analytic.interaction_key
        JOIN analytic.interaction ON id = interaction_id
         AND interaction.event_id = interaction_key.event_id AND interaction.origin = interaction_key.origin
         AND interaction.date_created = interaction_key.date_created";
    assert_eq!(stage.database.rows(keys).await, ["2 | 16"]);
}

/// Receives everything as (bodies, trace headers).
async fn hints(queue: &TestQueue) -> (BTreeSet<String>, BTreeSet<String>) {
    let messages = queue.drain().await;
    let count = messages.len();
    let bodies: BTreeSet<_> = messages.iter().map(|message| message.body().unwrap().to_owned()).collect();
    assert_eq!(bodies.len(), count, "a hint came twice");
    let trace = |message: &aws_sdk_sqs::types::Message| {
        let attributes = message.attributes().expect("system attributes");
        attributes[&aws_sdk_sqs::types::MessageSystemAttributeName::AwsTraceHeader].clone()
    };
    (bodies, messages.iter().map(trace).collect())
}

#[tokio::test]
async fn both_queues_get_one_hint_per_interaction_with_the_trace_of_the_request() {
    let mut stage = Stage::set().await;
    // More than two batches of ten, and not a multiple of ten.
    let items: Vec<Value> = (0..25).map(view).collect();

    let reply = stage.record(&items).await;

    let bodies: BTreeSet<_> =
        results(&reply).iter().map(|result| format!(r#"{{"version":1,"interaction_id":{}}}"#, result["id"])).collect();
    let (popularity, catalog) = (hints(&stage.popularity).await, hints(&stage.catalog).await);
    assert_eq!(bodies.len(), 25);
    assert_eq!((&popularity.0, &catalog.0), (&bodies, &bodies));
    assert_eq!(popularity.1, catalog.1);
    let trace: Vec<_> = popularity.1.into_iter().collect();
    let log = stage.output_with("\"recorded\"").await;
    let root = trace[0].strip_suffix(";Sampled=1").and_then(|header| header.strip_prefix("Root="));
    assert_eq!(trace.len(), 1, "{trace:?}");
    assert!(log.contains(&format!("\"trace.id\":\"{}\"", root.expect("a header of X-Ray"))), "{trace:?} {log}");
    assert_eq!(stage.metric("HintsSent").await, 50.0);
}

#[tokio::test]
async fn an_item_that_is_refused_takes_no_other_with_it() {
    let mut stage = Stage::set().await;
    let bad = [json!(7), json!({}), with(view(3), "ref_type", "Brand"), with(view(4), "metadata", json!([]))];

    let reply = stage.record(&[vec![view(1)], bad.to_vec(), vec![view(2)]].concat()).await;

    let expected = [
        "accepted",
        "rejected malformed",
        "rejected missing_field",
        "rejected invalid_reference",
        "rejected wrong_type",
        "accepted",
    ];
    assert_eq!((reply.status, statuses(&reply)), (200, expected.map(str::to_owned).to_vec()));
    assert_eq!(stage.counts().await, [2, 2, 4]);
    assert_eq!((stage.metric("Accepted").await, stage.metric("Rejected").await), (2.0, 4.0));
    assert_eq!(stage.metric("RejectedByCode").await, 4.0);
}

#[tokio::test]
async fn a_request_without_any_acceptable_item_is_refused_with_the_reason_of_each() {
    let mut stage = Stage::set().await;

    let reply = stage.record(&[with(view(1), "ref_id", ""), with(view(2), "ref_type", "Brand")]).await;

    insta::assert_snapshot!(serde_json::to_string_pretty(&reply.json()).unwrap(), @r#"
    {
      "error": {
        "code": "validation",
        "details": {
          "accepted": 0,
          "duplicate": 0,
          "rejected": 2,
          "results": [
            {
              "code": "invalid_reference",
              "event_id": "0192e4a0-0000-7000-8000-100000000001",
              "index": 0,
              "message": "ref_id: must have 1 to 128 characters and no control characters, and not be the nil UUID",
              "status": "rejected"
            },
            {
              "code": "invalid_reference",
              "event_id": "0192e4a0-0000-7000-8000-100000000002",
              "index": 1,
              "message": "ref_type: must be \"Product\" or \"Category\"",
              "status": "rejected"
            }
          ]
        },
        "http_status": 400,
        "message": "no item was acceptable; details.results says why"
      }
    }
    "#);
    assert_eq!((reply.status, stage.counts().await), (400, [0, 0, 0]));
    assert_eq!((stage.popularity.depth().await, stage.catalog.depth().await), (0, 0));
}

#[tokio::test]
async fn a_body_in_base64_is_read_like_any_other() {
    use base64::Engine;
    let mut stage = Stage::set().await;
    let text = crate::stage::body(&[with(view(1), "session_id", "ü🎁")]);
    let encoded = base64::engine::general_purpose::STANDARD.encode(text);
    let mut event = HttpEvent::new("POST", ROUTE).account(SHOPPER).body(encoded).event();
    event["isBase64Encoded"] = json!(true);

    let reply = stage.send_event(&event).await;

    assert_eq!(statuses(&reply), ["accepted"]);
    assert_eq!(stage.database.rows("SELECT session_id FROM analytic.interaction").await, ["ü🎁"]);
}
