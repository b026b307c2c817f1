//! Simulated back-end events are sent until the API has accepted each, and a repeated run sends the same.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex};

use local_stack::simulate::ShopSummary;
use serde_json::{Value, json};
use testkit::{Recorded, Reply, TestServer};
use uuid::Uuid;

use crate::simulate::run;

const ROUTE: &str = "/api/v1/analytic/event";

fn events(request: &Recorded) -> Vec<Value> {
    let body: Value = serde_json::from_str(&request.body).unwrap();
    body["events"].as_array().unwrap().clone()
}

/// The response of the API with a given status for each event.
fn reply(events: &[Value], status: impl Fn(&Value) -> &'static str) -> Reply {
    let result = |(index, event): (usize, &Value)| match status(event) {
        "accepted" => {
            let id = Uuid::new_v5(&Uuid::NAMESPACE_OID, event.to_string().as_bytes());
            json!({ "index": index, "status": "accepted", "event_id": id })
        }
        "rejected" => json!({ "index": index, "status": "rejected", "code": "in_future", "message": "timestamp: ..." }),
        other => json!({ "index": index, "status": other, "code": "unavailable" }),
    };
    let results: Vec<_> = events.iter().enumerate().map(result).collect();
    let count = |wanted: &str| results.iter().filter(|result| result["status"] == wanted).count();
    let counts = ["accepted", "rejected", "unavailable"].map(count);
    let data = json!({
        "accepted": counts[0], "rejected": counts[1], "unavailable": counts[2], "results": results,
    });
    let refused = |code: &str| json!({ "error": { "code": code, "details": data } }).to_string();
    match counts {
        [0, _, 0] => TestServer::reply(400, refused("validation")),
        [0, ..] => TestServer::reply(503, refused("unavailable")),
        _ => TestServer::reply(200, json!({ "data": data }).to_string()),
    }
}

async fn run_orders(server: &TestServer, words: &[&str]) -> ShopSummary {
    let orders = ["--interactions", "0", "--orders", "60", "--days", "10", "--products", "20"];
    let summary = run(server, &[&orders[..], words].concat()).await;
    assert_eq!(summary.is_complete(), summary.shop.as_ref().unwrap().is_complete());
    summary.shop.unwrap()
}

/// How often each event was sent.
fn sent(server: &TestServer) -> HashMap<String, usize> {
    let mut sent = HashMap::new();
    for request in server.requests() {
        assert_eq!(
            (request.target.as_str(), &request.headers["authorization"]),
            (ROUTE, &"Bearer trusted".parse().unwrap())
        );
        events(&request).iter().for_each(|event| *sent.entry(event.to_string()).or_default() += 1);
    }
    sent
}

#[tokio::test]
async fn what_could_not_be_queued_is_sent_again_and_nothing_else() {
    // given: an API that cannot queue every third event the first time
    let seen: Arc<Mutex<HashSet<String>>> = Arc::default();
    let (calm, refusing) =
        (TestServer::start(|request: Recorded| async move { reply(&events(&request), |_| "accepted") }).await, {
            let seen = Arc::clone(&seen);
            TestServer::start(move |request: Recorded| {
                let events = events(&request);
                let mut seen = seen.lock().unwrap();
                let first: HashSet<_> =
                    events.iter().map(Value::to_string).filter(|event| event.len() % 3 == 0).collect();
                let first: HashSet<_> = first.into_iter().filter(|event| seen.insert(event.clone())).collect();
                let reply =
                    reply(&events, |event| if first.contains(&event.to_string()) { "unavailable" } else { "accepted" });
                async move { reply }
            })
            .await
        });
    let words = ["--run", "monday", "--until", "2026-11-21T10:20:30Z", "--concurrency", "1"];
    run_orders(&calm, &words).await;
    // when
    let shop = run_orders(&refusing, &words).await;
    // then
    assert!(shop.is_complete() && shop.retries > 0, "{shop:?}");
    assert_eq!((shop.accepted, shop.failed), (shop.events, 0));
    let (once, again, refused) = (sent(&calm), sent(&refusing), seen.lock().unwrap().clone());
    assert_eq!((once.len(), shop.event_ids.len()), (again.len(), again.len()));
    assert!(refused.len() > once.len() / 5, "{} of {}", refused.len(), once.len());
    let sent_again = again.iter().filter(|(event, times)| **times > once[*event]);
    assert_eq!(sent_again.map(|(event, _)| event.clone()).collect::<HashSet<_>>(), refused);
}

#[tokio::test]
async fn what_is_refused_is_counted_by_its_code_and_not_sent_again() {
    let refuses = |event: &Value| if event["event"] == "OrderShipped" { "rejected" } else { "accepted" };
    let server = TestServer::start(move |request: Recorded| async move { reply(&events(&request), refuses) }).await;
    let shop = run_orders(&server, &[]).await;
    let sent = sent(&server);
    assert_eq!((shop.rejected_by_code["in_future"], shop.retries), (shop.rejected, 0));
    assert_eq!((shop.accepted + shop.rejected, shop.events), (shop.events, sent.values().sum()));
    assert!(shop.rejected > 5 && !shop.is_complete());

    let server = TestServer::start(|request: Recorded| async move { reply(&events(&request), |_| "rejected") }).await;
    let shop = run_orders(&server, &[]).await;
    assert_eq!(
        (shop.rejected, shop.accepted, shop.retries),
        (shop.events, 0, 0),
        "a request of which nothing is taken"
    );
}

#[tokio::test]
async fn the_same_run_and_time_base_is_the_same_events_and_another_shares_none() {
    let server =
        async || TestServer::start(|request: Recorded| async move { reply(&events(&request), |_| "accepted") }).await;
    let send = async |words: &[&str]| {
        let server = server().await;
        let shop = run_orders(&server, words).await;
        (sent(&server), shop)
    };
    let monday = ["--run", "monday", "--until", "2026-11-21T10:20:30Z"];
    let (first, shop) = send(&monday).await;
    let (again, _) = send(&monday).await;
    assert!(first == again);
    assert_eq!(shop.planted.len(), 3);
    // In the analytics format a product has no event id: the same product at the same time is the same event.
    let with_ids = |sent: &HashMap<String, usize>| -> HashSet<String> {
        sent.keys().filter(|event| !event.contains("PRODUCT_CREATED")).cloned().collect()
    };
    for other in [
        ["--run", "monday", "--until", "2026-11-21T10:20:31Z"],
        ["--run", "tuesday", "--until", "2026-11-21T10:20:30Z"],
    ] {
        let (other, _) = send(&other).await;
        assert!(with_ids(&first).is_disjoint(&with_ids(&other)));
    }
}

#[tokio::test]
async fn an_api_without_the_route_fails_the_run_with_the_reason() {
    let server = TestServer::always(404).await;
    let shop = run_orders(&server, &["--concurrency", "2"]).await;
    assert_eq!((shop.failed, shop.accepted), (shop.events, 0));
    assert!(shop.requests < 5 && shop.first_failure.unwrap().contains("404"));
}
