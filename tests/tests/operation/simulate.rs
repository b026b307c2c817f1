//! Simulated shoppers retry unanswered requests, with the same event ids, and report every outcome.

use std::collections::{BTreeMap, HashSet};
use std::sync::{Arc, Mutex};

use clap::Parser as _;
use local_stack::simulate::{self, Args, Summary, simulate};
use serde_json::{Value, json};
use stack::Stack;
use testkit::{Recorded, Reply, TestServer};

#[derive(clap::Parser)]
struct Line {
    #[command(flatten)]
    args: Args,
}

/// Sends interactions, and no orders unless the arguments request them.
pub(crate) async fn run(server: &TestServer, words: &[&str]) -> Summary {
    let api = ["simulate", "--api-url", server.url(), "--token", "shopper", "--trusted-token", "trusted"];
    let none: &[&str] = if words.contains(&"--orders") { &[] } else { &["--orders", "0"] };
    let line = Line::try_parse_from(api.iter().chain(none).chain(words)).unwrap();
    simulate(&Stack::find("test").unwrap(), &line.args).await.unwrap()
}

fn items(request: &Recorded) -> Vec<Value> {
    let body: Value = serde_json::from_str(&request.body).unwrap();
    body["interactions"].as_array().unwrap().clone()
}

/// The response to a request of which everything is stored.
fn stored(request: &Recorded) -> Reply {
    let results: Vec<_> =
        items(request).iter().map(|item| json!({ "status": "accepted", "event_id": item["event_id"] })).collect();
    let data = json!({ "accepted": results.len(), "duplicate": 0, "rejected": 0, "results": results });
    TestServer::reply(200, json!({ "data": data }).to_string())
}

#[tokio::test]
async fn what_is_not_answered_is_sent_again_unchanged() {
    // given: an API that answers each request the first time with 503, 429 or 500
    let seen: Arc<Mutex<HashSet<String>>> = Arc::default();
    let server = TestServer::start(move |request: Recorded| {
        let first = seen.lock().unwrap().insert(request.body.clone());
        let failure = [503, 429, 500][request.body.len() % 3];
        async move {
            if !first {
                return stored(&request);
            }
            let mut reply = TestServer::reply(failure, "");
            reply.headers_mut().insert("retry-after", "1".parse().unwrap());
            reply
        }
    })
    .await;
    let start = std::time::Instant::now();
    // when
    let summary =
        run(&server, &["--interactions", "100", "--batch", "20", "--shoppers", "3", "--concurrency", "20"]).await;
    // then
    assert!(summary.is_complete(), "{summary:?}");
    assert_eq!((summary.accepted, summary.retries), (100, summary.requests));
    assert!(start.elapsed().as_secs_f64() >= 1.0, "Retry-After is honoured");
    let mut bodies: BTreeMap<String, usize> = BTreeMap::new();
    server.requests().into_iter().for_each(|request| *bodies.entry(request.body).or_default() += 1);
    assert!(bodies.values().all(|times| *times == 2), "{:?}", bodies.values());
}

#[tokio::test]
async fn each_caller_uses_its_own_route_and_token() {
    let server = TestServer::start(|request: Recorded| async move { stored(&request) }).await;
    run(&server, &["--interactions", "500", "--guests", "0.2"]).await;
    let mut routes: HashSet<(String, String)> = HashSet::new();
    for request in server.requests() {
        let token = request.headers.get("authorization").map_or("none", |value| value.to_str().unwrap());
        routes.insert((request.target.clone(), token.to_owned()));
        let purchases = items(&request).iter().all(|item| item["event_type"] == "purchase");
        assert_eq!(purchases, token == "Bearer trusted");
    }
    let signed_in = "/api/v1/analytic/interaction".to_owned();
    let expected = [
        (signed_in.clone(), "Bearer shopper".to_owned()),
        (signed_in, "Bearer trusted".to_owned()),
        ("/api/v1/analytic/guest/interaction".to_owned(), "none".to_owned()),
    ];
    assert_eq!(routes, expected.into());
}

#[tokio::test]
async fn a_repeated_run_sends_the_same_events() {
    let server = TestServer::start(|request: Recorded| async move { stored(&request) }).await;
    let summary = run(&server, &["--interactions", "200", "--run", "monday"]).await;
    let first: HashSet<_> = server.requests().into_iter().map(|request| request.body).collect();
    run(&server, &["--interactions", "200", "--run", "monday"]).await;
    let both: HashSet<_> = server.requests().into_iter().map(|request| request.body).collect();
    assert_eq!((summary.run.as_str(), first.len()), ("monday", both.len()));
}

#[tokio::test]
async fn what_is_refused_is_not_repeated_and_makes_the_run_incomplete() {
    let refused = |request: Recorded| async move {
        let results: Vec<_> =
            items(&request).iter().map(|_| json!({ "status": "rejected", "code": "too_old" })).collect();
        let details = json!({ "accepted": 0, "duplicate": 0, "rejected": results.len(), "results": results });
        TestServer::reply(400, json!({ "error": { "code": "validation", "details": details } }).to_string())
    };
    let server = TestServer::start(refused).await;
    let summary = run(&server, &["--interactions", "50"]).await;
    assert_eq!((summary.rejected, summary.rejected_by_code["too_old"], summary.retries), (50, 50, 0));
    assert!(!summary.is_complete());
}

#[tokio::test]
async fn a_token_that_is_refused_fails_at_once_with_the_reason() {
    let server = TestServer::always(401).await;
    let summary = run(&server, &["--interactions", "1000", "--batch", "1", "--concurrency", "4"]).await;
    assert!(summary.aborted && !summary.is_complete());
    assert!(summary.requests < 100, "{} requests", summary.requests);
    assert!(summary.first_failure.unwrap().contains("401"));
}

#[tokio::test]
async fn a_rate_is_kept() {
    let server = TestServer::start(|request: Recorded| async move { stored(&request) }).await;
    let summary = run(&server, &["--interactions", "200", "--batch", "1", "--rate", "200"]).await;
    assert!((0.9..2.0).contains(&summary.seconds), "{summary:?}");
    assert!(Line::try_parse_from(["simulate", "--rate", "0"]).is_err());
    assert_eq!(Line::try_parse_from(["simulate", "--rate", "max"]).unwrap().args.rate, simulate::Rate::Max);
}
