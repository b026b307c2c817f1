//! Postgres down, unresponsive, locked, or refusing one item: a 2xx means stored, and anything else can be retried.

use std::time::{Duration, Instant};

use serde_json::{Value, json};
use testkit::{Function, HttpReply, TestProxy};
use tokio::net::TcpListener;

use crate::stage::{Stage, by_shopper, refusal, results, statuses, view, with};

fn assert_unavailable(reply: &HttpReply) {
    assert_eq!(refusal(reply), "503 unavailable: the log cannot be reached; send the request again");
    assert_eq!(reply.header("retry-after"), "1");
}

async fn send(function: &mut Function, items: &[Value]) -> HttpReply {
    function.request(&by_shopper(items)).await
}

#[tokio::test]
async fn with_postgres_down_a_request_gets_a_503_and_loses_nothing_when_sent_again() {
    let stage = Stage::set().await;
    let (postgres, url) = TestProxy::of_url(stage.database.url()).await;
    let mut function = stage.another_function(&[("DATABASE_URL", &url)]).await;
    assert_eq!(statuses(&send(&mut function, &[view(1)]).await), ["accepted"]);

    postgres.cut();
    for _ in 0..3 {
        assert_unavailable(&send(&mut function, &[view(1), view(2)]).await);
    }
    assert_eq!(stage.counts().await, [1, 1, 2]);

    postgres.restore();
    assert_eq!(statuses(&send(&mut function, &[view(1), view(2)]).await), ["duplicate", "accepted"]);
    assert_eq!(stage.counts().await, [2, 2, 4]);
    assert_eq!(stage.popularity.depth().await, 2);
}

#[tokio::test]
async fn a_function_that_starts_while_postgres_is_down_works_once_it_is_back() {
    let stage = Stage::set().await;
    let (postgres, url) = TestProxy::of_url(stage.database.url()).await;
    postgres.cut();
    let mut function = stage.another_function(&[("DATABASE_URL", &url)]).await;
    assert_unavailable(&send(&mut function, &[view(1)]).await);
    postgres.restore();
    assert_eq!(statuses(&send(&mut function, &[view(1)]).await), ["accepted"]);
}

#[tokio::test]
async fn a_postgres_that_never_answers_is_abandoned_in_time() {
    let stage = Stage::set().await;
    let silent = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let url = format!("postgres://postgres@{}/nothing?sslmode=disable", silent.local_addr().unwrap());
    let mut function = stage.another_function(&[("DATABASE_URL", &url)]).await;
    let started = Instant::now();
    assert_unavailable(&send(&mut function, &[view(1)]).await);
    assert!(started.elapsed() < Duration::from_secs(5), "{:?}", started.elapsed());
}

#[tokio::test]
async fn an_answer_that_is_lost_after_the_commit_stores_nothing_twice() {
    let stage = Stage::set().await;
    let (postgres, url) = TestProxy::of_url(stage.database.url()).await;
    let mut function = stage.another_function(&[("DATABASE_URL", &url)]).await;
    send(&mut function, &[view(0)]).await;
    let mut without_id = view(1);
    without_id.as_object_mut().unwrap().remove("event_id");

    postgres.lose_next_answer();
    let reply = send(&mut function, &[view(1), without_id]).await;

    // The statement was sent again over a new connection, and finds the rows of the first one.
    assert!(postgres.has_sprung());
    assert_eq!((reply.status, statuses(&reply)), (200, vec!["duplicate".to_owned(); 2]));
    assert_eq!(stage.counts().await, [3, 3, 6]);
}

#[tokio::test]
async fn a_connection_that_died_while_idle_is_replaced_before_anybody_notices() {
    let mut stage = Stage::set().await;
    stage.record(&[view(0)]).await;
    for number in 1..4 {
        let killed = "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
                      WHERE datname = current_database() AND pid <> pg_backend_pid()";
        assert_eq!(stage.database.number(killed).await, 1, "an environment holds one connection");
        assert_eq!(statuses(&stage.record(&[view(number)]).await), ["accepted"]);
    }
    assert_eq!(stage.counts().await, [4, 4, 8]);
}

#[tokio::test]
async fn a_statement_that_waits_too_long_is_answered_and_a_retry_finds_what_became_of_it() {
    let mut stage = Stage::set().await;
    stage.record(&[view(1)]).await;
    stage.database.execute("BEGIN; LOCK TABLE analytic.interaction_key").await;

    let started = Instant::now();
    assert_unavailable(&stage.record(&[view(2)]).await);
    // API Gateway would give up at ten seconds, without our envelope.
    assert!(started.elapsed() < Duration::from_millis(9_500), "{:?}", started.elapsed());

    stage.database.execute("COMMIT").await;
    let again = stage.record(&[view(2)]).await;
    assert!(["accepted", "duplicate"].contains(&statuses(&again)[0].as_str()), "{again:?}");
    assert_eq!(stage.counts().await, [2, 2, 4]);
}

#[tokio::test]
async fn an_item_that_postgres_refuses_is_rejected_alone() {
    let mut stage = Stage::set().await;
    stage.database.execute("ALTER TABLE analytic.interaction ADD CHECK (metadata->>'kind' <> 'poison')").await;
    let items: Vec<Value> = (0..20)
        .map(|n| with(view(n), "metadata", json!({ "kind": if n == 7 || n == 19 { "poison" } else { "food" } })))
        .collect();

    let reply = stage.record(&items).await;

    let statuses = statuses(&reply);
    let refused: Vec<_> = (0..20).filter(|n| statuses[*n] != "accepted").collect();
    assert_eq!((reply.status, refused), (200, vec![7, 19]), "{statuses:?}");
    insta::assert_snapshot!(results(&reply)[7]["message"].as_str().unwrap(), @"the item cannot be stored (sqlstate 23514)");
    assert_eq!(stage.counts().await, [18, 18, 36]);
    assert_eq!((stage.popularity.depth().await, stage.catalog.depth().await), (18, 18));
}

#[tokio::test]
async fn a_schema_that_is_not_ours_is_an_error_on_our_side() {
    let mut stage = Stage::set().await;
    stage.database.execute("ALTER TABLE analytic.pending RENAME TO elsewhere").await;
    let reply = stage.record(&[view(1)]).await;
    assert_eq!(refusal(&reply), "500 internal: an error on our side");
    stage.database.execute("ALTER TABLE analytic.elsewhere RENAME TO pending").await;
    assert_eq!(stage.counts().await, [0, 0, 0], "nothing is stored without its pending rows");
}
