//! What is rejected: a single event, or a request as a whole; never a neighbour.

use serde_json::{Value, json};

use crate::stage::{Stage, by_service, shipped, statuses};

/// Sets a field of an event.
fn with(mut event: Value, field: &str, value: impl Into<Value>) -> Value {
    event[field] = value.into();
    event
}

/// One event for each reason of a rejection.
fn bad_events() -> Vec<Value> {
    let paid = json!({ "event": "PaymentProcessed", "timestamp": "2026-11-18T09:00:00Z", "orderId": "o-1",
                       "paymentStatus": "SUCCESS", "amount": 1, "currency": "EUR" });
    vec![
        json!(7),
        json!([]),
        json!(null),
        json!({}),
        with(shipped(1), "eventType", "USER_LOGIN"),
        with(shipped(1), "event", "OrderEaten"),
        with(shipped(1), "event", 7),
        with(shipped(1), "timestamp", json!(null)),
        with(shipped(1), "timestamp", "yesterday"),
        with(shipped(1), "timestamp", "1999-12-31T23:59:59Z"),
        with(shipped(1), "timestamp", "2999-01-01T00:00:00Z"),
        with(shipped(1), "orderId", ""),
        with(shipped(1), "orderId", "x".repeat(129)),
        with(shipped(1), "version", 2),
        with(shipped(1), "metadata", 7),
        with(paid.clone(), "amount", -1),
        with(paid.clone(), "amount", 19.999),
        with(paid, "currency", "euro"),
    ]
}

#[tokio::test]
async fn one_bad_event_never_harms_its_neighbours() {
    let mut stage = Stage::set().await;
    let bad = bad_events();
    let mut events = vec![shipped(0)];
    for (i, event) in bad.iter().enumerate() {
        events.extend([event.clone(), shipped(i + 10)]);
    }

    let reply = stage.post(&events).await;

    assert_eq!(reply.status, 200);
    let said = statuses(&reply);
    for (i, said) in said.iter().enumerate() {
        let expected = if i % 2 == 0 { "accepted" } else { "rejected" };
        assert!(said.starts_with(expected), "{}: {said}", events[i]);
    }
    insta::assert_snapshot!(said.iter().skip(1).step_by(2).cloned().collect::<Vec<_>>().join("\n"), @"
    rejected malformed
    rejected malformed
    rejected malformed
    rejected missing_field
    rejected missing_field
    rejected invalid_event_type
    rejected wrong_type
    rejected missing_field
    rejected invalid_time
    rejected too_old
    rejected in_future
    rejected missing_field
    rejected invalid_text
    rejected malformed
    rejected malformed
    rejected invalid_amount
    rejected invalid_amount
    rejected invalid_currency
    ");
    assert_eq!(stage.queue.depth().await, bad.len() + 1);
    let database = stage.project().await;
    let logged = i64::try_from(bad.len() + 1).unwrap();
    assert_eq!(database.number("SELECT count(*) FROM analytic.shop_event").await, logged);
}

#[tokio::test]
async fn a_request_of_bad_events_only_is_refused_with_the_reason_of_each() {
    let mut stage = Stage::set().await;
    let bad = bad_events();
    let reply = stage.post(&bad).await;
    assert_eq!(reply.refusal(), "400 validation: no event was acceptable; details.results says why");
    assert!(statuses(&reply).iter().all(|said| said.starts_with("rejected ")), "{reply:?}");
    assert_eq!((statuses(&reply).len(), stage.queue.depth().await), (bad.len(), 0));
}

#[tokio::test]
async fn an_id_with_another_content_is_refused_and_the_first_goes_on() {
    let mut stage = Stage::set().await;
    let other = with(shipped(1), "orderId", "o-2");
    let reply = stage.post(&[shipped(1), other, shipped(1)]).await;
    assert_eq!(statuses(&reply), ["accepted", "rejected conflict", "accepted"]);
}

#[tokio::test]
async fn a_body_that_is_no_list_of_events_is_refused_as_a_whole() {
    let mut stage = Stage::set().await;
    let mut refusals = Vec::new();
    let event = shipped(1);
    for body in [
        String::new(),
        "{".to_owned(),
        "[]".to_owned(),
        event.to_string(),
        json!({ "events": event }).to_string(),
        json!({ "events": [] }).to_string(),
        json!({ "events": [event], "account_id": "x" }).to_string(),
        format!(r#"{{"events":[{event}],"events":[]}}"#),
    ] {
        refusals.push(stage.send(&by_service(body)).await.refusal());
    }
    insta::assert_snapshot!(refusals.join("\n"), @"
    400 validation: body: is not valid JSON (EOF while parsing a value at line 1 column 0)
    400 validation: body: is not valid JSON (EOF while parsing an object at line 1 column 1)
    400 validation: body: must be a JSON object
    400 validation: body: unknown field `event`, expected `events` at line 1 column 8
    400 validation: body: events: must be an array
    400 validation: events: must have 1 to 100 items, has 0
    400 validation: body: unknown field `account_id`, expected `events` at line 1 column 13
    400 validation: body: duplicate field `events` at line 1 column 118
    ");
    assert_eq!(stage.queue.depth().await, 0);
}
