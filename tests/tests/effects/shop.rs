//! A shop with its own database: records interactions, starts functions, reads the results.

use std::time::Duration;

use domain::{Caller, NewInteraction, Origin, RefType, Reference};
use serde_json::{Value, json};
use store::interaction::{Recorded, Submission};
use testkit::{Function, Invoked, TestDatabase, TestQueue, hint, sqs_event};
use uuid::Uuid;

/// Products that were scored, with score and counters (view, purchase, favorite, cart, review).
pub(crate) const POPULARITY: &str =
    "SELECT id, score_micros, view_count, purchase_count, favorite_count, cart_count, review_count
     FROM analytic.product_popularity ORDER BY id";
/// The same, recounted from the log.
const RECOUNT: &str = "SELECT id, score_micros, view_count, purchase_count, favorite_count, cart_count, review_count
     FROM analytic.popularity_recount ORDER BY id";
/// Effects that are outstanding.
pub(crate) const PENDING: &str = "SELECT sink, interaction_id, coalesce(parked_reason, 'open') FROM analytic.pending
     ORDER BY sink DESC, interaction_id";

/// A database, and the queues that resend-pending and record-interactions send to.
pub(crate) struct Shop {
    pub(crate) database: TestDatabase,
    pub(crate) popularity_queue: TestQueue,
    pub(crate) catalog_queue: TestQueue,
    pub(crate) alerts_queue: TestQueue,
    /// The dead-letter queue of all consumers.
    pub(crate) dead_letters: TestQueue,
}

impl Shop {
    pub(crate) async fn open() -> Self {
        Self {
            database: TestDatabase::create().await,
            popularity_queue: TestQueue::create().await,
            catalog_queue: TestQueue::create().await,
            alerts_queue: TestQueue::create().await,
            dead_letters: TestQueue::create().await,
        }
    }

    /// Records events, each on a product, as the shop's own services may, and returns their ids.
    pub(crate) async fn record(&self, events: &[(&str, Uuid)]) -> Vec<i64> {
        let mut ids = Vec::with_capacity(events.len());
        for piece in events.chunks(500) {
            let items: Vec<_> = piece.iter().map(|(event, product)| interaction(event, &product.to_string())).collect();
            ids.extend(self.record_items(&items).await);
        }
        ids
    }

    /// Records interactions and returns their ids.
    pub(crate) async fn record_items(&self, items: &[NewInteraction]) -> Vec<i64> {
        let submission =
            Submission { caller: Caller::Trusted, user_agent: None, ip_address: None, guest_events_per_minute: None };
        let recorded = store::interaction::record(&self.database.store(), items, &submission).await.unwrap();
        let ids = recorded.into_iter().map(|item| match item.recorded {
            Recorded::New(id) => id.0,
            other => panic!("{other:?}"),
        });
        ids.collect()
    }

    /// Starts an environment of a function with the settings that all of them share.
    pub(crate) async fn start(&self, function: &str, more: &[(&str, &str)]) -> Function {
        let mut variables = vec![
            ("DATABASE_URL", self.database.url()),
            ("POPULARITY_QUEUE_URL", self.popularity_queue.url()),
            ("CATALOG_QUEUE_URL", self.catalog_queue.url()),
            ("ALERTS_QUEUE_URL", self.alerts_queue.url()),
            ("DEAD_LETTER_QUEUE_URL", self.dead_letters.url()),
            ("SEND_TIMEOUT_MS", "2000"),
            ("GUEST_EVENTS_PER_MINUTE", "0"),
            ("RESEND_MAX_ROWS", "20000"),
            ("RESEND_BACKOFF_CAP_SECONDS", "3600"),
        ];
        variables.extend(more);
        Function::start(function, &variables).await
    }

    pub(crate) async fn start_scorer(&self) -> Function {
        self.start("update-popularity", &[]).await
    }

    pub(crate) async fn popularity(&self) -> Vec<String> {
        self.database.rows(POPULARITY).await
    }

    pub(crate) async fn pending(&self) -> Vec<String> {
        self.database.rows(PENDING).await
    }

    /// Counts the outstanding effects on the scores.
    pub(crate) async fn unscored(&self) -> i64 {
        self.database.number("SELECT count(*) FROM analytic.pending WHERE sink = 'popularity'").await
    }

    /// Checks that the scores equal the recount of the log, and that no effect on them is outstanding.
    pub(crate) async fn assert_all_scored_exactly(&self) {
        assert_eq!(self.unscored().await, 0, "effects are outstanding");
        self.assert_exact().await;
    }

    /// Checks that the scores equal the recount of the log minus the outstanding effects.
    pub(crate) async fn assert_exact(&self) {
        assert_eq!(self.popularity().await, self.database.rows(RECOUNT).await, "stored, and counted anew from the log");
    }

    /// Counts the deadlocks that Postgres resolved in this database. Sessions report them at their end at the latest.
    pub(crate) async fn deadlocks(&self, functions: Vec<Function>) -> i64 {
        drop(functions);
        self.wait_for("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()", 1).await;
        self.database.number("SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()").await
    }

    /// Waits until a statement of a function waits for a lock.
    pub(crate) async fn wait_for_a_lock_wait(&self) {
        self.wait_for_lock_waits(1).await;
    }

    /// Waits until this many statements wait for a lock.
    pub(crate) async fn wait_for_lock_waits(&self, statements: i64) {
        let waiting =
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'";
        self.wait_for(waiting, statements).await;
    }

    /// Waits until a count has a value.
    pub(crate) async fn wait_for(&self, count: &str, value: i64) {
        for _ in 0..1_000 {
            if self.database.number(count).await == value {
                return;
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        panic!("not {value} in 5 s: {count}");
    }
}

/// An interaction as a shopper's browser sends it: with a unique event id.
pub(crate) fn interaction(event: &str, product: &str) -> NewInteraction {
    NewInteraction {
        origin: Origin::TRUSTED,
        event_id: Uuid::now_v7(),
        account_id: None,
        event_type: event.parse().unwrap(),
        reference: Reference::new(RefType::Product, product).unwrap(),
        session_id: Some("s-1".to_owned()),
        metadata: "{}".to_owned(),
        occurred_at: None,
        clock_error: jiff::SignedDuration::ZERO,
    }
}

/// A product with a readable id.
pub(crate) fn product(number: u128) -> Uuid {
    Uuid::from_u128((0x5b0b_0000 << 96) | number)
}

/// The event of a batch of hints; message ids are `m0`, `m1`, ...
pub(crate) fn hints(ids: &[i64]) -> Value {
    sqs_event(&ids.iter().map(|id| hint(*id)).collect::<Vec<_>>())
}

/// The response that acknowledges everything.
pub(crate) fn all_done() -> Invoked {
    failed(&[])
}

/// The response that acknowledges all but the messages at these positions.
pub(crate) fn failed(places: &[usize]) -> Invoked {
    let items: Vec<_> = places.iter().map(|place| json!({ "itemIdentifier": format!("m{place}") })).collect();
    Invoked::Answered(json!({ "batchItemFailures": items }))
}

/// Reads a metric of the last invocation; a count that is not in its line is zero. Output is read from a pipe, so the
/// function waits for it.
pub(crate) async fn metric(function: &Function, name: &str, dimension: (&str, &str)) -> f64 {
    let value = |line: &str| -> Option<f64> {
        let line: Value = serde_json::from_str(line).ok()?;
        (line.get("_aws").is_some() && line[dimension.0] == dimension.1).then(|| line[name].as_f64().unwrap_or(0.0))
    };
    for _ in 0..200 {
        if let Some(found) = function.output().lines().rev().find_map(value) {
            return found;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("no {name} with {dimension:?}: {}", function.output());
}
