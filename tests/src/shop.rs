//! A shop with its own database: records interactions, starts functions, reads the results.

use std::time::Duration;

use domain::NewInteraction;
use serde_json::Value;
use testkit::{Function, TestDatabase, TestQueue, all_done, eventually, hint, interaction, sqs_event};
use uuid::Uuid;

/// Products that were scored, with score and counters (view, purchase, favorite, cart, review).
pub const POPULARITY: &str =
    "SELECT id, score_micros, view_count, purchase_count, favorite_count, cart_count, review_count
     FROM analytic.product_popularity ORDER BY id";
/// The same, recounted from the log.
const RECOUNT: &str = "SELECT id, score_micros, view_count, purchase_count, favorite_count, cart_count, review_count
     FROM analytic.popularity_recount ORDER BY id";
/// Effects that are outstanding.
pub const PENDING: &str = "SELECT sink, interaction_id, coalesce(parked_reason, 'open') FROM analytic.pending
     ORDER BY sink DESC, interaction_id";

/// A database, and the queues that resend-pending and record-interactions send to.
pub struct Shop {
    pub database: TestDatabase,
    pub popularity_queue: TestQueue,
    pub catalog_queue: TestQueue,
    pub alerts_queue: TestQueue,
    /// Where every consumer moves what it gives up.
    pub dead_letters: TestQueue,
}

impl Shop {
    pub async fn open() -> Self {
        Self {
            database: TestDatabase::create().await,
            popularity_queue: TestQueue::create().await,
            catalog_queue: TestQueue::create().await,
            alerts_queue: TestQueue::create().await,
            dead_letters: TestQueue::create().await,
        }
    }

    /// Records events, each on a product, as the shop's own services may, and returns their ids.
    pub async fn record(&self, events: &[(&str, Uuid)]) -> Vec<i64> {
        let mut ids = Vec::with_capacity(events.len());
        for chunk in events.chunks(500) {
            let items: Vec<_> = chunk.iter().map(|(event, product)| interaction(event, &product.to_string())).collect();
            ids.extend(self.record_items(&items).await);
        }
        ids
    }

    /// Records interactions and returns their ids.
    pub async fn record_items(&self, items: &[NewInteraction]) -> Vec<i64> {
        self.database.record(items).await.into_iter().map(|id| id.0).collect()
    }

    /// Starts an environment of a function with the settings that all of them share.
    pub async fn start(&self, function: &str, more: &[(&str, &str)]) -> Function {
        let mut variables = vec![
            ("DATABASE_URL", self.database.url()),
            ("POPULARITY_QUEUE_URL", self.popularity_queue.url()),
            ("CATALOG_QUEUE_URL", self.catalog_queue.url()),
            ("ALERTS_QUEUE_URL", self.alerts_queue.url()),
            ("DEAD_LETTER_QUEUE_URL", self.dead_letters.url()),
            ("GUEST_EVENTS_PER_MINUTE", "0"),
            ("RESEND_MAX_ROWS", "20000"),
        ];
        variables.extend(more);
        Function::start(function, &variables).await
    }

    /// Starts project-orders with thresholds that no order of a test meets.
    pub async fn start_orders(&self) -> Function {
        let variables = [
            ("DEFAULT_CURRENCY", "EUR"),
            ("FRAUD_BURST_SECONDS", "60"),
            ("FRAUD_BURST_ORDERS", "1000"),
            ("FRAUD_SIMILAR_ORDERS", "1000"),
            ("FRAUD_SIMILAR_SECONDS", "60"),
        ];
        self.start("project-orders", &variables).await
    }

    /// Starts update-popularity.
    pub async fn start_scorer(&self) -> Function {
        self.start("update-popularity", &[]).await
    }

    pub async fn popularity(&self) -> Vec<String> {
        self.database.rows(POPULARITY).await
    }

    pub async fn pending(&self) -> Vec<String> {
        self.database.rows(PENDING).await
    }

    /// Counts the outstanding effects on the scores.
    pub async fn unscored(&self) -> i64 {
        self.database.number("SELECT count(*) FROM analytic.pending WHERE sink = 'popularity'").await
    }

    /// Checks that the scores are what the log says, and that no effect on them is outstanding.
    pub async fn assert_all_scored_exactly(&self) {
        assert_eq!(self.unscored().await, 0, "effects are outstanding");
        self.assert_exact().await;
    }

    /// Checks that the scores are what the log and the outstanding effects say.
    pub async fn assert_exact(&self) {
        assert_eq!(self.popularity().await, self.database.rows(RECOUNT).await, "stored, and counted anew from the log");
    }

    /// Tells project-orders what happened, in one batch.
    pub async fn send_events(&self, orders: &mut Function, events: &[String]) {
        assert_eq!(orders.invoke(&sqs_event(events)).await, all_done(), "{}", orders.output());
    }

    /// Scores everything that is outstanding.
    pub async fn score_all(&self, scorer: &mut Function) {
        let waiting = "SELECT interaction_id FROM analytic.pending WHERE sink = 'popularity'";
        let ids: Vec<i64> = self.database.rows(waiting).await.iter().map(|id| id.parse().unwrap()).collect();
        assert_eq!(scorer.invoke(&hints(&ids)).await, all_done(), "{}", scorer.output());
        self.assert_all_scored_exactly().await;
    }

    /// Records a view for each of these ids, and returns the interactions.
    pub async fn view(&self, ids: &[&str]) -> Vec<i64> {
        self.record_items(&ids.iter().map(|id| interaction("view", id)).collect::<Vec<_>>()).await
    }

    /// The scores of the products that have one.
    pub async fn scores(&self) -> Vec<String> {
        let scores =
            "SELECT id, score_micros, view_count FROM analytic.product_popularity WHERE view_count > 0 ORDER BY id";
        self.database.rows(scores).await
    }

    /// Checks the scores, and that verify finds no difference in them.
    pub async fn assert_scores(&self, expected: &[&str]) {
        assert_eq!(self.scores().await, expected);
        assert_eq!(self.differences().await, 0);
    }

    /// Counts the products, the activity and the ranks that are not what verify counts.
    pub async fn differences(&self) -> i64 {
        let mut client = self.database.connect().await;
        let snapshot = store::verification::Snapshot::open(&mut client).await.unwrap();
        let report = snapshot.report(30).await.unwrap();
        report.popularity.differences + report.activity.differences + report.ranks.differences
    }

    /// Counts the deadlocks that Postgres resolved in this database. Sessions report them at their end at the latest.
    pub async fn deadlocks(&self, functions: Vec<Function>) -> i64 {
        drop(functions);
        self.wait_for("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()", 1).await;
        self.database.number("SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()").await
    }

    /// Waits until a statement of a function waits for a lock.
    pub async fn wait_for_a_lock_wait(&self) {
        self.wait_for_lock_waits(1).await;
    }

    /// Waits until this many statements wait for a lock.
    pub async fn wait_for_lock_waits(&self, statements: i64) {
        let waiting =
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'";
        self.wait_for(waiting, statements).await;
    }

    /// Waits until a count has a value.
    pub async fn wait_for(&self, count: &str, value: i64) {
        let what = format!("{value} as {count}");
        eventually(&what, Duration::from_secs(5), async || (self.database.number(count).await == value).then_some(()))
            .await;
    }
}

/// A product with a readable id.
pub fn product(number: u128) -> Uuid {
    Uuid::from_u128((0x5b0b_0000 << 96) | number)
}

/// The event of a batch of hints; message ids are `m0`, `m1`, ...
pub fn hints(ids: &[i64]) -> Value {
    sqs_event(&ids.iter().map(|id| hint(*id)).collect::<Vec<_>>())
}

/// Reads a metric of the last invocation; a count that is not in its line is zero. Output comes through a pipe, so it is
/// waited for.
pub async fn metric(function: &Function, name: &str, dimension: (&str, &str)) -> f64 {
    let value = |line: &str| -> Option<f64> {
        let line: Value = serde_json::from_str(line).ok()?;
        (line.get("_aws").is_some() && line[dimension.0] == dimension.1).then(|| line[name].as_f64().unwrap_or(0.0))
    };
    let what = format!("{name} with {dimension:?}");
    let find = async || function.output().lines().rev().find_map(value);
    eventually(&what, Duration::from_secs(2), find).await
}
