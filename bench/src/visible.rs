//! End to end: from the POST to the score in the database, through the deployed local stack, one event at a time.
//!
//! Most of the time is waiting: the queue's batching window is a second. The functions are the deployed ones.

use std::time::{Duration, Instant};

use contracts::Route;
use reqwest::Client;
use serde_json::json;
use testkit::Stack;
use tokio::process::Command;
use tokio_postgres::NoTls;
use uuid::Uuid;

use crate::figure::Figure;
use crate::rig::Rig;
use crate::sample::percentile;

/// Events of each round.
const EVENTS_PER_ROUND: usize = 20;
/// An event that is not visible by then aborts the measurement.
const WAIT_LIMIT: Duration = Duration::from_secs(60);

/// Measures the time to the reply and to the visible score.
pub(crate) async fn measure(rig: &Rig) -> Vec<Figure> {
    let stack = Stack::get();
    let (database, connection) = tokio_postgres::connect(stack.database_url(), NoTls).await.unwrap();
    tokio::spawn(connection);
    rustls::crypto::aws_lc_rs::default_provider().install_default().ok();
    let (client, token) = (Client::new(), token().await);
    let url = format!("{}{}", stack.entry("api_url"), Route::RecordInteractions.path());
    let visible = database.prepare("SELECT FROM analytic.product_popularity WHERE id = $1").await.unwrap();
    let (mut replied, mut scored) = (Vec::new(), Vec::new());
    for event in 0..=rig.rounds * EVENTS_PER_ROUND {
        let product = Uuid::now_v7();
        let body = json!({ "interactions": [{ "event_type": "view", "ref_type": "Product", "ref_id": product }] });
        let started = Instant::now();
        let reply = client.post(&url).bearer_auth(&token).body(body.to_string()).send().await.unwrap();
        let reply_seconds = started.elapsed().as_secs_f64();
        assert_eq!(reply.status(), 200);
        while database.query_opt(&visible, &[&product]).await.unwrap().is_none() {
            assert!(started.elapsed() < WAIT_LIMIT, "the score is not there after {WAIT_LIMIT:?}");
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        // The first starts the environments.
        if event > 0 {
            replied.push(reply_seconds * 1e3);
            scored.push(started.elapsed().as_secs_f64() * 1e3);
        }
    }
    let figure = |what: &str, values: &[f64], percent| {
        Figure::alone("visible", format!("{what}, p{percent}"), "ms", percentile(values, percent))
    };
    let mut figures = Vec::new();
    for percent in [50, 99] {
        figures.push(figure("POST to reply", &replied, percent));
        figures.push(figure("POST to visible score (window 1 s)", &scored, percent));
    }
    figures
}

/// A shopper's token of the stack that the description belongs to.
async fn token() -> String {
    let description = std::env::var("SHOPSIGNAL_STACK_FILE").unwrap();
    let stack = std::path::Path::new(&description).parent().and_then(|folder| folder.file_name()).unwrap();
    let output = Command::new("target/local/local-stack")
        .arg("--stack")
        .arg(stack)
        .args(["token", "shopper"])
        .output()
        .await
        .unwrap();
    assert!(output.status.success(), "no token: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}
