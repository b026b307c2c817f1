//! Batches of hints against real Postgres and a catalog that answers as each test wants.
#![expect(clippy::unwrap_used, reason = "a test that cannot set its stage fails where it stands")]

use std::fs;
use std::num::NonZeroUsize;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use catalog::{Catalog, HttpCatalog, HttpSettings};
use domain::{Caller, NewInteraction, RefType, Reference};
use lambda_runtime::{Context, LambdaEvent};
use serde_json::{Value, json};
use store::Database;
use store::interaction::{Origin, Recorded};
use testkit::{Function, Invoked, TestDatabase, TestServer, hint, sqs_event};
use update_catalog::{Deps, handle};
use uuid::Uuid;

const PENDING: &str =
    "SELECT interaction_id, coalesce(parked_reason, 'open') FROM analytic.pending WHERE sink = 'catalog' ORDER BY 1";

/// Records views and returns their ids.
async fn record(database: &TestDatabase, count: usize) -> Vec<i64> {
    let view = || NewInteraction {
        event_id: Uuid::now_v7(),
        event_type: "view".parse().unwrap(),
        reference: Reference::new(RefType::Category, "shoes").unwrap(),
        session_id: Some("s-1".to_owned()),
        metadata: r#"{"note":"canary-7391"}"#.to_owned(),
        occurred_at: None,
    };
    let items: Vec<_> = (0..count).map(|_| view()).collect();
    let origin = Origin { caller: Caller::Guest, user_agent: None, ip_address: None };
    let recorded = store::interaction::record(&database.store(), &items, &origin).await.unwrap();
    let ids = recorded.into_iter().map(|recorded| match recorded {
        Recorded::New(id) => id.0,
        other => panic!("{other:?}"),
    });
    ids.collect()
}

fn deps(database: Database, server: &TestServer) -> Deps {
    let settings = HttpSettings {
        url: server.url().parse().unwrap(),
        call_timeout: Duration::from_secs(1),
        concurrency: NonZeroUsize::new(4).unwrap(),
        pause: Duration::from_secs(10),
    };
    Deps { database, catalog: Catalog::Http(HttpCatalog::new(settings)) }
}

/// Answers by the interaction's id.
async fn catalog_of(status: impl Fn(i64) -> u16 + Clone + Send + Sync + 'static) -> TestServer {
    TestServer::start(move |request| {
        let status = status(request.headers["idempotency-key"].to_str().unwrap().parse().unwrap());
        async move { TestServer::reply(status, "") }
    })
    .await
}

fn heard(server: &TestServer) -> Vec<i64> {
    let requests = server.requests();
    let ids = requests.iter().map(|request| request.headers["idempotency-key"].to_str().unwrap().parse().unwrap());
    let mut ids: Vec<i64> = ids.collect();
    ids.sort_unstable();
    ids
}

/// Invokes the handler with 20 s left.
async fn invoke(deps: &Deps, event: Value) -> Result<Vec<String>, String> {
    invoke_with(deps, event, Duration::from_secs(20)).await
}

/// Invokes the handler and returns the failed message ids.
async fn invoke_with(deps: &Deps, event: Value, left: Duration) -> Result<Vec<String>, String> {
    let deadline = (SystemTime::now() + left).duration_since(UNIX_EPOCH).unwrap();
    let mut context = Context::default();
    context.deadline = u64::try_from(deadline.as_millis()).unwrap();
    let event = LambdaEvent::new(serde_json::from_value(event).unwrap(), context);
    let answer = handle(deps, event).await.map_err(|error| error.to_string())?;
    Ok(answer.batch_item_failures.into_iter().map(|failure| failure.item_identifier).collect())
}

fn hints(ids: &[i64]) -> Value {
    sqs_event(&ids.iter().map(|id| hint(*id)).collect::<Vec<_>>())
}

#[tokio::test]
async fn what_the_catalog_confirms_leaves_pending() {
    let (database, server) = (TestDatabase::create().await, catalog_of(|_| 200).await);
    let ids = record(&database, 10).await;
    assert_eq!(invoke(&deps(database.store(), &server), hints(&ids)).await, Ok(vec![]));
    assert_eq!(heard(&server), ids);
    assert!(database.rows(PENDING).await.is_empty());
    let others = database.number("SELECT count(*) FROM analytic.pending WHERE sink = 'popularity'").await;
    assert_eq!(others, 10, "the other sink's rows are not ours to touch");
}

#[tokio::test]
async fn a_batch_that_comes_again_in_another_order_is_told_nothing_new() {
    let (database, server) = (TestDatabase::create().await, catalog_of(|_| 201).await);
    let mut ids = record(&database, 5).await;
    let deps = deps(database.store(), &server);
    assert_eq!(invoke(&deps, hints(&ids)).await, Ok(vec![]));
    ids.reverse();
    assert_eq!(invoke(&deps, hints(&ids)).await, Ok(vec![]));
    assert_eq!(server.requests().len(), 5);
}

#[tokio::test]
async fn a_repeated_an_unknown_and_an_unreadable_message_harm_no_neighbour() {
    let (database, server) = (TestDatabase::create().await, catalog_of(|_| 200).await);
    let ids = record(&database, 2).await;
    let bodies = [hint(ids[0]), "not json".to_owned(), hint(ids[0]), hint(987_654), hint(ids[1])];
    assert_eq!(invoke(&deps(database.store(), &server), sqs_event(&bodies)).await, Ok(vec!["m1".to_owned()]));
    assert_eq!(heard(&server), ids);
    assert!(database.rows(PENDING).await.is_empty());
}

#[tokio::test]
async fn a_refused_interaction_is_parked_and_not_offered_again() {
    let database = TestDatabase::create().await;
    let ids = record(&database, 3).await;
    let bad = ids[1];
    let server = catalog_of(move |id| if id == bad { 404 } else { 200 }).await;
    let deps = deps(database.store(), &server);
    for _ in 0..2 {
        assert_eq!(invoke(&deps, hints(&ids)).await, Ok(vec!["m1".to_owned()]), "its message must reach the DLQ");
        assert_eq!(database.rows(PENDING).await, [format!("{bad} | catalog_refused_404")]);
    }
    assert_eq!(heard(&server), ids, "the catalog was offered a parked interaction");
}

#[tokio::test]
async fn an_interaction_that_fails_alone_comes_again_alone() {
    let database = TestDatabase::create().await;
    let ids = record(&database, 5).await;
    let bad = ids[3];
    let server = catalog_of(move |id| if id == bad { 503 } else { 200 }).await;
    assert_eq!(invoke(&deps(database.store(), &server), hints(&ids)).await, Ok(vec!["m3".to_owned()]));
    assert_eq!(database.rows(PENDING).await, [format!("{bad} | open")]);
}

#[tokio::test]
async fn a_catalog_that_is_down_fails_the_invocation_and_parks_nothing() {
    let (database, server) = (TestDatabase::create().await, catalog_of(|_| 500).await);
    let ids = record(&database, 20).await;
    let error = invoke(&deps(database.store(), &server), hints(&ids)).await.unwrap_err();
    assert_eq!(error, "could not get through to the catalog");
    assert_eq!(database.rows(PENDING).await, ids.iter().map(|id| format!("{id} | open")).collect::<Vec<_>>());
}

#[tokio::test]
async fn what_was_confirmed_before_the_catalog_went_down_is_done() {
    let database = TestDatabase::create().await;
    let ids = record(&database, 40).await;
    let last_good = ids[3];
    let server = catalog_of(move |id| if id <= last_good { 200 } else { 500 }).await;
    invoke(&deps(database.store(), &server), hints(&ids)).await.unwrap_err();
    let open = database.rows(PENDING).await;
    assert_eq!(open, ids[4..].iter().map(|id| format!("{id} | open")).collect::<Vec<_>>());
}

#[tokio::test]
async fn postgres_down_fails_the_invocation_and_the_catalog_hears_nothing() {
    let server = catalog_of(|_| 200).await;
    // Nothing listens on a port that was free a moment ago.
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let url = format!("postgres://postgres@127.0.0.1:{port}/postgres?sslmode=disable");
    let database = Database::new(store::Settings::new(&url, None, false).unwrap(), None);
    let error = invoke(&deps(database, &server), hints(&[1])).await.unwrap_err();
    assert_eq!(error, "could not use the pending rows");
    assert!(server.requests().is_empty());
}

#[tokio::test]
async fn work_stops_in_time_to_answer() {
    let database = TestDatabase::create().await;
    let ids = record(&database, 100).await;
    let server = TestServer::start(|_| async {
        tokio::time::sleep(Duration::from_millis(200)).await;
        TestServer::reply(200, "")
    });
    let deps = deps(database.store(), &server.await);
    let started = Instant::now();
    let failed = invoke_with(&deps, hints(&ids), Duration::from_secs(3)).await.unwrap();
    assert!(started.elapsed() < Duration::from_millis(1_500), "took {:?}", started.elapsed());
    let open = database.rows(PENDING).await.len();
    assert_eq!(failed.len(), open);
    assert!((80..100).contains(&open), "{open} of 100 are left after about a second, four at a time in 0.2 s");
}

#[tokio::test]
async fn two_consumers_with_the_same_messages_leave_nothing_behind() {
    let (database, server) = (TestDatabase::create().await, catalog_of(|_| 200).await);
    let ids = record(&database, 30).await;
    let (one, two) = (deps(database.store(), &server), deps(database.store(), &server));
    let (first, second) = tokio::join!(invoke(&one, hints(&ids)), invoke(&two, hints(&ids)));
    assert_eq!((first, second), (Ok(vec![]), Ok(vec![])));
    let mut heard = heard(&server);
    heard.dedup();
    assert_eq!(heard, ids);
    assert!(database.rows(PENDING).await.is_empty());
}

#[tokio::test]
async fn every_sample_event_is_handled() {
    let (database, server) = (TestDatabase::create().await, catalog_of(|_| 200).await);
    let deps = deps(database.store(), &server);
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../events/update-catalog");
    for file in fs::read_dir(folder).unwrap() {
        let path = file.unwrap().path();
        let event: Value = serde_json::from_slice(&fs::read(&path).unwrap()).unwrap();
        let unreadable = path.ends_with("with-unreadable.json");
        let failed = invoke(&deps, event).await.unwrap();
        assert_eq!(!failed.is_empty(), unreadable, "{}: {failed:?}", path.display());
    }
    assert!(server.requests().is_empty(), "none of the samples is in the database");
}

#[tokio::test]
async fn the_shipped_binary_delivers_and_its_log_ties_ids_together_without_content() {
    let (database, server) = (TestDatabase::create().await, catalog_of(|_| 200).await);
    let ids = record(&database, 2).await;
    let mut function = Function::start(
        "update-catalog",
        &[
            ("DATABASE_URL", database.url()),
            ("CATALOG_URL", server.url()),
            ("CATALOG_TIMEOUT_MS", "1000"),
            ("CATALOG_CONCURRENCY", "4"),
        ],
    )
    .await;
    let bodies = [hint(ids[0]), r#"{"canary-7391""#.to_owned(), hint(ids[1])];
    let answer = function.invoke(&sqs_event(&bodies)).await;
    assert_eq!(answer, Invoked::Answered(json!({"batchItemFailures": [{"itemIdentifier": "m1"}]})));
    assert!(database.rows(PENDING).await.is_empty());
    let output = function.output();
    let ids = format!("[{}, {}]", ids[0], ids[1]);
    for expected in
        [&*ids, "1-5759e988-bd862e3fe1be46a994272793", r#""Delivered":2"#, r#""Unreadable":1"#, "CatalogLatency"]
    {
        assert!(output.contains(expected), "{expected} is missing: {output}");
    }
    assert!(!output.contains("canary-7391"), "content was logged: {output}");
}
