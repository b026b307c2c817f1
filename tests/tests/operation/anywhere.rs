//! The command outside of a checkout: nothing but the binary and the environment, as on a bastion.

use std::process::Output;

use tempfile::TempDir;
use testkit::{Recorded, TestDatabase, TestQueue, TestSecret, TestServer, TestTable, shopsignal};
use uuid::Uuid;

use crate::shop::{product, record_and_apply};

/// An empty folder, and what the environment names.
struct Bastion {
    folder: TempDir,
    variables: Vec<(&'static str, String)>,
}

impl Bastion {
    async fn run(&self, words: &[&str]) -> Output {
        let mut command = shopsignal();
        command.current_dir(self.folder.path()).args(words);
        command.envs(self.variables.iter().map(|(name, value)| (*name, value.as_str())));
        command.output().await.unwrap()
    }

    /// Runs what must succeed and returns what it wrote.
    async fn say(&self, words: &[&str]) -> String {
        let output = self.run(words).await;
        assert!(output.status.success(), "{words:?}: {output:?}");
        String::from_utf8(output.stdout).unwrap()
    }
}

async fn queues() -> Vec<(&'static str, String)> {
    let mut variables = Vec::new();
    for name in [
        "POPULARITY_QUEUE_URL",
        "POPULARITY_DLQ_URL",
        "CATALOG_QUEUE_URL",
        "CATALOG_DLQ_URL",
        "ALERTS_QUEUE_URL",
        "ALERTS_DLQ_URL",
        "ORDER_EVENTS_QUEUE_URL",
        "ORDER_EVENTS_DLQ_URL",
        "MAINTENANCE_DLQ_URL",
    ] {
        variables.push((name, TestQueue::create().await.url().to_owned()));
    }
    variables
}

#[tokio::test]
async fn every_verb_works_in_an_empty_folder_with_the_environment_alone() {
    let (database, feed, secret) =
        (TestDatabase::create().await, TestTable::create().await, TestSecret::create(&[]).await);
    record_and_apply(&database, &[("view", product(0))]).await;
    let mut bastion = Bastion { folder: tempfile::tempdir().unwrap(), variables: queues().await };
    bastion.variables.extend([
        ("DATABASE_URL", database.url().to_owned()),
        ("CATALOG_TABLE", feed.name().to_owned()),
        ("APP_SECRET_ARN", secret.arn().to_owned()),
    ]);
    assert!(bastion.say(&["verify"]).await.contains("difference 0: nothing lost, nothing duplicated"));
    for line in ["popularity", "catalog", "alerts", "order-events", "maintenance"] {
        bastion.say(&["redrive", line, "--dry-run"]).await;
    }
    assert!(bastion.say(&["weights", "list"]).await.contains("add_to_cart"));
    bastion.say(&["weights", "set", "view=0.25"]).await;
    assert!(bastion.say(&["secret", "list"]).await.contains("alert_signing_key_1"));
    assert!(bastion.say(&["person", "export", "--account", &Uuid::now_v7().to_string()]).await.contains("\"version\""));
    assert!(bastion.say(&["cost"]).await.contains("US$ per million events"));
    assert_eq!(std::fs::read_dir(bastion.folder.path()).unwrap().count(), 0, "it leaves nothing behind");
    feed.delete().await;
}

#[tokio::test]
async fn a_database_is_reached_under_its_own_name_through_a_forwarded_port() {
    let database = TestDatabase::create().await;
    let url = database.url().replace("127.0.0.1", "database.internal") + "&hostaddr=127.0.0.1";
    let bastion = Bastion { folder: tempfile::tempdir().unwrap(), variables: vec![("DATABASE_URL", url)] };
    assert!(bastion.say(&["weights", "list"]).await.contains("add_to_cart"));
}

#[tokio::test]
async fn a_file_is_imported_in_an_empty_folder() {
    let api = TestServer::start(|request: Recorded| async move {
        let taken = serde_json::json!({ "data": { "results": [{ "index": 0, "status": "accepted" }] } });
        let status = if request.headers["authorization"] == "Bearer trusted" { 200 } else { 401 };
        TestServer::reply(status, taken.to_string())
    })
    .await;
    let variables =
        vec![("SHOPSIGNAL_API_URL", api.url().to_owned()), ("SHOPSIGNAL_TRUSTED_TOKEN", "trusted".to_owned())];
    let bastion = Bastion { folder: tempfile::tempdir().unwrap(), variables };
    let event = r#"{"event_type":"view","ref_type":"Product","ref_id":"1","occurred_at":"2026-01-01T00:00:00Z"}"#;
    std::fs::write(bastion.folder.path().join("events.ndjson"), format!("{event}\n")).unwrap();
    bastion.say(&["import", "events.ndjson"]).await;
    assert_eq!(api.requests().len(), 1);
}

#[tokio::test]
async fn without_a_deployment_it_says_that_one_must_be_named() {
    let bastion = Bastion { folder: tempfile::tempdir().unwrap(), variables: Vec::new() };
    for words in [&["verify"][..], &["weights", "list"], &["redrive", "catalog"], &["secret", "list"]] {
        let output = bastion.run(words).await;
        let said = String::from_utf8(output.stderr).unwrap();
        assert!(!output.status.success() && said.contains("a deployment must be named"), "{words:?}: {said}");
    }
}
