//! SQS down, refusing, or unresponsive: the request succeeds nevertheless, and the pending rows stay.

use std::time::{Duration, Instant};

use serde_json::Value;
use testkit::TestServer;
use tokio::net::TcpListener;

use crate::stage::{Stage, statuses, view};

/// The limit of the calls to SQS in these tests.
const SEND_TIMEOUT_MS: &str = "400";

async fn stage_with_sqs_at(url: &str) -> Stage {
    Stage::with(&[("AWS_ENDPOINT_URL_SQS", url), ("SEND_TIMEOUT_MS", SEND_TIMEOUT_MS)]).await
}

fn items(count: u32) -> Vec<Value> {
    (0..count).map(view).collect()
}

/// Sends and expects everything stored, and nothing but the hints missing.
async fn record_and_check(stage: &mut Stage, count: u32, failed: f64) {
    let reply = stage.record(&items(count)).await;
    assert_eq!((reply.status, statuses(&reply)), (200, vec!["accepted".to_owned(); count as usize]));
    let count = i64::from(count);
    assert_eq!(stage.counts().await, [count, count, 2 * count]);
    assert_eq!(stage.metric("HintsFailed").await, failed);
}

#[tokio::test]
async fn with_sqs_down_everything_is_stored_and_the_missing_hints_are_counted() {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let closed = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    let mut stage = stage_with_sqs_at(&closed).await;

    record_and_check(&mut stage, 25, 50.0).await;

    assert_eq!(stage.metric("HintsSent").await, 0.0);
    let due =
        "SELECT count(*) FROM analytic.pending WHERE parked_at IS NULL AND next_hint_at <= now() + interval '1 minute'";
    assert_eq!(stage.database.number(due).await, 50, "resend-pending finds them within a minute");
    assert_eq!(statuses(&stage.record(&items(25)).await), ["duplicate"; 25]);
}

#[tokio::test]
async fn an_sqs_that_never_answers_holds_a_request_no_longer_than_its_limit() {
    let silent = TestServer::start(|_| async { std::future::pending().await }).await;
    let mut stage = stage_with_sqs_at(silent.url()).await;
    // The first request also connects to Postgres.
    stage.record(&items(1)).await;

    let started = Instant::now();
    let reply = stage.record(&(1..101).map(view).collect::<Vec<_>>()).await;
    let took = started.elapsed();

    assert_eq!(statuses(&reply), ["accepted"; 100]);
    assert!(took >= Duration::from_millis(400), "{took:?}: was SQS called at all?");
    assert!(took < Duration::from_millis(1_600), "{took:?}: twenty calls must wait at the same time");
    assert_eq!(stage.counts().await, [101, 101, 202]);
    assert_eq!(stage.metric("HintsFailed").await, 202.0);
}

#[tokio::test]
async fn an_sqs_that_accepts_no_connection_in_time_holds_a_request_no_longer_either() {
    // This listener never accepts: connected, and then no response.
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let mut stage = stage_with_sqs_at(&format!("http://{}", listener.local_addr().unwrap())).await;
    record_and_check(&mut stage, 3, 6.0).await;
}

/// Picks the hints at interactions with an odd id.
fn is_odd(hint: &str) -> bool {
    let hint: Value = serde_json::from_str(hint).unwrap();
    hint["interaction_id"].as_i64().unwrap() % 2 == 1
}

#[tokio::test]
async fn entries_that_sqs_refuses_inside_a_success_are_counted_and_stay_pending() {
    let partial = TestServer::sqs_refusing(is_odd).await;
    let mut stage = stage_with_sqs_at(partial.url()).await;

    record_and_check(&mut stage, 25, 26.0).await;

    assert_eq!(stage.metric("HintsSent").await, 24.0);
    let batches: Vec<usize> = partial.requests().iter().map(|request| request.body.matches("\"Id\"").count()).collect();
    assert_eq!((batches.len(), batches.iter().sum::<usize>()), (6, 50), "batches of at most ten, each sent once");
    assert!(batches.iter().all(|entries| *entries <= 10), "{batches:?}");
}

#[tokio::test]
async fn an_sqs_that_answers_with_an_error_or_with_nonsense_fails_no_request() {
    for (status, body) in [
        (500, ""),
        (503, "<html>"),
        (403, r#"{"__type":"com.amazon.coral.service#AccessDeniedException"}"#),
        (200, "nonsense"),
    ] {
        let broken = TestServer::start(move |_| async move { TestServer::reply(status, body) }).await;
        let mut stage = stage_with_sqs_at(broken.url()).await;
        record_and_check(&mut stage, 2, 4.0).await;
    }
}

#[tokio::test]
async fn one_queue_that_is_gone_does_not_keep_the_other_from_its_hints() {
    let mut stage = Stage::with(&[("CATALOG_QUEUE_URL", "http://localhost/000000000000/no-such-queue")]).await;
    record_and_check(&mut stage, 12, 12.0).await;
    assert_eq!((stage.popularity.depth().await, stage.catalog.depth().await), (12, 0));
}
