//! The shipped binary: killed in the middle, writing the feed, and what it logs.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::SeqCst};
use std::time::Duration;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::{AttributeDefinition, BillingMode, KeySchemaElement, KeyType, ScalarAttributeType};
use serde_json::json;
use testkit::{Function, Invoked, TestDatabase, TestQueue, TestServer, hint, sqs_event};
use uuid::Uuid;

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
    while server.requests().len() < 2 {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    function.kill().await;
    drop(said);
    assert_eq!(database.rows(PENDING).await.len(), 2, "nothing was noted before the crash");

    silent.store(false, SeqCst);
    let mut function = start(&database, &server, &dead_letters).await;
    assert_eq!(function.invoke(&hints(&ids)).await, Invoked::Answered(json!({"batchItemFailures": []})));
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
    assert_eq!(answer, Invoked::Answered(json!({"batchItemFailures": []})));
    assert_eq!(dead_letters.drain_dead_letters().await, [format!("unreadable {}", bodies[1])]);
    assert!(database.rows(PENDING).await.is_empty());
    let output = output_with(&function, "delivered").await;
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

/// Waits for a line of the log, read from a pipe, and returns everything up to it.
async fn output_with(function: &Function, text: &str) -> String {
    for _ in 0..200 {
        if function.output().contains(text) {
            break;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    function.output()
}

/// Creates a table with the key schema of the template.
async fn create_table() -> (Client, String) {
    let (client, table) = (Client::new(&TestQueue::aws()), format!("feed-{}", Uuid::now_v7()));
    let mut create = client.create_table().table_name(&table).billing_mode(BillingMode::PayPerRequest);
    for (name, key) in [("pk", KeyType::Hash), ("sk", KeyType::Range)] {
        let attribute = AttributeDefinition::builder().attribute_name(name).attribute_type(ScalarAttributeType::S);
        let key = KeySchemaElement::builder().attribute_name(name).key_type(key);
        create = create.attribute_definitions(attribute.build().unwrap()).key_schema(key.build().unwrap());
    }
    create.send().await.unwrap();
    (client, table)
}

#[tokio::test]
async fn without_a_catalog_url_every_interaction_is_in_the_feed_and_none_is_pending() {
    let (database, (client, table)) = (TestDatabase::create().await, create_table().await);
    let ids = record(&database, 60).await;
    let variables = [
        ("DATABASE_URL", database.url()),
        ("DEAD_LETTER_QUEUE_URL", "http://127.0.0.1:1/dlq"),
        ("CATALOG_URL", ""),
        ("CATALOG_TABLE", &table),
        ("CATALOG_TIMEOUT_MS", "5000"),
        ("CATALOG_CONCURRENCY", "4"),
    ];
    let mut function = Function::start("update-catalog", &variables).await;
    for _ in 0..2 {
        assert_eq!(function.invoke(&hints(&ids)).await, Invoked::Answered(json!({"batchItemFailures": []})));
        assert!(database.rows(PENDING).await.is_empty());
    }
    let items = client.scan().table_name(&table).send().await.unwrap().items.unwrap_or_default();
    let mut written: Vec<i64> = items.iter().map(|item| item["id"].as_n().unwrap().parse().unwrap()).collect();
    written.sort_unstable();
    assert_eq!(written, ids);
    client.delete_table().table_name(&table).send().await.unwrap();
}
