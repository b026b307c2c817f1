//! The invariants I1 to I9, checked when a rig is idle.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::time::Duration;

use contracts::Hint;
use domain::Sink;
use futures_util::future::join_all;
use serde_json::Value;
use testkit::cap::{CappedEvent, counting, default_caps};
use uuid::Uuid;

use super::activity::check_activity;
use super::findings::Findings;
use super::history::{EventKey, Sent};
use super::pairs::check_pairs;
use super::recount::{Sums, recount};
use super::rig::Rig;

/// How long Postgres may take to notice that a client is disconnected.
const LEAK_LIMIT: Duration = Duration::from_secs(10);

/// A row of the log.
struct Row {
    id: i64,
    key: EventKey,
    event_type: String,
    is_product: bool,
    ref_id: String,
    occurred_second: i64,
    /// Seconds from its time to its arrival.
    delay: i64,
    actor: Option<Uuid>,
    network: Option<Uuid>,
    bot: bool,
}

impl Row {
    fn capped(&self) -> CappedEvent {
        CappedEvent {
            id: self.id,
            event_type: self.event_type.clone(),
            reference: self.ref_id.clone(),
            second: self.occurred_second,
            delay: self.delay,
            actor: self.actor,
            network: self.network,
            excluded: self.bot,
        }
    }
}

/// Checks everything. The rig is idle and its processes have ended.
///
/// # Panics
/// When Postgres or the emulator is not there.
pub async fn check(rig: &Rig) -> Findings {
    let mut findings = Findings { counts: rig.history.counts(), ..Findings::default() };
    let client = rig.connect().await.unwrap();
    let sql = "SELECT id, origin, event_id, event_type, ref_type = 'Product', ref_id,
                      floor(extract(epoch FROM occurred_at))::bigint,
                      floor(extract(epoch FROM date_created - occurred_at))::bigint, actor, network, bot
               FROM analytic.interaction";
    let rows = client.query(sql, &[]).await.unwrap();
    let row = |row: tokio_postgres::Row| Row {
        id: row.get(0),
        key: (row.get(1), row.get(2)),
        event_type: row.get(3),
        is_product: row.get(4),
        ref_id: row.get(5),
        occurred_second: row.get(6),
        delay: row.get(7),
        actor: row.get(8),
        network: row.get(9),
        bot: row.get(10),
    };
    let mut log: Vec<_> = rows.into_iter().map(row).collect();
    findings.stored = log.len();
    let events = rig.history.events();
    undo_erasures(&client, &mut log, &events).await;
    check_log(&log, &events, &mut findings);
    let products: Vec<_> = log.iter().filter(|row| row.is_product).map(Row::capped).collect();
    let counting = counting(&products, default_caps);
    let scored = products.iter().filter(|event| counting.contains(&event.id));
    check_scores(&client, scored.map(|event| (&*event.event_type, &*event.reference)), &mut findings).await;
    check_activity(&client, (&products, &counting), &mut findings).await;
    let poison = poisoned(&log, &events);
    check_pending(&client, &poison, &mut findings).await;
    if rig.options.is_recommender_built_in {
        check_pairs(&client, &mut findings).await;
    } else {
        check_catalog(rig, &log, &poison, &mut findings);
    }
    redrive(rig, &mut findings).await;
    check_letters(rig, &poison, &mut findings).await;
    check_verified(rig, &mut findings).await;
    check_postgres(&client, &mut findings).await;
    findings.violations.extend(rig.notes.take());
    findings
}

/// Restores the original origin of events of erased people: event ids are random, so each identifies its origin.
async fn undo_erasures(client: &tokio_postgres::Client, log: &mut [Row], events: &HashMap<EventKey, Sent>) {
    let erasures: i64 = client.query_one("SELECT count(*) FROM analytic.erasure", &[]).await.unwrap().get(0);
    if erasures == 0 {
        return;
    }
    let origins: BTreeSet<_> = events.keys().map(|(origin, _)| *origin).collect();
    let sent: HashMap<_, _> = events.keys().map(|(origin, event_id)| (*event_id, *origin)).collect();
    for row in log.iter_mut().filter(|row| !origins.contains(&row.key.0)) {
        row.key.0 = sent.get(&row.key.1).copied().unwrap_or(row.key.0);
    }
}

/// I3: acknowledged is stored once, everything else at most once, and nothing is stored that was not sent.
fn check_log(log: &[Row], events: &HashMap<EventKey, Sent>, findings: &mut Findings) {
    let mut seen = HashMap::new();
    for row in log {
        if seen.insert(row.key, row.id).is_some() {
            findings.doubled += 1;
            findings.violations.push(format!("I3: event {:?} is stored twice", row.key));
        }
        match events.get(&row.key) {
            Some(sent) if sent.event_type == row.event_type && sent.ref_id == row.ref_id => {}
            _ => findings.violations.push(format!("I3: interaction {} is not what was sent", row.id)),
        }
    }
    for (key, sent) in events {
        let stored = seen.get(key);
        if sent.acknowledged.is_some_and(|id| stored != Some(&id)) || (sent.owed && stored.is_none()) {
            findings.lost += 1;
            findings.violations.push(format!("I3: event {key:?} is stored as {stored:?}, but: {sent:?}"));
        }
    }
}

/// I1: every score equals a naive recount of the log.
async fn check_scores<'a>(
    client: &tokio_postgres::Client,
    scored: impl Iterator<Item = (&'a str, &'a str)>,
    findings: &mut Findings,
) {
    let sql = "SELECT id::text, score_micros, view_count, purchase_count, favorite_count, cart_count, review_count
               FROM analytic.product_popularity";
    let rows = client.query(sql, &[]).await.unwrap();
    let stored: BTreeMap<String, Sums> =
        rows.iter().map(|row| (row.get(0), std::array::from_fn(|i| row.get(i + 1)))).collect();
    let recounted = recount(scored);
    let products: BTreeSet<_> = stored.keys().chain(recounted.keys()).collect();
    for product in products {
        let (stored, recounted) = (stored.get(product), recounted.get(product));
        if stored != recounted {
            findings.differences += 1;
            findings.violations.push(format!("I1: product {product} has {stored:?}, recounted {recounted:?}"));
        }
    }
}

fn poisoned(log: &[Row], events: &HashMap<EventKey, Sent>) -> BTreeSet<i64> {
    let is_poison = |row: &&Row| events.get(&row.key).is_some_and(|sent| sent.poison);
    log.iter().filter(is_poison).map(|row| row.id).collect()
}

/// I2: nothing is pending but what the catalog refused permanently, and that is parked.
async fn check_pending(client: &tokio_postgres::Client, poison: &BTreeSet<i64>, findings: &mut Findings) {
    let sql = "SELECT sink, interaction_id, parked_reason FROM analytic.pending";
    let mut parked = BTreeSet::new();
    for row in client.query(sql, &[]).await.unwrap() {
        let (sink, id, reason): (String, i64, Option<String>) = (row.get(0), row.get(1), row.get(2));
        if sink == Sink::Catalog.as_str() && reason.is_some() {
            parked.insert(id);
        } else {
            findings.lost += 1;
            findings.violations.push(format!("I2: {id} is owed to {sink}, parked as {reason:?}"));
        }
    }
    if parked != *poison {
        let difference: Vec<_> = parked.symmetric_difference(poison).collect();
        findings.violations.push(format!("I2: parked and poison differ in {difference:?}"));
    }
}

/// I4: the catalog received every interaction, and nothing else.
fn check_catalog(rig: &Rig, log: &[Row], poison: &BTreeSet<i64>, findings: &mut Findings) {
    let mut received = rig.catalog.received();
    findings.catalog_calls = received.values().map(|received| received.times).sum();
    for row in log.iter().filter(|row| !poison.contains(&row.id)) {
        match received.remove(&row.id) {
            Some(received) if received.event == (row.event_type.clone(), row.ref_id.clone()) => {}
            Some(received) => findings.violations.push(format!("I4: the catalog heard {received:?} of {}", row.id)),
            None => {
                findings.lost += 1;
                findings.violations.push(format!("I4: the catalog never heard of {}", row.id));
            }
        }
    }
    for id in received.keys() {
        findings.violations.push(format!("I4: the catalog heard of {id}, which is not in the log or was refused"));
    }
    findings.violations.extend(rig.catalog.contradictions());
}

/// Does what an operator does after a fault. Nothing is pending, so that it may only remove superfluous letters.
async fn redrive(rig: &Rig, findings: &mut Findings) {
    let redriven = join_all(Sink::ALL.map(|sink| rig.redrive(sink.as_str(), &["--reason", "waiting"]))).await;
    findings.violations.extend(redriven.into_iter().filter_map(Result::err));
}

/// I5: the dead letters are the unreadable messages, each at least once, and hints at what the catalog refused. A
/// consumer that crashes between moving a message and acknowledging it leaves it in both queues.
async fn check_letters(rig: &Rig, poison: &BTreeSet<i64>, findings: &mut Findings) {
    let dlqs = [(&rig.queues.popularity_dlq, Sink::Popularity), (&rig.queues.catalog_dlq, Sink::Catalog)];
    let planted = rig.planted();
    for (queue, sink) in dlqs {
        let mut unreadable = Vec::new();
        for body in queue.peek().await {
            match Hint::read(&body) {
                Ok(hint) if sink == Sink::Catalog && poison.contains(&hint.interaction_id.0) => {}
                Ok(hint) => {
                    let id = hint.interaction_id.0;
                    findings.violations.push(format!("I5: a hint at {id} is a dead letter of {sink}"));
                }
                Err(_) => unreadable.push(body),
            }
        }
        unreadable.sort();
        unreadable.dedup();
        if unreadable != planted {
            findings.violations.push(format!("I5: unreadable in {sink}-dlq: {unreadable:?}, planted {planted:?}"));
        }
    }
}

/// `shopsignal verify` agrees: I1, I2, I3, I7, and it accounts for every dead letter but the unreadable.
async fn check_verified(rig: &Rig, findings: &mut Findings) {
    let output = rig.verify().await;
    let figures: Value = serde_json::from_slice(&output.stdout).unwrap_or_default();
    let unexplained = figures["dead_letters"].as_array().into_iter().flatten();
    let reasons = unexplained.filter_map(|letter| letter["unexplained"].as_object()).flat_map(|reasons| reasons.keys());
    findings
        .violations
        .extend(reasons.filter(|reason| *reason != "unreadable").map(|reason| format!("I5: a dead letter: {reason}")));
    match figures["differences"].as_u64() {
        Some(0) => {}
        Some(differences) => {
            findings.differences += usize::try_from(differences).unwrap();
            findings.violations.push(format!("verify: {figures}"));
        }
        None => findings.violations.push(format!("verify: {}", String::from_utf8_lossy(&output.stderr))),
    }
}

/// I8 (the clean run): no deadlock happened, and no connection was leaked.
async fn check_postgres(client: &tokio_postgres::Client, findings: &mut Findings) {
    let deadlocks = "SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()";
    let deadlocks: i64 = client.query_one(deadlocks, &[]).await.unwrap().get(0);
    if deadlocks > 0 {
        findings.violations.push(format!("I8: {deadlocks} deadlocks"));
    }
    let open = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()
                AND backend_type = 'client backend' AND query LIKE '-- store::%'";
    let end = tokio::time::Instant::now() + LEAK_LIMIT;
    loop {
        let open: i64 = client.query_one(open, &[]).await.unwrap().get(0);
        if open == 0 {
            return;
        }
        if tokio::time::Instant::now() > end {
            return findings.violations.push(format!("I8: {open} connections of functions that are gone"));
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}
