//! How much longer live requests take during an import: the shipped functions and Postgres, with a stub SQS that
//! accepts everything. The local emulator would dominate the measurement, so it is not used. Run by hand;
//! docs/IMPORT.md has the command.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::SeqCst};
use std::time::{Duration, Instant};

use cross_tests::shop::{Shop, hints, product};
use rand::prelude::*;
use rand_chacha::ChaCha8Rng;
use serde_json::{Value, json};
use testkit::{Function, HttpEvent, HttpReply, TestServer, all_done};
use uuid::Uuid;

use super::{BATCH_MAX, counts, import, old};

const PRODUCTS: u128 = 20_000;
/// Live requests of a phase, one each 25 ms.
const REQUESTS: usize = 600;
const PACE: Duration = Duration::from_millis(25);
const ITEMS: usize = 5;
/// Longer than a phase of live requests.
const IMPORT_LIMIT: Duration = Duration::from_secs(120);

/// A product; the first few are the most popular.
fn popular(random: &mut ChaCha8Rng) -> Uuid {
    let share: f64 = random.random();
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a rank is small and positive")]
    let rank = (share * f64::from(20_000_u32).ln()).exp() as u128;
    product(rank.min(PRODUCTS))
}

fn live_request(random: &mut ChaCha8Rng) -> Value {
    let item = |random: &mut ChaCha8Rng| json!({ "event_id": Uuid::now_v7(), "event_type": "view", "ref_type": "Product", "ref_id": popular(random) });
    let items: Vec<_> = (0..ITEMS).map(|_| item(random)).collect();
    HttpEvent::new("POST", "/api/v1/analytic/interaction")
        .account(product(7))
        .body(json!({ "interactions": items }).to_string())
        .event()
}

/// Sends live requests at a steady pace and scores each; returns the p50 and p99 of both in milliseconds.
async fn live(recorder: &mut Function, scorer: &mut Function, seed: u64) -> [f64; 4] {
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    let (mut recorded, mut scored) = (Vec::new(), Vec::new());
    let start = Instant::now();
    for due in (0..).map(|n| start + PACE * n).take(REQUESTS) {
        tokio::time::sleep_until(due.into()).await;
        let (event, from) = (live_request(&mut random), Instant::now());
        let reply = HttpReply::of(&recorder.invoke(&event).await.answer()).json();
        recorded.push(from.elapsed());
        let ids: Vec<i64> =
            reply["data"]["results"].as_array().unwrap().iter().map(|result| result["id"].as_i64().unwrap()).collect();
        let from = Instant::now();
        assert_eq!(scorer.invoke(&hints(&ids)).await, all_done());
        scored.push(from.elapsed());
    }
    let of = |times: &mut Vec<Duration>, share: usize| {
        times.sort_unstable();
        times[times.len() * share / 100].as_secs_f64() * 1e3
    };
    [of(&mut recorded, 50), of(&mut recorded, 99), of(&mut scored, 50), of(&mut scored, 99)]
}

/// Imports until it is told to stop, with this pause after each batch; returns how many events.
async fn import_until(mut importer: Function, pause: Duration, stop: Arc<AtomicBool>, events: Arc<AtomicUsize>) {
    let mut random = ChaCha8Rng::seed_from_u64(99);
    let end = Instant::now() + IMPORT_LIMIT;
    while !stop.load(SeqCst) && Instant::now() < end {
        let items: Vec<_> = (0..BATCH_MAX).map(|_| old("view", popular(&mut random))).collect();
        let next = Instant::now() + pause;
        assert_eq!(counts(&import(&mut importer, &items).await)[0], BATCH_MAX);
        events.fetch_add(BATCH_MAX, SeqCst);
        tokio::time::sleep_until(next.into()).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "measures, a minute and a half"]
async fn measure_live_requests_beside_an_import() {
    let shop = Shop::open().await;
    let sqs = TestServer::sqs_refusing(|_| false).await;
    let endpoint = [("AWS_ENDPOINT_URL_SQS", sqs.url())];
    let (mut recorder, mut scorer) = (shop.start("record-interactions", &endpoint).await, shop.start_scorer().await);
    live(&mut recorder, &mut scorer, 0).await;
    let second = Duration::from_secs(1);
    for (seed, pause) in [(1, None), (2, Some(Duration::ZERO)), (3, None), (4, Some(second)), (5, None)] {
        let (stop, events) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicUsize::new(0)));
        let running = match pause {
            Some(pause) => {
                let importer = shop.start("import-interactions", &endpoint).await;
                Some(tokio::spawn(import_until(importer, pause, Arc::clone(&stop), Arc::clone(&events))))
            }
            None => None,
        };
        let start = Instant::now();
        let [record_50, record_99, score_50, score_99] = live(&mut recorder, &mut scorer, seed).await;
        let seconds = start.elapsed().as_secs_f64();
        stop.store(true, SeqCst);
        if let Some(running) = running {
            running.await.unwrap();
        }
        println!(
            "import {:?}: {} events in {seconds:.1} s; record p50 {record_50:.1} p99 {record_99:.1} ms, score p50 {score_50:.1} p99 {score_99:.1} ms",
            pause.map(|pause| if pause.is_zero() { "at full speed" } else { "at 1,000 a second" }),
            events.load(SeqCst),
        );
    }
    shop.assert_all_scored_exactly().await;
}
