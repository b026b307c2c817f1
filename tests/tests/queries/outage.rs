//! Postgres down and back, and missing settings.

use std::time::{Duration, Instant};

use serde_json::{Value, json};
use testkit::{Function, HttpEvent, HttpReply, Invoked, TestProxy};
use tokio::net::TcpListener;

use crate::stage::{Stage, TOP, product, refusal, start};

fn targets() -> [String; 4] {
    [
        TOP.to_owned(),
        format!("{TOP}?page=2&limit=1"),
        format!("/api/v1/analytic/popularity/{}", product(1)),
        "/health".to_owned(),
    ]
}

fn assert_unavailable(reply: &HttpReply) {
    assert_eq!(refusal(reply), "503 unavailable: the scores cannot be reached; try again");
    assert_eq!(reply.header("retry-after"), "1");
}

#[tokio::test]
async fn with_postgres_down_every_query_and_health_are_503_until_it_is_back() {
    let stage = Stage::with_products(&[(1, 0)]).await;
    let (postgres, url) = TestProxy::of_url(stage.database.url()).await;
    let mut function = start(&url).await;
    for round in 0..2 {
        for target in targets() {
            let reply = function.request(&HttpEvent::new("GET", &target)).await;
            assert_eq!(reply.status, 200, "round {round}: {reply:?}");
        }
        postgres.cut();
        for target in targets() {
            assert_unavailable(&function.request(&HttpEvent::new("GET", &target)).await);
        }
        postgres.restore();
    }
    let output = function.output();
    assert!(output.contains("could not answer"), "an outage is logged: {output}");
}

#[tokio::test]
async fn every_refusal_is_counted_and_an_error_is_logged_under_the_id_of_its_request() {
    let nowhere = "postgres://postgres@127.0.0.1:1/none?sslmode=disable";
    for (name, failing) in [("answer-queries", TOP), ("recommend", "/api/v1/analytic/recommendations/product/a")] {
        let mut function = Function::start(name, &[("DATABASE_URL", nowhere)]).await;
        for target in [failing, "/nowhere"] {
            function.request(&HttpEvent::new("GET", target)).await;
        }
        let output = function.output_with("not_found").await;
        let lines: Vec<Value> = output.lines().filter_map(|line| serde_json::from_str(line).ok()).collect();
        let logged: Vec<_> = lines.iter().filter(|line| line["message"] == "could not answer").collect();
        let counted: Vec<_> = lines.iter().filter(|line| line["RequestRefused"] == 1).collect();
        let codes: Vec<_> = counted.iter().map(|line| (&line["Function"], &line["Code"])).collect();
        assert_eq!(codes, [(&json!(name), &json!("unavailable")), (&json!(name), &json!("not_found"))]);
        assert_eq!(logged.len(), 1, "{output}");
        assert!(counted.iter().all(|line| line["request.id"].as_str().is_some_and(|id| !id.is_empty())), "{output}");
        assert_eq!(logged[0]["request.id"], counted[0]["request.id"], "{output}");
    }
}

#[tokio::test]
async fn without_postgres_a_wrong_request_is_still_a_wrong_request() {
    let mut function = start("postgres://postgres@127.0.0.1:1/none?sslmode=disable").await;
    for (target, status) in [(format!("{TOP}?limit=0"), 400), ("/nowhere".to_owned(), 404), ("/health".to_owned(), 503)]
    {
        assert_eq!(function.request(&HttpEvent::new("GET", &target)).await.status, status);
    }
}

#[tokio::test]
async fn a_postgres_that_never_answers_is_abandoned_in_time() {
    let silent = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let mut function = start(&format!("postgres://p@{}/none?sslmode=disable", silent.local_addr().unwrap())).await;
    let started = Instant::now();
    assert_unavailable(&function.request(&HttpEvent::new("GET", "/health")).await);
    assert!(started.elapsed() < Duration::from_secs(5), "{:?}", started.elapsed());
}

#[tokio::test]
async fn a_connection_that_died_while_idle_is_replaced_before_anybody_notices() {
    let mut stage = Stage::with_products(&[(1, 0)]).await;
    for target in targets() {
        assert_eq!(stage.get(&target).await.status, 200);
        let killed = "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
                      WHERE datname = current_database() AND pid <> pg_backend_pid()";
        assert_eq!(stage.database.number(killed).await, 1, "an environment holds one connection");
        assert_eq!(stage.get(&target).await.status, 200);
    }
}

#[tokio::test]
async fn a_schema_that_is_not_ours_is_an_error_on_our_side() {
    let mut stage = Stage::empty().await;
    stage.database.execute("DROP TABLE analytic.product_popularity CASCADE").await;
    assert_eq!(refusal(&stage.get(TOP).await), "500 internal: an error on our side");
}

#[tokio::test]
async fn a_function_without_its_settings_ends_at_once_and_names_what_is_missing() {
    let mut function = Function::start("answer-queries", &[]).await;
    assert_eq!(function.invoke(&HttpEvent::new("GET", "/health").event()).await, Invoked::Died);
    for _ in 0..500 {
        if function.output().contains("DATABASE_URL") {
            return;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("DATABASE_URL is not named: {}", function.output());
}
