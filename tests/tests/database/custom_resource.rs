//! migrate as CloudFormation calls it: an answer at the URL of the request, whatever happens, and in time.

use std::time::{Duration, Instant};

use serde_json::{Value, json};
use testkit::{Function, Invoked, RELEASE, TestDatabase, TestServer};

/// The lock that all runs of migrate take, whatever their version.
const LOCK: &str = "SELECT pg_advisory_lock(6001133709884475214)";

fn request(kind: &str, release: &str, server: &TestServer) -> Value {
    json!({
        "RequestType": kind, "ResponseURL": format!("{}/answer?Signature=s%2Fx%3D", server.url()), "StackId": "arn:stack",
        "RequestId": "request-1", "ResourceType": "Custom::Migration", "LogicalResourceId": "Migration",
        "ResourceProperties": {"ServiceToken": "arn:function", "Release": release},
    })
}

/// The only answer that was put.
fn answer(server: &TestServer) -> Value {
    let requests = server.requests();
    let [put] = &requests[..] else { panic!("one answer: {requests:?}") };
    assert_eq!(
        (put.method.as_str(), put.target.as_str()),
        ("PUT", "/answer?Signature=s%2Fx%3D"),
        "the URL as it was given"
    );
    assert!(put.headers.get("content-type").is_none(), "the URL is signed without a content type");
    let answer: Value = serde_json::from_str(&put.body).unwrap();
    assert_eq!(
        (&answer["PhysicalResourceId"], &answer["StackId"], &answer["RequestId"], &answer["LogicalResourceId"]),
        (&json!("schema"), &json!("arn:stack"), &json!("request-1"), &json!("Migration"))
    );
    answer
}

/// A server of Postgres that does not exist.
const NOWHERE: &str = "postgres://postgres@127.0.0.1:1/none?sslmode=disable";

#[tokio::test]
async fn a_creation_migrates_and_an_update_finds_nothing_to_do() {
    let (database, server) = (TestDatabase::create_empty().await, TestServer::always(200).await);
    let mut migrate = Function::start("migrate", &[("DATABASE_URL", database.url())]).await;
    migrate.invoke(&request("Create", RELEASE, &server)).await.answer();
    let said = answer(&server);
    assert_eq!(said["Status"], "SUCCESS", "{said}");
    assert!(said["Data"]["Applied"].as_str().unwrap().starts_with("V1__interactions, "), "{said}");
    assert_eq!(database.number("SELECT count(*) FROM analytic.event_weight").await, 24);

    let server = TestServer::always(200).await;
    migrate.invoke(&request("Update", RELEASE, &server)).await.answer();
    assert_eq!(answer(&server)["Data"]["Applied"], "nothing to apply");
    assert!(!migrate.output().contains("Signature"), "whoever has the URL can answer");
}

#[tokio::test]
async fn a_deletion_and_a_request_for_another_release_touch_nothing() {
    let mut migrate = Function::start("migrate", &[("DATABASE_URL", NOWHERE)]).await;
    for (kind, release) in [("Delete", RELEASE), ("Delete", "aaaaaaaaaa"), ("Update", "aaaaaaaaaa")] {
        let server = TestServer::always(200).await;
        migrate.invoke(&request(kind, release, &server)).await.answer();
        assert_eq!(answer(&server)["Status"], "SUCCESS", "{kind} of {release}");
    }
}

#[tokio::test]
async fn a_migration_that_fails_fails_the_deployment_with_its_reason() {
    let (database, server) = (TestDatabase::create().await, TestServer::always(200).await);
    database.execute("UPDATE refinery_schema_history SET checksum = '1' WHERE version = 2").await;
    let mut migrate = Function::start("migrate", &[("DATABASE_URL", database.url())]).await;
    let outcome = migrate.invoke(&request("Update", RELEASE, &server)).await;
    assert!(matches!(outcome, Invoked::Failed(_)), "its alarm rings as well: {outcome:?}");
    let said = answer(&server);
    let reason = said["Reason"].as_str().unwrap();
    assert!(said["Status"] == "FAILED" && reason.starts_with("could not apply the migrations: "), "{said}");
    assert!(reason.contains("V2__popularity") && reason.len() < 1000, "{reason}");

    let server = TestServer::always(200).await;
    let mut migrate = Function::start("migrate", &[("DATABASE_URL", NOWHERE)]).await;
    migrate.invoke(&request("Update", RELEASE, &server)).await;
    let said = answer(&server);
    assert!(said["Reason"].as_str().unwrap().starts_with("could not reach postgres"), "{said}");
}

#[tokio::test]
async fn what_does_not_end_is_cancelled_and_answered_before_the_time_is_over() {
    let (database, server) = (TestDatabase::create().await, TestServer::always(200).await);
    let other = database.connect().await;
    other.batch_execute(LOCK).await.unwrap();
    let start = Instant::now();
    let mut migrate = Function::start("migrate", &[("DATABASE_URL", database.url())]).await;
    migrate.invoke(&request("Update", RELEASE, &server)).await;
    let said = answer(&server);
    assert_eq!(said["Status"], "FAILED");
    assert!(said["Reason"].as_str().unwrap().starts_with("could not apply the migrations within"), "{said}");
    assert!(start.elapsed() < Duration::from_secs(19), "invocations of tests announce 20 s: {:?}", start.elapsed());
    let waiting = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted AND database =
        (SELECT oid FROM pg_database WHERE datname = current_database())";
    let end = Duration::from_secs(5);
    testkit::eventually("the end of its statement", end, async || (database.number(waiting).await == 0).then_some(()))
        .await;
}

#[tokio::test]
async fn a_new_stack_is_given_time_until_its_permissions_are_in_force() {
    let (database, server) = (TestDatabase::create_empty().await, TestServer::always(200).await);
    let (proxy, url) = testkit::TestProxy::of_url(database.url()).await;
    proxy.cut();
    let mut migrate = Function::start("migrate", &[("DATABASE_URL", &url)]).await;
    let said = migrate.begin(&request("Create", RELEASE, &server));
    migrate.output_with("could not migrate yet").await;
    proxy.restore();
    said.await.unwrap().unwrap();
    assert_eq!(answer(&server)["Status"], "SUCCESS");
}

#[tokio::test]
async fn an_answer_that_does_not_arrive_is_sent_again() {
    let first = std::sync::Arc::new(std::sync::atomic::AtomicBool::new(true));
    let server = TestServer::start(move |_| {
        let status = if first.swap(false, std::sync::atomic::Ordering::SeqCst) { 503 } else { 200 };
        async move { TestServer::reply(status, "") }
    })
    .await;
    let mut migrate = Function::start("migrate", &[("DATABASE_URL", NOWHERE)]).await;
    migrate.invoke(&request("Delete", RELEASE, &server)).await.answer();
    let requests = server.requests();
    assert!(requests.len() == 2 && requests[0].body == requests[1].body, "{requests:?}");

    // nobody listens, or everybody on the way could: the invocation fails
    for url in ["http://127.0.0.1:1/x", "http://s3.example.com/x"] {
        let mut event = request("Delete", RELEASE, &server);
        event["ResponseURL"] = url.into();
        let outcome = migrate.invoke(&event).await;
        assert!(matches!(outcome, Invoked::Failed(_)), "{url}: {outcome:?}");
    }
}

#[tokio::test]
async fn the_previous_release_accepts_a_schema_that_is_ahead_of_it() {
    let (database, server) = (TestDatabase::create().await, TestServer::always(200).await);
    database
        .execute(
            "ALTER TABLE analytic.product_popularity ADD COLUMN of_the_next_release bigint;
             INSERT INTO refinery_schema_history (version, name, applied_on, checksum)
             VALUES (4711, 'of_the_next_release', '2030-01-01T00:00:00Z', '1')",
        )
        .await;
    let mut migrate = Function::start("migrate", &[("DATABASE_URL", database.url())]).await;
    migrate.invoke(&request("Update", RELEASE, &server)).await.answer();
    assert_eq!(answer(&server)["Status"], "SUCCESS");
}
