//! The shipped update-catalog, against a catalog that gives every kind of response: each has its own outcome.

use std::time::Duration;

use cross_tests::shop::{Shop, hints, metric, product};
use testkit::{Function, Invoked, Recorded, Reply, TestServer, all_done, failed};

async fn behave(behaviour: &'static str, elsewhere: String) -> Reply {
    match behaviour {
        "a redirect" => {
            let mut reply = TestServer::reply(307, "");
            reply.headers_mut().insert("location", elsewhere.parse().unwrap());
            reply
        }
        "a body of 100 MB" => TestServer::reply(200, vec![b'x'; 100 * 1024 * 1024]),
        "silence" => std::future::pending().await,
        status => TestServer::reply(status.parse().unwrap(), ""),
    }
}

/// Starts a catalog with one response per interaction, by its position in the batch.
async fn catalog(first_id: i64, behaviours: &'static [&'static str], elsewhere: &TestServer) -> TestServer {
    let target = elsewhere.url().to_owned();
    TestServer::start(move |request| {
        let place = usize::try_from(key(&request) - first_id).unwrap();
        behave(behaviours[place], target.clone())
    })
    .await
}

fn key(request: &Recorded) -> i64 {
    request.headers["idempotency-key"].to_str().unwrap().parse().unwrap()
}

/// How often the catalog was called for an interaction.
fn calls(server: &TestServer, id: i64) -> usize {
    server.requests().iter().filter(|request| key(request) == id).count()
}

async fn start(shop: &Shop, server: &TestServer, concurrency: &str) -> Function {
    let url = format!("{}/Catalog/AddInteraction/send", server.url());
    let variables = [("CATALOG_URL", &*url), ("CATALOG_TIMEOUT_MS", "500"), ("CATALOG_CONCURRENCY", concurrency)];
    shop.start("update-catalog", &variables).await
}

async fn owed(shop: &Shop) -> Vec<String> {
    let owed = "SELECT interaction_id, coalesce(parked_reason, 'open') FROM analytic.pending
                WHERE sink = 'catalog' ORDER BY interaction_id";
    shop.database.rows(owed).await
}

#[tokio::test]
async fn what_is_confirmed_is_done_and_what_is_refused_is_parked_and_neither_is_told_again() {
    const BEHAVIOURS: &[&str] = &["200", "410", "409", "201", "422", "a body of 100 MB", "204", "400"];
    let shop = Shop::open().await;
    let ids = shop.record(&vec![("view", product(1)); BEHAVIOURS.len()]).await;
    let elsewhere = TestServer::always(200).await;
    let server = catalog(ids[0], BEHAVIOURS, &elsewhere).await;
    let mut teller = start(&shop, &server, "4").await;
    let parked = |place: usize| format!("{} | catalog_refused_{}", ids[place], BEHAVIOURS[place]);
    // when it comes twice
    for (delivered, newly_parked) in [(5.0, 3.0), (0.0, 0.0)] {
        assert_eq!(teller.invoke(&hints(&ids)).await, all_done());
        assert_eq!(shop.dead_letters.drain_dead_letters().await.len(), 3, "refused ones must reach the DLQ");
        assert_eq!(owed(&shop).await, [parked(1), parked(4), parked(7)]);
        assert_eq!(metric(&teller, "Delivered", ("Function", "update-catalog")).await, delivered);
        assert_eq!(metric(&teller, "Parked", ("Function", "update-catalog")).await, newly_parked);
    }
    // then
    assert!(ids.iter().all(|id| calls(&server, *id) == 1), "{:?}", server.requests());
}

#[tokio::test]
async fn what_fails_otherwise_comes_again_alone_and_is_not_parked() {
    const FAILURES: [&[&str]; 6] = [
        &["200", "404", "200"],
        &["200", "500", "200"],
        &["200", "429", "200"],
        &["200", "408", "200"],
        &["200", "a redirect", "200"],
        &["200", "silence", "200"],
    ];
    let shop = Shop::open().await;
    let elsewhere = TestServer::always(200).await;
    for behaviours in FAILURES {
        let ids = shop.record(&[("view", product(1)); 3]).await;
        let server = catalog(ids[0], behaviours, &elsewhere).await;
        let mut teller = start(&shop, &server, "4").await;
        assert_eq!(teller.invoke(&hints(&ids)).await, failed(&[1]), "{behaviours:?}");
        assert_eq!(owed(&shop).await, [format!("{} | open", ids[1])], "{behaviours:?}");
        // when it is redelivered, nothing succeeds: the invocation fails, so that polling backs off
        assert!(matches!(teller.invoke(&hints(&ids)).await, Invoked::Failed(_)), "{behaviours:?}");
        assert_eq!([calls(&server, ids[0]), calls(&server, ids[2])], [1, 1], "{behaviours:?}");
        // and when the catalog has recovered, it receives it
        let healthy = TestServer::always(200).await;
        assert_eq!(start(&shop, &healthy, "4").await.invoke(&hints(&ids)).await, all_done());
        assert_eq!(owed(&shop).await, [""; 0]);
    }
    assert!(elsewhere.requests().is_empty(), "a redirect was followed");
}

#[tokio::test]
async fn the_catalog_is_told_the_interaction_under_its_id() {
    let shop = Shop::open().await;
    let ids = shop.record(&[("purchase", product(7))]).await;
    let server = TestServer::always(202).await;
    assert_eq!(start(&shop, &server, "4").await.invoke(&hints(&ids)).await, all_done());
    let requests = server.requests();
    let [request] = &requests[..] else { panic!("{requests:?}") };
    assert_eq!((request.method.as_str(), &*request.target), ("POST", "/Catalog/AddInteraction/send"));
    assert_eq!(request.headers["content-type"], "application/json");
    let body: serde_json::Value = serde_json::from_str(&request.body).unwrap();
    assert_eq!(key(request), ids[0]);
    let names: Vec<_> = body.as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(
        names,
        ["account_id", "date_created", "event_type", "id", "metadata", "occurred_at", "ref_id", "ref_type"]
    );
    assert_eq!((&body["id"], &body["ref_id"]), (&ids[0].into(), &product(7).to_string().into()));
}

#[tokio::test]
async fn a_catalog_that_goes_down_amid_a_batch_fails_the_invocation_and_keeps_what_it_confirmed() {
    let shop = Shop::open().await;
    let ids = shop.record(&vec![("view", product(1)); 40]).await;
    let last_good = ids[9];
    let server = TestServer::start(move |request: Recorded| async move {
        TestServer::reply(if key(&request) <= last_good { 200 } else { 503 }, "")
    })
    .await;
    let mut teller = start(&shop, &server, "1").await;
    let said = teller.invoke(&hints(&ids)).await;
    let Invoked::Failed(error) = said else { panic!("{said:?}") };
    assert_eq!(error["errorMessage"], "could not get through to the catalog");
    let open: Vec<_> = ids[10..].iter().map(|id| format!("{id} | open")).collect();
    assert_eq!(owed(&shop).await, open, "confirmed rows are gone, and an outage parks nothing");
    // when SQS delivers all of it again to another environment and the catalog is back
    let healthy = TestServer::always(200).await;
    assert_eq!(start(&shop, &healthy, "4").await.invoke(&hints(&ids)).await, all_done());
    assert_eq!(owed(&shop).await, [""; 0]);
    assert_eq!(healthy.requests().len(), 30, "those confirmed before are not delivered again");
    assert!(ids[..10].iter().all(|id| calls(&healthy, *id) == 0));
}

#[tokio::test]
async fn a_catalog_that_answers_late_is_asked_again_under_the_same_key_and_owed_nothing() {
    let shop = Shop::open().await;
    let ids = shop.record(&[("view", product(1)); 5]).await;
    let asked = std::sync::Arc::new(std::sync::atomic::AtomicUsize::new(0));
    let server = TestServer::start(move |_: Recorded| {
        let first = asked.fetch_add(1, std::sync::atomic::Ordering::SeqCst) == 0;
        async move {
            tokio::time::sleep(Duration::from_millis(if first { 800 } else { 0 })).await;
            TestServer::reply(200, "")
        }
    })
    .await;
    assert_eq!(start(&shop, &server, "1").await.invoke(&hints(&ids)).await, all_done());
    assert_eq!(owed(&shop).await, [""; 0]);
    assert_eq!(ids.iter().map(|id| calls(&server, *id)).collect::<Vec<_>>(), [2, 1, 1, 1, 1]);
}
