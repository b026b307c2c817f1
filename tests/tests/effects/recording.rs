//! record-interactions killed, disconnected or retried: what it stored has its effects once.

use std::sync::Arc;
use std::sync::atomic::{AtomicI32, AtomicUsize, Ordering::SeqCst};
use std::time::{Duration, Instant};

use cross_tests::shop::{Shop, hints, product};
use rand::prelude::*;
use rand_chacha::ChaCha8Rng;
use rustix::process::{Pid, Signal, kill_process};
use serde_json::{Value, json};
use testkit::{Function, HttpEvent, Invoked, Recorded, TestProxy, TestServer, all_done, hint, sqs_event};
use uuid::Uuid;

/// A process that a server may kill. It is named after both were started.
#[derive(Clone, Default)]
struct Victim(Arc<AtomicI32>);

impl Victim {
    fn name(&self, function: &Function) {
        self.0.store(i32::try_from(function.pid()).unwrap(), SeqCst);
    }

    fn kill(&self) {
        kill_process(Pid::from_raw(self.0.load(SeqCst)).unwrap(), Signal::KILL).unwrap();
    }
}

/// A request of a signed-in shopper with these event ids.
fn request(event_ids: &[Uuid]) -> Value {
    let items: Vec<_> = event_ids
        .iter()
        .zip(0u128..)
        .map(|(id, n)| json!({"event_id": id, "event_type": "view", "ref_type": "Product", "ref_id": product(n % 9)}))
        .collect();
    HttpEvent::new("POST", "/api/v1/analytic/interaction")
        .account(product(99))
        .body(json!({ "interactions": items }).to_string())
        .event()
}

fn event_ids(count: usize) -> Vec<Uuid> {
    (0..count).map(|_| Uuid::now_v7()).collect()
}

/// Runs resend-pending once everything is due, then update-popularity with what is in its queue.
async fn resend_and_score(shop: &Shop) {
    shop.database.let_hints_fall_due().await;
    shop.start("resend-pending", &[]).await.invoke(&json!({})).await.answer();
    score_what_is_queued(shop).await;
}

async fn score_what_is_queued(shop: &Shop) {
    let messages = shop.popularity_queue.drain().await;
    let bodies: Vec<_> = messages.into_iter().map(|message| message.body.unwrap()).collect();
    assert_eq!(shop.start_scorer().await.invoke(&sqs_event(&bodies)).await, all_done());
}

/// Checks that this many events are stored, each with its pending effects.
async fn assert_stored_and_owed(shop: &Shop, events: i64) {
    let counts = "SELECT (SELECT count(*) FROM analytic.interaction), (SELECT count(*) FROM analytic.interaction_key),
                         (SELECT count(*) FROM analytic.pending WHERE sink = 'popularity'),
                         (SELECT count(*) FROM analytic.pending WHERE sink = 'catalog')";
    assert_eq!(shop.database.rows(counts).await, [format!("{events} | {events} | {events} | {events}")]);
}

fn status_of(said: Invoked) -> Value {
    said.answer()["statusCode"].clone()
}

#[tokio::test]
async fn killed_between_commit_and_send_nothing_is_forgotten() {
    let shop = Shop::open().await;
    // given: the first call to SQS comes after the commit, and kills the sender
    let victim = Victim::default();
    let killer = victim.clone();
    let sqs = TestServer::start(move |_: Recorded| {
        killer.kill();
        std::future::pending()
    })
    .await;
    let mut recorder = shop.start("record-interactions", &[("AWS_ENDPOINT_URL_SQS", sqs.url())]).await;
    victim.name(&recorder);
    // when
    assert_eq!(recorder.invoke(&request(&event_ids(25))).await, Invoked::Died);
    // then
    assert_stored_and_owed(&shop, 25).await;
    assert_eq!([shop.popularity_queue.depth().await, shop.catalog_queue.depth().await], [0, 0]);
    resend_and_score(&shop).await;
    assert_eq!(shop.catalog_queue.drain().await.len(), 25);
    assert_eq!(shop.database.number("SELECT sum(view_count) FROM analytic.product_popularity").await, 25);
    shop.assert_all_scored_exactly().await;
}

#[tokio::test]
async fn killed_between_the_queues_the_first_counts_once_and_the_second_hears_later() {
    let shop = Shop::open().await;
    // given: the popularity queue accepts its messages; the call for the catalog queue kills the sender
    let victim = Victim::default();
    let (killer, queue, took) = (victim.clone(), shop.popularity_queue.clone(), Arc::new(AtomicUsize::new(0)));
    let sqs = TestServer::start(move |request: Recorded| {
        let (killer, queue, took) = (killer.clone(), queue.clone(), Arc::clone(&took));
        async move {
            let call: Value = serde_json::from_str(&request.body).unwrap();
            if call["QueueUrl"] == queue.url() {
                for entry in call["Entries"].as_array().unwrap() {
                    queue.send(entry["MessageBody"].as_str().unwrap()).await;
                    took.fetch_add(1, SeqCst);
                }
                return std::future::pending().await;
            }
            let end = Instant::now() + Duration::from_secs(5);
            while took.load(SeqCst) < 25 {
                assert!(Instant::now() < end, "the first call does not come");
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
            killer.kill();
            std::future::pending().await
        }
    })
    .await;
    let mut recorder =
        shop.start("record-interactions", &[("AWS_ENDPOINT_URL_SQS", sqs.url()), ("SEND_TIMEOUT_MS", "5000")]).await;
    victim.name(&recorder);
    // when
    assert_eq!(recorder.invoke(&request(&event_ids(25))).await, Invoked::Died);
    // then
    assert_stored_and_owed(&shop, 25).await;
    score_what_is_queued(&shop).await;
    shop.assert_all_scored_exactly().await;
    let scores = shop.popularity().await;
    resend_and_score(&shop).await;
    assert_eq!(shop.popularity().await, scores);
    assert_eq!(shop.catalog_queue.drain().await.len(), 25, "the catalog hears of all");
}

#[tokio::test]
async fn without_sqs_recording_succeeds_and_the_hints_come_later() {
    let shop = Shop::open().await;
    let sqs = TestServer::always(503).await;
    let variables = [("AWS_ENDPOINT_URL_SQS", sqs.url()), ("SEND_TIMEOUT_MS", "300")];
    let mut recorder = shop.start("record-interactions", &variables).await;
    assert_eq!(status_of(recorder.invoke(&request(&event_ids(25))).await), 200);
    assert!(!sqs.requests().is_empty());
    assert_stored_and_owed(&shop, 25).await;
    // when SQS is back
    resend_and_score(&shop).await;
    shop.assert_all_scored_exactly().await;
    assert_eq!(shop.catalog_queue.drain().await.len(), 25);
}

#[tokio::test]
async fn an_sqs_that_never_answers_does_not_hold_the_shopper_up() {
    let shop = Shop::open().await;
    let sqs = TestServer::start(|_: Recorded| std::future::pending()).await;
    let variables = [("AWS_ENDPOINT_URL_SQS", sqs.url()), ("SEND_TIMEOUT_MS", "300")];
    let mut recorder = shop.start("record-interactions", &variables).await;
    let started = Instant::now();
    assert_eq!(status_of(recorder.invoke(&request(&event_ids(100))).await), 200);
    assert!(started.elapsed() < Duration::from_secs(2), "took {:?}", started.elapsed());
    assert_stored_and_owed(&shop, 100).await;
}

#[tokio::test]
async fn a_commit_whose_answer_is_lost_is_stored_once() {
    let shop = Shop::open().await;
    let (proxy, url) = TestProxy::of_url(shop.database.url()).await;
    let mut recorder = shop.start("record-interactions", &[("DATABASE_URL", &url)]).await;
    assert_eq!(status_of(recorder.invoke(&request(&event_ids(1))).await), 200);
    // when
    proxy.lose_next_answer();
    assert_eq!(status_of(recorder.invoke(&request(&event_ids(10))).await), 200);
    // then
    assert!(proxy.has_sprung());
    assert_stored_and_owed(&shop, 11).await;
    resend_and_score(&shop).await;
    shop.assert_all_scored_exactly().await;
}

#[tokio::test]
async fn killed_at_any_moment_and_asked_again_each_event_is_stored_once() {
    let shop = Shop::open().await;
    let mut random = ChaCha8Rng::seed_from_u64(30);
    let mut recorder = shop.start("record-interactions", &[]).await;
    let started = Instant::now();
    assert_eq!(status_of(recorder.invoke(&request(&event_ids(20))).await), 200);
    let longest = started.elapsed() * 3 / 2;
    let (mut stored, mut before) = (20, 0);
    for round in 0..15 {
        let request = request(&event_ids(20));
        let mut victim = shop.start("record-interactions", &[]).await;
        let said = victim.begin(&request);
        tokio::time::sleep(longest.mul_f64(random.random())).await;
        victim.kill().await;
        drop(said);
        if shop.database.number("SELECT count(*) FROM analytic.interaction").await == stored {
            before += 1
        }
        // when: the front end retries the request
        assert_eq!(status_of(recorder.invoke(&request).await), 200, "round {round}");
        stored += 20;
        assert_stored_and_owed(&shop, stored).await;
    }
    println!("killed before the commit: {before} of 15");
    resend_and_score(&shop).await;
    shop.assert_all_scored_exactly().await;
    let catalog: std::collections::HashSet<_> =
        shop.catalog_queue.drain().await.into_iter().map(|message| message.body).collect();
    assert_eq!(i64::try_from(catalog.len()).unwrap(), stored);
}

#[tokio::test]
async fn a_hint_that_comes_before_its_commit_is_only_early() {
    let shop = Shop::open().await;
    // given: an id that is taken and not committed, and a hint at it
    let writer = shop.database.connect().await;
    let ids = shop.record(&[("view", product(1))]).await;
    let early = ids[0] + 1;
    writer
        .batch_execute(&format!(
            "BEGIN;
             INSERT INTO analytic.interaction (id, origin, event_id, event_type, ref_type, ref_id, occurred_at, date_created)
             VALUES ({early}, gen_random_uuid(), gen_random_uuid(), 'view', 'Product', '{}', now(), now());
             INSERT INTO analytic.pending (sink, interaction_id, date_created, product_id, event_type, occurred_at, next_hint_at)
             VALUES ('popularity', {early}, now(), '{}', 'view', now(), now())",
            product(1),
            product(1),
        ))
        .await
        .unwrap();
    let mut scorer = shop.start_scorer().await;
    assert_eq!(scorer.invoke(&sqs_event(&[hint(early)])).await, all_done());
    writer.batch_execute("COMMIT").await.unwrap();
    assert_eq!(shop.unscored().await, 2);
    // when
    resend_and_score(&shop).await;
    // then
    assert_eq!(scorer.invoke(&hints(&[early])).await, all_done());
    assert_eq!(shop.popularity().await, [format!("{} | 600000 | 2 | 0 | 0 | 0 | 0", product(1))]);
}
