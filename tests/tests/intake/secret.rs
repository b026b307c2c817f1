//! The address key: read lazily, once, and by version.

use std::time::{Duration, Instant};

use testkit::{TestSecret, TestServer};
use tokio::net::TcpListener;

use crate::stage::{Stage, login, shipped, statuses};

const KEYS: &str =
    r#"{"address_hash_key_1":"the first secret of the tests","address_hash_key_2":"the second secret of the tests"}"#;

async fn stage_with(secret: &TestSecret) -> Stage {
    Stage::with(&[("APP_SECRET_ARN", secret.arn())]).await
}

#[tokio::test]
async fn a_secret_that_cannot_be_used_is_named_in_the_log_and_read_again_when_it_is_mended() {
    let secret = TestSecret::create(&[]).await;
    let mut stage = stage_with(&secret).await;
    for (text, reason) in [
        ("no json", "it must be a JSON object of texts"),
        ("{}", "address_hash_key_1 is missing: invoke migrate"),
        (r#"{"address_hash_key_1":"s3cret"}"#, "address_hash_key_1 must have at least 16 bytes"),
        (r#"{"address_hash_key_1":"0123456789abcdef","address_hash_version":"2"}"#, "address_hash_key_2 is missing"),
        (r#"{"address_hash_version":"s3cret"}"#, "address_hash_version must be a number, such as 1"),
    ] {
        secret.replace(text).await;
        let reply = stage.post(&[shipped(1)]).await;
        assert_eq!(reply.refusal(), "500 internal: an error on our side", "{text}");
        stage.function.output_with(reason).await;
    }
    assert_eq!(stage.queue.depth().await, 0);
    secret.replace(KEYS).await;
    assert_eq!(statuses(&stage.post(&[shipped(1)]).await), ["accepted"]);
    assert!(!stage.function.output().contains("s3cret"));
    // and it is not read again
    secret.replace("{}").await;
    assert_eq!(statuses(&stage.post(&[shipped(2)]).await), ["accepted"]);
}

#[tokio::test]
async fn without_secrets_manager_the_function_starts_and_asks_for_another_try() {
    // The listener never accepts; the server responds, but with a failure.
    let silent = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let silent = format!("http://{}", silent.local_addr().unwrap());
    let failing = TestServer::always(500).await;
    for url in [&*silent, failing.url(), "http://127.0.0.1:1"] {
        let mut stage = Stage::with(&[("AWS_ENDPOINT_URL_SECRETS_MANAGER", url)]).await;
        let started = Instant::now();
        let reply = stage.post(&[shipped(1)]).await;
        assert_eq!(reply.refusal(), "503 unavailable: the service is not ready; send the request again");
        assert!(
            started.elapsed() < Duration::from_secs(8),
            "an HTTP function has ten seconds: {:?}",
            started.elapsed()
        );
    }
}

#[tokio::test]
async fn a_new_version_of_the_key_makes_no_strangers_before_somebody_says_so() {
    let secret = TestSecret::create(&[]).await;
    let mut hashes = Vec::new();
    for version in [None, Some("1"), Some("2")] {
        let mut keys: serde_json::Value = serde_json::from_str(KEYS).unwrap();
        if let Some(version) = version {
            keys["address_hash_version"] = version.into();
        }
        secret.replace(&keys.to_string()).await;
        let mut stage = stage_with(&secret).await;
        assert_eq!(statuses(&stage.post(&[login("ann@example.com")]).await), ["accepted"]);
        let database = stage.project_with(&[("APP_SECRET_ARN", secret.arn())]).await;
        hashes.extend(database.rows("SELECT subject_id FROM analytic.shop_event").await);
    }
    assert!(hashes[0].starts_with("email:1:") && hashes[2].starts_with("email:2:"), "{hashes:?}");
    assert_eq!(hashes[0], hashes[1]);
    assert_ne!(hashes[0]["email:1:".len()..], hashes[2]["email:2:".len()..]);
}
