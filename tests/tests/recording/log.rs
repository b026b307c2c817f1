//! What the function writes: ids and counts, never what a person sent; and what is missing before it starts.

use serde_json::{Value, json};
use testkit::{Function, HttpEvent, Invoked};

use crate::stage::{SHOPPER, STRANGER, Stage, by_shopper, view, with};

/// Stands for everything that must not be logged.
const CANARY: &str = "cAnAry";
const ADDRESS: &str = "198.51.100.23";

/// Requests that carry a canary wherever a client can put one: stored, refused in part, refused as a whole.
fn requests() -> Vec<HttpEvent> {
    let item = |number| with(with(view(number), "session_id", CANARY), "metadata", json!({ CANARY: [CANARY] }));
    let category = |number| with(with(item(number), "ref_type", "Category"), "ref_id", CANARY);
    let bad = ["event_id", "event_type", "ref_id", "ref_type", "occurred_at", "account_id", "metadata", CANARY];
    let bad: Vec<Value> = bad.iter().map(|field| with(view(90), field, CANARY)).collect();
    let poison = with(view(8), "metadata", json!({ "poison": CANARY }));
    let foreign = json!({ "account_id": STRANGER, CANARY: CANARY, "interactions": [] }).to_string();
    let bodies = [CANARY.to_owned(), format!("{{\"{CANARY}"), format!("{{\"{CANARY}\":1}}"), foreign];
    let items = [vec![item(1), category(2)], [vec![item(3)], bad.clone()].concat(), bad, vec![poison, item(4)]];
    let whole = bodies.into_iter().map(|body| by_shopper(&[]).body(body));
    let all = items.iter().map(|items| by_shopper(items)).chain(whole);
    all.map(|request| {
        request
            .claim("email", CANARY)
            .header("authorization", &format!("Bearer {CANARY}"))
            .header("user-agent", CANARY)
            .header("cookie", CANARY)
            .header("x-forwarded-for", ADDRESS)
            .from_address(ADDRESS)
    })
    .collect()
}

async fn assert_silent(stage: &mut Stage) {
    for request in requests() {
        let reply = stage.send(&request).await;
        assert_ne!(reply.status, 500, "{reply:?}");
    }
    // The last line of the last request is its metric.
    let output = stage.output_with("RequestRefused").await;
    tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    for canary in [CANARY.to_lowercase().as_str(), ADDRESS, "198.51.100"] {
        let found: Vec<_> = output.lines().filter(|line| line.to_lowercase().contains(canary)).collect();
        assert!(found.is_empty(), "{canary} is logged: {found:#?}");
    }
}

#[tokio::test]
async fn the_log_holds_nothing_of_what_a_client_sent() {
    let mut stage = Stage::set().await;
    stage.database.execute("ALTER TABLE analytic.interaction ADD CHECK (NOT metadata ? 'poison')").await;
    assert_silent(&mut stage).await;
    let output = stage.output_with("\"recorded\"").await;
    assert!(output.contains("\"interaction.ids\"") && output.contains("\"request.id\""), "{output}");
}

#[tokio::test]
async fn the_log_says_who_called_by_a_pseudonym_under_the_id_of_the_request() {
    let mut stage = Stage::set().await;
    stage.record(&[view(1)]).await;
    let output = stage.output_with("\"recorded\"").await;
    let lines: Vec<Value> = output.lines().filter_map(|line| serde_json::from_str(line).ok()).collect();
    let of = |message: &str| lines.iter().find(|line| line["message"] == message).expect("a line");
    let (called, recorded) = (of("called"), of("recorded"));
    assert_eq!(called["request.id"], recorded["request.id"]);
    // printf 'principal:0192e4a0-0000-7000-8000-00000000000a' | sha256sum | cut -c1-16, as the runbook says
    assert_eq!(called["principal"], "0816b3fb9650f81a");
    assert!(!output.contains(&SHOPPER.to_string()), "{output}");
    stage.send(&HttpEvent::new("POST", "/api/v1/analytic/guest/interaction").body("{}".to_owned())).await;
    let output = stage.output_with("RequestRefused").await;
    assert_eq!(output.matches("principal").count(), 1, "a guest has none: {output}");
}

#[tokio::test]
async fn the_log_holds_nothing_of_what_a_client_sent_when_sqs_and_postgres_fail() {
    let mut stage = Stage::with(&[("AWS_ENDPOINT_URL_SQS", "http://127.0.0.1:1"), ("SEND_TIMEOUT_MS", "400")]).await;
    assert_silent(&mut stage).await;
    let mut stage = Stage::with(&[("DATABASE_URL", "postgres://postgres@127.0.0.1:1/none?sslmode=disable")]).await;
    assert_silent(&mut stage).await;
    stage.output_with("could not answer").await;
}

#[tokio::test]
async fn the_log_holds_nothing_of_what_a_client_sent_at_level_debug() {
    let mut stage = Stage::with(&[("AWS_LAMBDA_LOG_LEVEL", "DEBUG")]).await;
    assert_silent(&mut stage).await;
}

#[tokio::test]
async fn every_line_of_the_log_is_json() {
    let mut stage = Stage::set().await;
    for request in requests() {
        stage.send(&request).await;
    }
    let output = stage.output_with("RequestRefused").await;
    for line in output.lines() {
        assert!(serde_json::from_str::<Value>(line).is_ok_and(|line| line.is_object()), "{line}");
    }
    assert!(!output.contains(&SHOPPER.to_string()), "an account is a person");
}

#[tokio::test]
async fn a_function_without_its_settings_ends_at_once_and_names_all_that_is_missing() {
    let mut function = Function::start_without_defaults("record-interactions", &[]).await;
    assert_eq!(function.invoke(&by_shopper(&[view(1)]).event()).await, Invoked::Died);
    let output = function.output_with("SEND_TIMEOUT_MS").await;
    for name in
        ["DATABASE_URL", "POPULARITY_QUEUE_URL", "CATALOG_QUEUE_URL", "SEND_TIMEOUT_MS", "GUEST_EVENTS_PER_MINUTE"]
    {
        assert!(output.contains(name), "{name} is not named in {output}");
    }
}

#[tokio::test]
async fn a_setting_that_cannot_work_is_named_without_its_value() {
    let variables = [
        ("DATABASE_URL", "postgres://shop:cAnAry@db/analytic"),
        ("POPULARITY_QUEUE_URL", "http://localhost/000000000000/popularity"),
        ("CATALOG_QUEUE_URL", ""),
        ("SEND_TIMEOUT_MS", "0"),
        ("GUEST_EVENTS_PER_MINUTE", "many"),
    ];
    let mut function = Function::start("record-interactions", &variables).await;
    assert_eq!(function.invoke(&by_shopper(&[view(1)]).event()).await, Invoked::Died);
    let output = function.output_with("SEND_TIMEOUT_MS").await;
    assert!(
        ["sslmode", "CATALOG_QUEUE_URL is missing", "SEND_TIMEOUT_MS must be from"]
            .iter()
            .all(|message| output.contains(message)),
        "{output}"
    );
    assert!(!output.contains(CANARY), "{output}");
}
