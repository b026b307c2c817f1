//! SQS down, refusing, or silent: exactly the events that it did not acknowledge are `unavailable`, and no others.

use std::time::{Duration, Instant};

use serde_json::{Value, json};
use testkit::{HttpReply, Stack, TestProxy, TestServer};
use tokio::net::TcpListener;

use crate::stage::{Stage, results, shipped, statuses};

/// The limit of the calls to SQS in these tests.
const SEND_TIMEOUT_MS: &str = "400";

async fn stage_with_sqs_at(url: &str) -> Stage {
    Stage::with(&[("AWS_ENDPOINT_URL_SQS", url), ("SEND_TIMEOUT_MS", SEND_TIMEOUT_MS)]).await
}

fn events(count: usize) -> Vec<Value> {
    (0..count).map(shipped).collect()
}

/// Expects an error that asks for a retry and acknowledges nothing.
fn assert_nothing_taken(reply: &HttpReply, count: usize) {
    assert_eq!(reply.refusal(), "503 unavailable: the queue confirmed no event; send the request again");
    assert_eq!(reply.header("retry-after"), "1");
    assert_eq!(statuses(reply), vec!["unavailable"; count]);
    for result in results(reply) {
        assert_eq!(result["message"], "the queue did not confirm it; send it again");
        assert!(result["event_id"].is_string(), "{result}");
    }
}

#[tokio::test]
async fn with_sqs_down_nothing_is_claimed_and_a_retry_succeeds() {
    let address = Stack::get().aws_endpoint().trim_start_matches("http://").to_owned();
    let proxy = TestProxy::start(&address).await;
    let mut stage = stage_with_sqs_at(&format!("http://{}", proxy.address())).await;
    proxy.cut();

    let reply = stage.post(&events(25)).await;
    assert_nothing_taken(&reply, 25);
    assert_eq!(stage.queue.depth().await, 0);

    proxy.restore();
    let again = stage.post(&events(25)).await;
    assert_eq!((again.status, statuses(&again)), (200, vec!["accepted".to_owned(); 25]));
    assert_eq!(stage.queue.depth().await, 25);
}

#[tokio::test]
async fn an_sqs_that_never_answers_holds_a_request_no_longer_than_its_limit() {
    let silent = TestServer::start(|_| async { std::future::pending().await }).await;
    let mut stage = stage_with_sqs_at(silent.url()).await;
    stage.post(&events(1)).await;

    let started = Instant::now();
    let reply = stage.post(&events(100)).await;
    let took = started.elapsed();

    assert_nothing_taken(&reply, 100);
    assert!(took >= Duration::from_millis(400), "{took:?}: was SQS called at all?");
    assert!(took < Duration::from_millis(1_600), "{took:?}: ten calls must wait at the same time");
}

#[tokio::test]
async fn an_sqs_that_accepts_no_connection_in_time_holds_a_request_no_longer_either() {
    // This listener never accepts: connected, and then no response.
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let mut stage = stage_with_sqs_at(&format!("http://{}", listener.local_addr().unwrap())).await;
    assert_nothing_taken(&stage.post(&events(3)).await, 3);
}

/// Picks every third order, of events as they are posted and as they are sealed for the queue.
fn is_third(event: &str) -> bool {
    let event: Value = serde_json::from_str(event).unwrap();
    let order = event["orderId"].as_str().or_else(|| event["sealed"]["fact"]["order_id"].as_str());
    order.unwrap()[2..].parse::<usize>().unwrap() % 3 == 2
}

#[tokio::test]
async fn exactly_the_events_that_sqs_refuses_inside_a_success_are_unavailable() {
    let partial = TestServer::sqs_refusing(is_third).await;
    let mut stage = stage_with_sqs_at(partial.url()).await;
    let mut events = events(25);
    events.insert(7, json!({ "event": "OrderEaten" }));

    let reply = stage.post(&events).await;

    assert_eq!(reply.status, 200);
    for (event, said) in events.iter().zip(statuses(&reply)) {
        let expected = match event["event"].as_str() {
            Some("OrderEaten") => "rejected invalid_event_type",
            _ if is_third(&event.to_string()) => "unavailable",
            _ => "accepted",
        };
        assert_eq!(said, expected, "{event}");
    }
    let output = stage.function.output_with("\"accepted\"").await;
    for figure in ["\"Accepted\":17", "\"Rejected\":1", "\"Unavailable\":8"] {
        assert!(output.contains(figure), "{figure}: {output}");
    }
}

#[tokio::test]
async fn refused_and_untaken_events_together_ask_for_another_try() {
    let refusing = TestServer::sqs_refusing(|_| true).await;
    let mut stage = stage_with_sqs_at(refusing.url()).await;
    let reply = stage.post(&[json!(7), shipped(1)]).await;
    assert_eq!(
        (reply.status, statuses(&reply)),
        (503, vec!["rejected malformed".to_owned(), "unavailable".to_owned()])
    );
}

#[tokio::test]
async fn an_sqs_that_answers_with_an_error_or_with_nonsense_is_believed_nothing() {
    for (status, body) in [
        (500, ""),
        (503, "<html>"),
        (403, r#"{"__type":"com.amazon.coral.service#AccessDeniedException"}"#),
        (200, "nonsense"),
        (200, "{}"),
        (200, r#"{"Successful":[],"Failed":[]}"#),
        (
            200,
            r#"{"Successful":[{"Id":"x","MessageId":"m","MD5OfMessageBody":""},
                                {"Id":"9","MessageId":"m","MD5OfMessageBody":""}]}"#,
        ),
    ] {
        let broken = TestServer::start(move |_| async move {
            let mut reply = TestServer::reply(status, body);
            reply.headers_mut().insert("content-type", "application/x-amz-json-1.0".parse().unwrap());
            reply
        });
        let broken = broken.await;
        let mut stage = stage_with_sqs_at(broken.url()).await;
        assert_nothing_taken(&stage.post(&events(2)).await, 2);
    }
}

#[tokio::test]
async fn a_queue_that_is_gone_takes_nothing() {
    let mut stage = Stage::with(&[("ORDER_EVENTS_QUEUE_URL", "http://localhost/000000000000/no-such-queue")]).await;
    assert_nothing_taken(&stage.post(&events(12)).await, 12);
}

#[tokio::test]
async fn an_answer_of_sqs_that_gets_lost_costs_a_second_message_and_no_second_event() {
    let address = Stack::get().aws_endpoint().trim_start_matches("http://").to_owned();
    let proxy = TestProxy::start(&address).await;
    let url = format!("http://{}", proxy.address());
    let mut stage = Stage::with(&[("AWS_ENDPOINT_URL_SQS", &url)]).await;
    proxy.lose_next_answer();

    let mut reply = stage.post(&events(10)).await;
    if reply.status == 503 {
        // The SDK did not retry by itself: then the producer does.
        assert_nothing_taken(&reply, 10);
        reply = stage.post(&events(10)).await;
    }

    assert_eq!(statuses(&reply), ["accepted"; 10]);
    assert!(proxy.has_sprung());
    assert_eq!(stage.queue.depth().await, 20, "what SQS had taken before its answer was lost is still there");
    let database = stage.project().await;
    assert_eq!(database.number("SELECT count(*) FROM analytic.shop_event").await, 10);
}
