//! What is accepted is in the queue, in parsed form, and project-orders logs it once, under the id in the reply.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::stage::{Stage, body, by_service, login, results, shipped, statuses};

#[tokio::test]
async fn both_shapes_reach_the_queue_as_they_were_read_and_with_the_trace_of_the_request() {
    let mut stage = Stage::set().await;
    let spaced =
        r#"{ "event" : "OrderShipped", "timestamp":"2026-11-18T09:00:00Z", "orderId": "o-1", "carrier": "ü" }"#;
    let other = login("ann@example.com").to_string();

    let reply = stage.send(&by_service(format!(r#"{{"events":[{spaced}, {other}]}}"#))).await;

    assert_eq!((reply.status, statuses(&reply)), (200, vec!["accepted".to_owned(); 2]));
    let mut messages = stage.queue.drain().await;
    messages.sort_by_key(|message| message.body.clone());
    let read = |message: &aws_sdk_sqs::types::Message| {
        let event = contracts::peek_sealed_event(message.body().unwrap()).expect("a sealed event");
        (event.fact.name(), event.service)
    };
    let mut events: Vec<_> = messages.iter().map(read).collect();
    events.sort_unstable();
    assert_eq!(events, [("order_shipped", String::new()), ("user_logged_in", "USER_SERVICE".to_owned())]);
    for message in messages {
        let trace =
            message.attributes.unwrap_or_default().into_iter().find(|(name, _)| name.as_str() == "AWSTraceHeader");
        assert!(trace.is_some_and(|(_, header)| header.contains("Root=1-")), "the trace ends here");
    }
}

#[tokio::test]
async fn a_compressed_request_is_read_and_another_encoding_refused() {
    let mut stage = Stage::set().await;
    let reply = stage.send(&by_service("").gzip(&body(&[shipped(1)]))).await;
    assert_eq!((reply.status, statuses(&reply)), (200, vec!["accepted".to_owned()]));
    let reply = stage.send(&by_service(body(&[shipped(2)])).header("content-encoding", "br")).await;
    assert_eq!((reply.status, &*reply.json()["error"]["code"].to_string()), (415, "\"unsupported_encoding\""));
    assert_eq!(stage.queue.depth().await, 1);
}

#[tokio::test]
async fn the_id_that_is_told_is_the_one_that_the_log_has() {
    let mut stage = Stage::set().await;
    let mut with_uuid = shipped(2);
    with_uuid["eventId"] = json!("0192E4A0-0000-7000-8000-000000000001");

    let reply = stage.post(&[shipped(1), with_uuid, login("ann@example.com")]).await;

    let mut ids: Vec<_> =
        results(&reply).iter().map(|result| result["event_id"].as_str().unwrap().to_owned()).collect();
    assert_eq!(ids[1], "0192e4a0-0000-7000-8000-000000000001");
    ids.sort();
    let database = stage.project().await;
    assert_eq!(database.rows("SELECT id FROM analytic.shop_event ORDER BY id::text").await, ids);
}

#[tokio::test]
async fn the_same_event_again_in_a_request_or_in_another_is_accepted_and_logged_once() {
    let mut stage = Stage::set().await;
    let events = [shipped(1), shipped(1), login("ann@example.com"), login("ann@example.com")];

    let first = stage.post(&events).await;
    let again = stage.post(&events).await;

    assert_eq!(results(&first), results(&again));
    assert_eq!(statuses(&first), ["accepted"; 4]);
    assert_eq!(stage.queue.depth().await, 8);
    let database = stage.project().await;
    assert_eq!(database.number("SELECT count(*) FROM analytic.shop_event").await, 2);
}

#[tokio::test]
async fn a_hundred_events_go_in_one_request_and_a_hundred_and_one_do_not() {
    let mut stage = Stage::set().await;
    let events: Vec<Value> = (0..101).map(shipped).collect();

    let refused = stage.post(&events).await;
    assert_eq!(refused.refusal(), "400 validation: events: must have 1 to 100 items, has 101");
    assert_eq!(stage.queue.depth().await, 0);

    let reply = stage.post(&events[..100]).await;
    assert_eq!((reply.status, statuses(&reply)), (200, vec!["accepted".to_owned(); 100]));
    let orders = stage.take_messages().await.into_iter().map(|message| {
        let event = contracts::peek_sealed_event(&message).expect("a sealed event");
        event.fact.subject().1.to_owned()
    });
    let sent: BTreeSet<_> = (0..100).map(|number| format!("o-{number}")).collect();
    assert_eq!(orders.collect::<BTreeSet<_>>(), sent);
}

/// Pads an event to a number of bytes.
fn padded(number: usize, bytes: usize) -> String {
    let mut event = shipped(number);
    event["padding"] = json!("");
    let padding = "x".repeat(bytes - event.to_string().len());
    event["padding"] = json!(padding);
    event.to_string()
}

#[tokio::test]
async fn the_largest_events_and_the_largest_body_are_taken_and_a_byte_more_is_not() {
    let mut stage = Stage::set().await;
    let events =
        |last: usize| format!("{},{},{},{}", padded(1, 65_536), padded(2, 65_536), padded(3, 65_536), padded(4, last));
    let request = |last: usize| format!(r#"{{"events":[{}]}}"#, events(last));
    let room = 262_144 + 65_536 - request(65_536).len();

    let reply = stage.send(&by_service(request(room))).await;
    assert_eq!(statuses(&reply), ["accepted"; 4], "{reply:?}");
    // Unknown fields are not forwarded.
    let messages = stage.take_messages().await;
    assert_eq!((messages.len(), messages.iter().any(|message| message.contains("xxx"))), (4, false));

    let refused = stage.send(&by_service(request(room + 1))).await;
    let said = "413 payload_too_large: body: must have at most 262144 bytes, has 262145";
    assert_eq!(refused.refusal(), said);
    let too_large = padded(5, 65_537);
    let refused = stage.send(&by_service(format!(r#"{{"events":[{too_large},{}]}}"#, shipped(6)))).await;
    assert_eq!(statuses(&refused), ["rejected malformed", "accepted"]);
}

#[tokio::test]
async fn characters_that_sqs_refuses_arrive_as_their_escapes() {
    let mut stage = Stage::set().await;
    let mut event = shipped(1);
    event["service"] = json!("a\u{ffff}\u{fffe}b");

    let reply = stage.send(&by_service(body(&[event, shipped(2)]))).await;

    assert_eq!(statuses(&reply), ["accepted"; 2]);
    let message = stage.queue.peek().await.into_iter().find(|body| body.contains("ufffe")).unwrap();
    assert!(message.contains(r#""a\uffff\ufffeb""#), "{message}");
    let database = stage.project().await;
    let services = database.rows("SELECT service FROM analytic.shop_event WHERE service <> ''").await;
    assert_eq!(services, ["a\u{ffff}\u{fffe}b"]);
}

#[tokio::test]
async fn nothing_personal_reaches_the_queue_or_the_database() {
    let mut stage = Stage::set().await;
    let card = "4111 1111 1111 1111";
    let order = json!({
        "event": "OrderCreated", "timestamp": "2026-11-18T09:00:00Z", "orderId": "of-cAnAry@example.com", "customerId": "c-1",
        "userEmail": "cAnAry@example.com", "paymentMethod": card, "service": card, "sellerId": card,
        "items": [{ "productId": card, "quantity": 1, "price": "10.00" }], "note": "cAnAry, 4111111111111111",
    });
    let reply = stage.post(&[order, login("cAnAry@example.com")]).await;
    assert_eq!(statuses(&reply), ["accepted"; 2]);

    let messages = stage.queue.peek().await;
    assert_eq!(messages.len(), 2);
    for message in messages {
        assert!(!message.to_lowercase().contains("canary") && !message.contains("1111"), "{message}");
    }
    assert!(stage.function.output_with("\"accepted\"").await.contains("\"HiddenTexts\":5"));
    let database = stage.project().await;
    let tables = "SELECT table_name FROM information_schema.tables WHERE table_schema = 'analytic' AND table_type = 'BASE TABLE'";
    for table in database.rows(tables).await {
        let rows = database.rows(&format!("SELECT to_jsonb(it)::text FROM analytic.{table} AS it")).await.join("\n");
        assert!(!rows.to_lowercase().contains("canary") && !rows.contains("1111"), "{table}: {rows}");
    }
    // The hash of the address is the one that an event over the bus gets, so both are one customer.
    let customers = "SELECT count(DISTINCT customer) FROM (SELECT address_key FROM analytic.customer_link UNION ALL SELECT subject_id
                     FROM analytic.shop_event WHERE subject = 'user') AS it (customer)";
    assert_eq!(database.number(customers).await, 1);
}

#[tokio::test]
async fn the_log_names_the_events_and_nothing_of_them() {
    let mut stage = Stage::set().await;
    let canary = "cAnAry";
    let mut refused = shipped(2);
    refused["timestamp"] = json!(canary);
    let reply = stage.post(&[login("cAnAry@example.com"), refused, json!(canary)]).await;
    assert_eq!(statuses(&reply)[0], "accepted");
    stage.send(&by_service(canary).header("user-agent", canary)).await;

    let output = stage.function.output_with("RequestRefused").await;
    let id = results(&reply)[0]["event_id"].as_str().unwrap().to_owned();
    assert!(output.contains(&id) && output.contains("\"Rejected\":2"), "{output}");
    assert!(!output.to_lowercase().contains("canary"), "{output}");
}
