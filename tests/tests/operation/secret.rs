//! What an operator does with the secret: webhooks and keys, one command each.

use std::process::Stdio;

use testkit::{TestSecret, shopsignal};
use tokio::io::AsyncWriteExt;

/// Runs a command with a given standard input; returns whether it succeeded, and its output.
async fn run(secret: &TestSecret, arguments: &[&str], text: &str) -> (bool, String) {
    let mut command = shopsignal();
    command.arg("secret").args(arguments).env("APP_SECRET_ARN", secret.arn());
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    // A command that rejects its arguments may have ended already.
    child.stdin.take().unwrap().write_all(text.as_bytes()).await.ok();
    let output = child.wait_with_output().await.unwrap();
    let wrote = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    (output.status.success(), wrote)
}

async fn names(secret: &TestSecret) -> String {
    run(secret, &["list"], "").await.1.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[tokio::test]
async fn a_webhook_is_set_and_removed_and_never_shown() {
    let secret = TestSecret::create(&[]).await;
    let (set, wrote) = run(&secret, &["set", "alert_slack_url"], "https://hooks.slack.com/services/s3cret\n").await;
    assert!(set && !wrote.contains("s3cret"), "{wrote}");
    assert_eq!(secret.texts().await["alert_slack_url"], "https://hooks.slack.com/services/s3cret");
    assert_eq!(names(&secret).await, "address_hash_key_1 alert_signing_key_1 alert_slack_url");
    for (name, text) in
        [("alert_slack_url", "http://hooks.slack.com/x"), ("address_hash_key_1", "mine"), ("slack", "https://x")]
    {
        let (set, wrote) = run(&secret, &["set", name], text).await;
        assert!(!set, "{name}: {wrote}");
    }
    assert!(run(&secret, &["set", "alert_slack_url"], "").await.0);
    assert_eq!(names(&secret).await, "address_hash_key_1 alert_signing_key_1");
}

#[tokio::test]
async fn a_signing_key_is_replaced_by_adding_handing_out_and_removing() {
    let secret = TestSecret::create(&[]).await;
    assert_eq!(
        run(&secret, &["add-version", "alert_signing_key"], "").await,
        (true, "added alert_signing_key_2\n".to_owned())
    );
    // until it is removed, the old one signs as well
    assert_eq!(names(&secret).await, "address_hash_key_1 alert_signing_key_1 alert_signing_key_2");
    let (_, shown) = run(&secret, &["show", "alert_signing_key_2"], "").await;
    assert_eq!(shown.trim().len(), 64, "{shown}");
    assert!(run(&secret, &["remove-version", "1"], "").await.0);
    assert_eq!(names(&secret).await, "address_hash_key_1 alert_signing_key_2");
    let (removed, wrote) = run(&secret, &["remove-version", "2"], "").await;
    assert!(!removed && wrote.contains("it must keep a version of alert_signing_key"), "{wrote}");
}

#[tokio::test]
async fn the_version_in_force_must_exist() {
    let secret = TestSecret::create(&[]).await;
    let (set, wrote) = run(&secret, &["set", "address_hash_version"], "2").await;
    assert!(!set && wrote.contains("address_hash_version must be one of [1]"), "{wrote}");
    assert!(run(&secret, &["add-version", "address_hash_key"], "").await.0);
    assert!(run(&secret, &["set", "address_hash_version"], "2").await.0);
    assert_eq!(secret.texts().await["address_hash_version"], "2");
}
