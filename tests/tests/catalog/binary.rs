//! The shipped binary: killed in the middle, writing the feed, and what it logs.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::SeqCst};
use std::time::Duration;

use testkit::{
    Function, Invoked, TestDatabase, TestQueue, TestServer, TestTable, all_done, eventually, hint, sqs_event,
};

use crate::stage::{PENDING, catalog_of, heard, hints, record};

/// Starts the shipped binary.
async fn start(database: &TestDatabase, server: &TestServer, dead_letters: &TestQueue) -> Function {
    let variables = [
        ("DEAD_LETTER_QUEUE_URL", dead_letters.url()),
        ("DATABASE_URL", database.url()),
        ("CATALOG_URL", server.url()),
        ("CATALOG_TIMEOUT_MS", "5000"),
        ("CATALOG_CONCURRENCY", "1"),
    ];
    Function::start("update-catalog", &variables).await
}

#[tokio::test]
async fn a_crash_before_the_outcome_is_noted_tells_the_catalog_again_under_the_same_key() {
    let database = TestDatabase::create().await;
    let (ids, dead_letters) = (record(&database, 2).await, TestQueue::create().await);
    let (silent, second) = (Arc::new(AtomicBool::new(true)), ids[1].to_string());
    let switch = Arc::clone(&silent);
    let server = TestServer::start(move |request| {
        let holds = request.headers["idempotency-key"] == second && switch.load(SeqCst);
        async move {
            if holds {
                std::future::pending::<()>().await;
            }
            TestServer::reply(200, "")
        }
    })
    .await;
    let mut function = start(&database, &server, &dead_letters).await;
    let said = function.begin(&hints(&ids));
    eventually("two requests", Duration::from_secs(10), async || (server.requests().len() == 2).then_some(())).await;
    function.kill().await;
    drop(said);
    assert_eq!(database.rows(PENDING).await.len(), 2, "nothing was noted before the crash");

    silent.store(false, SeqCst);
    let mut function = start(&database, &server, &dead_letters).await;
    assert_eq!(function.invoke(&hints(&ids)).await, all_done());
    assert!(database.rows(PENDING).await.is_empty());
    assert_eq!(heard(&server), [ids[0], ids[0], ids[1], ids[1]]);
}

#[tokio::test]
async fn the_shipped_binary_delivers_and_its_log_ties_ids_together_without_content() {
    let (database, server) = (TestDatabase::create().await, catalog_of(|_| 200).await);
    let (ids, dead_letters) = (record(&database, 2).await, TestQueue::create().await);
    let mut function = start(&database, &server, &dead_letters).await;
    let bodies = [hint(ids[0]), r#"{"canary-7391""#.to_owned(), hint(ids[1])];
    let answer = function.invoke(&sqs_event(&bodies)).await;
    assert_eq!(answer, all_done());
    assert_eq!(dead_letters.drain_dead_letters().await, [format!("unreadable {}", bodies[1])]);
    assert!(database.rows(PENDING).await.is_empty());
    let output = function.output_with("delivered").await;
    let ids = format!("[{},{}]", ids[0], ids[1]);
    for expected in
        [&*ids, "1-5759e988-bd862e3fe1be46a994272793", r#""Delivered":2"#, r#""Unreadable":1"#, r#""DeadLettered":1"#]
    {
        assert!(output.contains(expected), "{expected} is missing: {output}");
    }
    assert!(!output.contains("canary-7391"), "content was logged: {output}");
}

#[tokio::test]
async fn a_setting_that_cannot_be_used_ends_the_start_and_the_log_names_it() {
    let variables = [
        ("DATABASE_URL", "postgres://nobody@127.0.0.1/none?sslmode=disable"),
        ("DEAD_LETTER_QUEUE_URL", "http://127.0.0.1:1/dlq"),
        ("CATALOG_URL", "http://catalog.internal/s3cret"),
        ("CATALOG_TIMEOUT_MS", "5000"),
        ("CATALOG_CONCURRENCY", "4"),
    ];
    let mut function = Function::start("update-catalog", &variables).await;
    assert_eq!(function.invoke(&hints(&[1])).await, Invoked::Died);
    let output = function.output_with("could not start").await;
    let line = output.lines().find(|line| line.contains("could not start")).unwrap();
    let line: serde_json::Value = serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"));
    assert!(line.to_string().contains("CATALOG_URL is malformed: must begin with https://"), "{line}");
    assert!(!output.contains("s3cret"), "{output}");
}

#[tokio::test]
async fn with_the_feed_every_interaction_is_in_it_and_none_is_pending() {
    let (database, table) = (TestDatabase::create().await, TestTable::create().await);
    let ids = record(&database, 60).await;
    let variables = [
        ("DATABASE_URL", database.url()),
        ("DEAD_LETTER_QUEUE_URL", "http://127.0.0.1:1/dlq"),
        ("CATALOG_URL", ""),
        ("CATALOG_FEED", "true"),
        ("CATALOG_TABLE", table.name()),
        ("CATALOG_TIMEOUT_MS", "5000"),
        ("CATALOG_CONCURRENCY", "4"),
    ];
    let mut function = Function::start("update-catalog", &variables).await;
    for _ in 0..2 {
        assert_eq!(function.invoke(&hints(&ids)).await, all_done());
        assert!(database.rows(PENDING).await.is_empty());
    }
    assert_eq!(table.ids().await, ids);
    table.delete().await;
}
