//! Batches of hints against real Postgres and a catalog that responds as each test wants.

use std::fs;
use std::time::{Duration, Instant};

use serde_json::Value;
use store::Database;
use testkit::template::repository;
use testkit::{TestDatabase, TestServer, hint, sqs_event};

use crate::stage::{PENDING, catalog_of, deps, heard, hints, invoke, invoke_with, record};

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
async fn what_an_outside_catalog_confirms_is_noted_as_being_there() {
    let database = TestDatabase::create().await;
    let ids = record(&database, 6).await;
    let (refused, later) = (ids[2], ids[4]);
    let status = move |id| {
        if id == refused {
            422
        } else if id == later {
            503
        } else {
            200
        }
    };
    let server = catalog_of(status).await;
    invoke(&deps(database.store(), &server), hints(&ids)).await.unwrap();
    let noted = database.rows("SELECT interaction_ids FROM analytic.catalog_delivery").await;
    let range = |from: i64, to: i64| format!("[{from},{to})");
    assert_eq!(
        noted,
        [format!("{{{},{},{}}}", range(ids[0], ids[2]), range(ids[3], ids[4]), range(ids[5], ids[5] + 1))]
    );
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
    let server = catalog_of(move |id| if id == bad { 410 } else { 200 }).await;
    let deps = deps(database.store(), &server);
    for _ in 0..2 {
        assert_eq!(invoke(&deps, hints(&ids)).await, Ok(vec!["m1".to_owned()]), "its message must reach the DLQ");
        assert_eq!(database.rows(PENDING).await, [format!("{bad} | catalog_refused_410")]);
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
    // Nothing listens on a port that was free just now.
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
    })
    .await;
    let deps = deps(database.store(), &server);
    let started = Instant::now();
    let failed = invoke_with(&deps, hints(&ids), Duration::from_secs(3)).await.unwrap();
    assert!(started.elapsed() < Duration::from_secs(2), "took {:?}", started.elapsed());
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
    let folder = repository().join("events/update-catalog");
    for file in fs::read_dir(folder).unwrap() {
        let path = file.unwrap().path();
        let event: Value = serde_json::from_slice(&fs::read(&path).unwrap()).unwrap();
        let unreadable = path.ends_with("with-unreadable.json");
        let failed = invoke(&deps, event).await.unwrap();
        assert_eq!(!failed.is_empty(), unreadable, "{}: {failed:?}", path.display());
    }
    assert!(server.requests().is_empty(), "none of the samples is in the database");
}
