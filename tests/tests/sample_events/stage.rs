//! The setup of a sample: real Postgres, real queues, a webhook.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use serde_json::Value;
use store::Role;
use testkit::{Function, TestDatabase, TestQueue, TestSecret, TestServer, TestTable};

/// The product that the samples are about.
const PRODUCT: &str = "018f3a52-7c1e-7d10-9a35-4be0c1d2e301";

/// What a function works on, fresh for each sample.
pub(super) struct Stage {
    pub(super) database: TestDatabase,
    pub(super) popularity_queue: TestQueue,
    pub(super) catalog_queue: TestQueue,
    pub(super) alerts_queue: TestQueue,
    pub(super) order_events_queue: TestQueue,
    /// The dead-letter queue of all consumers.
    pub(super) dead_letters: TestQueue,
    pub(super) webhook: TestServer,
    /// An API in which a view is scored at once.
    pub(super) api: TestServer,
    pub(super) feed: TestTable,
}

impl Stage {
    pub(super) async fn set() -> Self {
        Self {
            database: TestDatabase::create().await,
            popularity_queue: TestQueue::create().await,
            catalog_queue: TestQueue::create().await,
            alerts_queue: TestQueue::create().await,
            order_events_queue: TestQueue::create().await,
            dead_letters: TestQueue::create().await,
            webhook: TestServer::always(200).await,
            api: api().await,
            feed: TestTable::create().await,
        }
    }

    /// Stores the views 1001 to 1003, which the samples of the consumers hint at.
    pub(super) async fn with_three_views(self) -> Self {
        let rows = format!(
            "INSERT INTO analytic.interaction (id, origin, event_id, event_type, ref_type, ref_id, occurred_at, date_created)
             SELECT id, gen_random_uuid(), gen_random_uuid(), 'view', 'Product', '{PRODUCT}', now(), now() FROM generate_series(1001, 1003) AS id;
             INSERT INTO analytic.pending (sink, interaction_id, date_created, product_id, event_type, occurred_at, next_hint_at)
             SELECT sink, id, date_created, '{PRODUCT}', event_type, occurred_at, now() FROM analytic.interaction,
                    unnest(ARRAY['popularity', 'catalog']) AS sink"
        );
        self.database.execute(&rows).await;
        self
    }

    /// Stores the findings 1001 to 1003, which the samples of send-alerts hint at.
    pub(super) async fn with_three_findings(self) -> Self {
        let rows = "INSERT INTO analytic.finding
             SELECT ('5b0b0001-0000-8000-8000-00000000' || id)::uuid, 'order_burst', 'customer:' || id, '2026-11-20T10', '{}', now(), now()
             FROM generate_series(1001, 1003) AS id;
             INSERT INTO analytic.pending_alert (finding_id, date_created, next_hint_at)
             SELECT id, date_created, now() FROM analytic.finding";
        self.database.execute(rows).await;
        self
    }

    /// Stores a score, for the samples that read.
    pub(super) async fn with_a_score(self) -> Self {
        let row = format!(
            "INSERT INTO analytic.product_popularity VALUES ('{PRODUCT}', 300000, DEFAULT, 1, 0, 0, 0, 0, now())"
        );
        self.database.execute(&row).await;
        self
    }

    pub(super) async fn run(&self, folder: &str, event: &str) -> Value {
        let secret = TestSecret::create(&[("alert_json_url", self.webhook.url())]).await;
        let variables = [
            ("DATABASE_URL", self.database.url()),
            ("POPULARITY_QUEUE_URL", self.popularity_queue.url()),
            ("CATALOG_QUEUE_URL", self.catalog_queue.url()),
            ("ALERTS_QUEUE_URL", self.alerts_queue.url()),
            ("DEAD_LETTER_QUEUE_URL", self.dead_letters.url()),
            ("ORDER_EVENTS_QUEUE_URL", self.order_events_queue.url()),
            ("ORDER_EVENTS_DLQ_URL", self.order_events_queue.url()),
            ("APP_SECRET_ARN", secret.arn()),
            ("ALERT_HOSTS", "127.0.0.1"),
            ("CATALOG_FEED", "true"),
            ("CATALOG_TABLE", self.feed.name()),
            ("API_URL", self.api.url()),
        ];
        let mut function = Function::start(folder, &variables).await;
        let answer = function.invoke(&serde_json::from_str(event).unwrap()).await.answer();
        self.assert_own_role(folder).await;
        answer
    }

    /// Checks that a function with a role is signed in as this role; some samples need no database.
    async fn assert_own_role(&self, folder: &str) {
        let role = Role::of(folder);
        if !Role::all().contains(&role) {
            return;
        }
        let own = role.name();
        let users = format!(
            "SELECT DISTINCT usename FROM pg_stat_activity
             WHERE datname = current_database() AND application_name = '{folder}' AND usename <> '{own}'"
        );
        assert_eq!(self.database.rows(&users).await, [""; 0], "{folder}");
    }
}

async fn api() -> TestServer {
    let viewed = Arc::new(AtomicBool::new(false));
    TestServer::start(move |request| {
        let is_scored = match request.method.as_str() {
            "POST" => viewed.swap(true, Ordering::Relaxed),
            _ => viewed.load(Ordering::Relaxed),
        };
        let events = r#"{"data":{"events":[{"counted":0,"capped":1,"excluded":0}]}}"#;
        let (status, body) = match (request.method.as_str(), is_scored) {
            ("GET", false) => (404, ""),
            ("GET", true) => (200, events),
            _ => (200, "{}"),
        };
        async move { TestServer::reply(status, body) }
    })
    .await
}
