//! The shipped binary: its settings, and what must not appear in its log.

use std::time::Duration;

use testkit::{Function, Invoked, TestDatabase, TestSecret, TestServer, all_done, eventually};

use crate::stage::{KEY, PENDING, find, heard, hints, names, webhook_of};

async fn start(database: &TestDatabase, server: &TestServer) -> Function {
    let url = format!("{}/hook/s3cret?key=s3cret", server.url());
    let secret = TestSecret::create(&[("alert_slack_url", &url)]).await;
    let variables = [
        ("DATABASE_URL", database.url()),
        ("APP_SECRET_ARN", secret.arn()),
        ("ALERT_HOSTS", "127.0.0.1"),
        ("ALERT_TIMEOUT_MS", "1000"),
        ("DEAD_LETTER_QUEUE_URL", "http://127.0.0.1:1/dlq"),
    ];
    Function::start("send-alerts", &variables).await
}

#[tokio::test]
async fn the_binary_sends_and_keeps_addresses_and_keys_to_itself() {
    let (database, slack) = (TestDatabase::create().await, webhook_of(|_| 200).await);
    let ids = find(&database, 0..2).await;
    let mut function = start(&database, &slack).await;
    assert_eq!(function.invoke(&hints(&ids)).await, all_done());
    assert_eq!(heard(&slack), names(&ids));
    // A webhook that no longer exists: its address is in the client's error.
    let more = find(&database, 2..3).await;
    let url = slack.url().to_owned();
    drop(slack);
    assert!(matches!(function.invoke(&hints(&more)).await, Invoked::Failed(_)));
    let output = function.output();
    assert!(output.contains("could not deliver an alert to any webhook"), "{output}");
    for secret in ["s3cret", KEY, url.trim_start_matches("http://")] {
        assert!(!output.contains(secret), "{secret}: {output}");
    }
    assert_eq!(database.rows(PENDING).await, [format!("{} |  | open | t", more[0])]);
}

#[tokio::test]
async fn a_process_that_is_killed_while_it_sends_leaves_the_alert_to_be_sent_again() {
    let database = TestDatabase::create().await;
    let silent = TestServer::start(|_| std::future::pending()).await;
    let ids = find(&database, 0..1).await;
    let mut function = start(&database, &silent).await;
    let said = function.begin(&hints(&ids));
    eventually("a request", Duration::from_secs(10), async || silent.requests().first().map(|_| ())).await;
    function.kill().await;
    drop(said);
    assert_eq!(database.rows(PENDING).await, [format!("{} |  | open | f", ids[0])], "leased by a dead one");
    database.execute("UPDATE analytic.pending_alert SET leased_until = now()").await;
    let slack = webhook_of(|_| 200).await;
    let mut function = start(&database, &slack).await;
    assert_eq!(function.invoke(&hints(&ids)).await, all_done());
    assert_eq!(heard(&slack), names(&ids));
}
