//! The rate of hints and the limit per run.

use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use aws_sdk_sqs::{Client, config};
use cross_tests::shop::{Shop, hints};
use lambda_runtime::{Context, LambdaEvent};
use messaging::{AlertSender, HintSender, Queues};
use resend_pending::{Deps, Pace, handle};
use serde_json::json;
use testkit::{Function, Invoked, Recorded, TestProxy, TestQueue, TestServer, all_done};

use super::{hinted, overdue};

/// Reads how many hints rows had and how many seconds they wait for the next: `rows x hints: seconds`.
async fn waits(shop: &Shop) -> Vec<String> {
    let waits = "SELECT count(*) || ' x ' || hints || ': ' || round(extract(epoch FROM next_hint_at - now()) / 10) * 10
                 FROM analytic.pending GROUP BY hints, round(extract(epoch FROM next_hint_at - now()) / 10) ORDER BY 1";
    shop.database.rows(waits).await
}

async fn run(resender: &mut Function) -> serde_json::Value {
    resender.invoke(&json!({})).await.answer()
}

#[tokio::test]
async fn the_wait_for_the_next_hint_doubles_up_to_a_cap() {
    let shop = Shop::open().await;
    shop.record(&[("view", cross_tests::shop::product(1))]).await;
    assert_eq!(waits(&shop).await, ["2 x 1: 60"], "the first resend gives the direct hint a minute");
    let mut resender = shop.start("resend-pending", &[("RESEND_BACKOFF_CAP_SECONDS", "900")]).await;
    let mut seen = Vec::new();
    for _ in 0..6 {
        shop.database.let_hints_fall_due().await;
        assert_eq!(run(&mut resender).await["claimed"], 2);
        seen.extend(waits(&shop).await);
    }
    assert_eq!(seen, ["2 x 2: 120", "2 x 3: 240", "2 x 4: 480", "2 x 5: 900", "2 x 6: 900", "2 x 7: 900"]);
    // and however often, it does not overflow
    shop.database.execute("UPDATE analytic.pending SET hints = 2000000000").await;
    shop.database.let_hints_fall_due().await;
    assert_eq!(run(&mut resender).await["claimed"], 2);
    assert_eq!(waits(&shop).await, ["2 x 2000000001: 900"]);
}

#[tokio::test]
async fn each_row_backs_off_by_itself() {
    let shop = Shop::open().await;
    let old = overdue(&shop, 3).await;
    let mut resender = shop.start("resend-pending", &[]).await;
    run(&mut resender).await;
    shop.database.let_hints_fall_due().await;
    overdue(&shop, 2).await;
    run(&mut resender).await;
    assert_eq!(waits(&shop).await, ["4 x 2: 120", "6 x 3: 240"], "of 5 interactions, 3 of them older: {old:?}");
}

#[tokio::test]
async fn a_run_takes_no_more_rows_than_its_bound_and_the_oldest_first() {
    let shop = Shop::open().await;
    let ids = overdue(&shop, 50).await;
    let oldest = format!(
        "UPDATE analytic.pending SET next_hint_at = next_hint_at - interval '1 hour' WHERE interaction_id >= {}",
        ids[40]
    );
    shop.database.execute(&oldest).await;
    let mut resender = shop.start("resend-pending", &[("RESEND_MAX_ROWS", "20")]).await;
    assert_eq!(run(&mut resender).await, json!({"claimed": 20, "sent": 20, "failed": 0}));
    let hinted = hinted(&shop.popularity_queue).await;
    assert_eq!(hinted, super::once(&ids[40..]));
    for _ in 0..4 {
        assert_eq!(run(&mut resender).await["claimed"], 20);
    }
    assert_eq!(run(&mut resender).await["claimed"], 0);
}

#[tokio::test]
async fn a_bound_above_one_claim_is_kept_too() {
    let shop = Shop::open().await;
    overdue(&shop, 700).await;
    let mut resender = shop.start("resend-pending", &[("RESEND_MAX_ROWS", "1200")]).await;
    assert_eq!(run(&mut resender).await, json!({"claimed": 1200, "sent": 1200, "failed": 0}));
    assert_eq!(shop.popularity_queue.depth().await + shop.catalog_queue.depth().await, 1_200);
    assert_eq!(shop.database.number("SELECT count(*) FROM analytic.pending WHERE hints = 1").await, 200);
}

#[tokio::test]
async fn without_sqs_a_run_stops_after_one_claim_and_what_it_did_not_claim_stays_due() {
    let shop = Shop::open().await;
    overdue(&shop, 700).await;
    let sqs = TestServer::always(503).await;
    let variables = [("AWS_ENDPOINT_URL_SQS", sqs.url()), ("SEND_TIMEOUT_MS", "50")];
    let mut resender = shop.start("resend-pending", &variables).await;
    assert_eq!(run(&mut resender).await, json!({"claimed": 1000, "sent": 0, "failed": 1000}));
    assert_eq!(shop.database.number("SELECT count(*) FROM analytic.pending WHERE next_hint_at <= now()").await, 400);
    assert_eq!(shop.database.number("SELECT count(*) FROM analytic.pending").await, 1_400, "nothing is forgotten");
}

/// The dependencies of a run whose calls of SQS end after a second.
fn deps(shop: &Shop, sqs: &TestServer) -> Deps {
    let limit = Duration::from_secs(1);
    let settings = config::Builder::from(&TestQueue::aws()).endpoint_url(sqs.url());
    let client = Client::from_conf(settings.retry_config(config::retry::RetryConfig::disabled()).build());
    let queues = Queues::from_variables(&mut |_| Some("http://127.0.0.1:1/queue".to_owned())).unwrap();
    Deps {
        database: shop.database.store(),
        sender: HintSender::new(client.clone(), queues, limit),
        alerts: AlertSender::new(client, "http://127.0.0.1:1/alerts".to_owned(), limit),
        pace: Pace { max_rows: 20_000, backoff_cap_seconds: 900 },
    }
}

#[tokio::test]
async fn an_sqs_that_never_answers_leaves_time_to_measure() {
    let shop = Shop::open().await;
    overdue(&shop, 500).await;
    let silent = TestServer::start(|_| std::future::pending()).await;
    // given: half a second until the time that is reserved for the end
    let mut context = Context::default();
    let end = (SystemTime::now() + Duration::from_millis(10_500)).duration_since(UNIX_EPOCH).unwrap();
    context.deadline = u64::try_from(end.as_millis()).unwrap();
    let started = Instant::now();
    // when
    let answer = handle(&deps(&shop, &silent), LambdaEvent::new(json!({}), context)).await.unwrap();
    // then: one round of calls, where all of them would have taken five
    assert!(started.elapsed() < Duration::from_secs(4), "{:?}", started.elapsed());
    assert_eq!(answer, json!({ "claimed": 1000, "sent": 0, "failed": 1000 }));
    assert_eq!(silent.requests().len(), 20);
}

#[tokio::test]
async fn one_queue_that_is_away_does_not_keep_the_other_from_its_hints() {
    let shop = Shop::open().await;
    let ids = overdue(&shop, 15).await;
    let (queue, emulator) = (shop.catalog_queue.clone(), testkit::TestQueue::client());
    let popularity = shop.popularity_queue.url().to_owned();
    let sqs = TestServer::start(move |request: Recorded| {
        let (queue, emulator, popularity) = (queue.clone(), emulator.clone(), popularity.clone());
        async move {
            let call: serde_json::Value = serde_json::from_str(&request.body).unwrap();
            if call["QueueUrl"] == popularity {
                return TestServer::reply(500, "");
            }
            let mut taken = Vec::new();
            for entry in call["Entries"].as_array().unwrap() {
                let body = entry["MessageBody"].as_str().unwrap();
                emulator.send_message().queue_url(queue.url()).message_body(body).send().await.unwrap();
                taken.push(json!({"Id": entry["Id"], "MessageId": "1", "MD5OfMessageBody": ""}));
            }
            TestServer::reply(200, json!({"Successful": taken, "Failed": []}).to_string())
        }
    })
    .await;
    let variables = [("AWS_ENDPOINT_URL_SQS", sqs.url()), ("SEND_TIMEOUT_MS", "1000")];
    let answer = run(&mut shop.start("resend-pending", &variables).await).await;
    assert_eq!(answer, json!({"claimed": 30, "sent": 15, "failed": 15}));
    assert_eq!(hinted(&shop.catalog_queue).await, super::once(&ids));
}

#[tokio::test]
async fn without_postgres_the_run_fails_and_the_next_takes_over() {
    let shop = Shop::open().await;
    let ids = overdue(&shop, 5).await;
    let (proxy, url) = TestProxy::of_url(shop.database.url()).await;
    proxy.cut();
    let mut resender = shop.start("resend-pending", &[("DATABASE_URL", &url)]).await;
    assert!(matches!(resender.invoke(&json!({})).await, Invoked::Failed(_)));
    proxy.restore();
    assert_eq!(run(&mut resender).await["sent"], 10);
    assert_eq!(hinted(&shop.popularity_queue).await, super::once(&ids));
}

#[tokio::test]
async fn a_claim_that_was_made_and_lost_is_only_late() {
    let shop = Shop::open().await;
    let ids = overdue(&shop, 5).await;
    let (proxy, url) = TestProxy::of_url(shop.database.url()).await;
    let mut resender = shop.start("resend-pending", &[("DATABASE_URL", &url)]).await;
    run(&mut resender).await;
    shop.database.let_hints_fall_due().await;
    // given: Postgres commits the claim, and its response is lost
    proxy.lose_next_answer();
    run(&mut resender).await;
    assert!(proxy.has_sprung());
    shop.popularity_queue.drain().await;
    // when its backoff is over
    shop.database.let_hints_fall_due().await;
    run(&mut resender).await;
    // then
    assert_eq!(hinted(&shop.popularity_queue).await, super::once(&ids));
    assert_eq!(shop.start_scorer().await.invoke(&hints(&ids)).await, all_done());
    shop.assert_all_scored_exactly().await;
}
