//! People who are erased while they keep shopping, by an eraser that is killed half-way.
//!
//! Whatever was stored before an erasure began must be anonymous afterwards; what arrives meanwhile may be either.
//! Scores, sales and keys must be exact at every instant.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::SeqCst};
use std::time::{Duration, Instant};

use rand::prelude::*;
use rand_chacha::ChaCha8Rng;
use serde_json::{Value, json};
use testkit::{Invoked, sqs_event};
use tokio::task::JoinSet;

use super::environment::Environment;
use super::rig::Rig;
use super::scenario::{Job, Report, Scenario};
use super::staff::Staff;
use super::traffic::SHOPPER;

/// The clients that send requests all the time, all signed in as the same person.
const CLIENTS: u64 = 3;
/// The catalog decides refusals by the metadata, which an erasure removes.
const POISON_PERCENT: u32 = 0;
/// An erasure takes some 50 ms here; a kill may hit any of its steps.
const KILL_AFTER_MS: std::ops::RangeInclusive<u64> = 1..=60;
/// Orders of a batch, and the pause between two batches.
const ORDERS: u32 = 4;
const PAUSE: Duration = Duration::from_millis(40);

/// Lists the scenarios.
pub(super) fn scenarios() -> Vec<Scenario> {
    vec![Scenario::new(("E1", "a person erased while traffic runs, the eraser killed half-way"), (8, 300, 30), run)]
}

async fn run(job: Job) -> Report {
    let rig = Arc::new(job.rig().await);
    let staff = Staff::start(&rig, CLIENTS, POISON_PERCENT);
    let is_open = Arc::new(AtomicBool::new(true));
    let mut back_end = JoinSet::new();
    back_end.spawn(send_events(Arc::clone(&rig), Arc::clone(&is_open)));
    let mut random = ChaCha8Rng::seed_from_u64(job.seed);
    let mut convergence = Vec::new();
    let mut rest = Ok(());
    for round in 0..job.rounds {
        tokio::time::sleep(Duration::from_millis(random.random_range(50..200))).await;
        match erase(&rig, &mut random).await {
            Ok(took) => convergence.push(took),
            Err(violation) => {
                rest = Err(format!("round {round}: {violation}"));
                break;
            }
        }
    }
    is_open.store(false, SeqCst);
    rest = rest.and(end(back_end).await);
    let finished = staff.finish(&rig).await.map(|_| ());
    let kept = count_open(&rig).await;
    Report::of(&rig, job.rounds, convergence, rest.and(finished).and(kept)).await
}

async fn end(mut back_end: JoinSet<Result<(), String>>) -> Result<(), String> {
    let ended = back_end.join_next().await.unwrap();
    ended.unwrap_or_else(|error| Err(format!("the back end did not come to its end: {error}")))
}

/// Sends orders of the person, of an address next to them, and of others, until the shop closes.
async fn send_events(rig: Arc<Rig>, is_open: Arc<AtomicBool>) -> Result<(), String> {
    let settings = [
        ("FRAUD_BURST_ORDERS", "3"),
        ("FRAUD_BURST_SECONDS", "60"),
        ("FRAUD_SIMILAR_ORDERS", "1000"),
        ("FRAUD_SIMILAR_SECONDS", "60"),
        ("DEFAULT_CURRENCY", "EUR"),
    ];
    let mut projector = rig.environment("project-orders", &settings);
    let mut sent = 0;
    while is_open.load(SeqCst) {
        let events: Vec<_> = (0..ORDERS).flat_map(|place| order(sent + place, place)).collect();
        project(&mut projector, &events).await?;
        // A repeated event is a duplicate, whether its customer was erased meanwhile or not.
        project(&mut projector, &events[..2]).await?;
        sent += ORDERS;
        tokio::time::sleep(PAUSE).await;
    }
    projector.end().await;
    Ok(())
}

async fn project(projector: &mut Environment, events: &[String]) -> Result<(), String> {
    match projector.invoke(&sqs_event(events)).await {
        Invoked::Answered(answer) if answer["batchItemFailures"] == json!([]) => Ok(()),
        other => Err(format!("project-orders did not take its events: {other:?}")),
    }
}

/// An order that is placed and paid. Its products are unknown, so no interaction is derived from it.
fn order(number: u32, place: u32) -> [String; 2] {
    let at = |second: u32| format!("2026-11-18T{:02}:{:02}:{second:02}Z", number / 60 % 24, number % 60);
    let id = format!("order-{number}");
    let mut placed = json!({
        "event": "OrderCreated", "timestamp": at(1), "orderId": id,
        "items": [{ "productId": "unknown", "quantity": 1, "price": "9.99" }],
    });
    match place {
        0 => placed["customerId"] = json!(SHOPPER),
        1 => placed["userEmail"] = json!("canary-note@example.com"),
        2 => {
            placed["customerId"] = json!(SHOPPER);
            placed["userEmail"] = json!("canary-note@example.com");
        }
        _ => placed["customerId"] = json!(format!("customer-{}", number % 7)),
    }
    let paid = json!({
        "event": "PaymentProcessed", "timestamp": at(2), "orderId": id, "paymentId": format!("payment-{number}"),
        "paymentStatus": "SUCCESS", "amount": "9.99", "paymentMethod": "card",
    });
    [placed.to_string(), paid.to_string()]
}

/// Erases the person: half of the time the first attempt is killed. Then nothing earlier belongs to the person.
async fn erase(rig: &Rig, random: &mut ChaCha8Rng) -> Result<Duration, String> {
    let before = Held::read(rig).await?;
    let mut command = rig.command("person");
    command.args(["erase", "--json", "--account", &SHOPPER.to_string()]);
    let started = Instant::now();
    if random.random() {
        let mut child = command.stdout(std::process::Stdio::null()).spawn().map_err(|error| error.to_string())?;
        tokio::time::sleep(Duration::from_millis(random.random_range(KILL_AFTER_MS))).await;
        child.kill().await.map_err(|error| error.to_string())?;
    }
    let output = command.stdout(std::process::Stdio::piped()).output().await.map_err(|error| error.to_string())?;
    let receipt: Value = serde_json::from_slice(&output.stdout).unwrap_or_default();
    if receipt["complete"] != true {
        return Err(format!("the erasure failed: {receipt} {}", String::from_utf8_lossy(&output.stderr)));
    }
    before.is_nobodys(rig).await.map(|()| started.elapsed())
}

/// The data of the person at an instant.
struct Held {
    interactions: Vec<i64>,
    events: Vec<uuid::Uuid>,
}

impl Held {
    async fn read(rig: &Rig) -> Result<Self, String> {
        let client = rig.connect().await.map_err(|error| error.to_string())?;
        let interactions = "SELECT id FROM analytic.interaction WHERE account_id = $1";
        let events = "SELECT id FROM analytic.shop_event WHERE content->>'customer' = $1::uuid::text
                      OR subject_id IN (SELECT order_id FROM analytic.sales_order WHERE customer_key = $1::uuid::text)";
        let interactions = client.query(interactions, &[&SHOPPER]).await.map_err(|error| error.to_string())?;
        let events = client.query(events, &[&SHOPPER]).await.map_err(|error| error.to_string())?;
        Ok(Self {
            interactions: interactions.iter().map(|row| row.get(0)).collect(),
            events: events.iter().map(|row| row.get(0)).collect(),
        })
    }

    async fn is_nobodys(&self, rig: &Rig) -> Result<(), String> {
        let client = rig.connect().await.map_err(|error| error.to_string())?;
        let left = "SELECT (SELECT count(*) FROM analytic.interaction
                            WHERE id = ANY($1) AND (account_id IS NOT NULL OR session_id IS NOT NULL OR metadata <> '{}'))
                         + (SELECT count(*) FROM analytic.shop_event
                            WHERE id = ANY($2) AND content->>'customer' NOT LIKE 'erased:%')";
        let left = client.query_one(left, &[&self.interactions, &self.events]).await;
        let left: i64 = left.map_err(|error| error.to_string())?.get(0);
        if left == 0 { Ok(()) } else { Err(format!("{left} rows of before name the person still")) }
    }
}

/// A killed erasure is resumed, not forgotten.
async fn count_open(rig: &Rig) -> Result<(), String> {
    let client = rig.connect().await.map_err(|error| error.to_string())?;
    let open = "SELECT (SELECT count(*) FROM analytic.erasure WHERE date_completed IS NULL)
                     + (SELECT count(*) FROM analytic.erasure_identity)";
    let open: i64 = client.query_one(open, &[]).await.map_err(|error| error.to_string())?.get(0);
    if open == 0 { Ok(()) } else { Err(format!("{open} rows of erasures that were not completed")) }
}
