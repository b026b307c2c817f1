//! A shop with its own database that sends events to project-orders.

use serde_json::{Value, json};
use testkit::{Function, TestDatabase, TestQueue, all_done, sqs_event};

/// Everything derived from the log, without arrival times and ids assigned on arrival.
const STATE: [&str; 8] = [
    "SELECT rollup, key, figures FROM analytic.sales_stored ORDER BY rollup, key",
    "SELECT * FROM analytic.sales_order ORDER BY order_id",
    "SELECT * FROM analytic.payment ORDER BY order_id, payment_id",
    "SELECT * FROM analytic.opinion ORDER BY subject, opinion_id",
    "SELECT * FROM analytic.product ORDER BY product_id",
    "SELECT * FROM analytic.product_sku ORDER BY sku, product_id",
    "SELECT * FROM analytic.product_period ORDER BY product_id, since",
    // Interactions that were derived and withdrawn depend on the order of arrival; the current ones do not.
    "SELECT subject, subject_id, contribution, ARRAY(SELECT unnest(derived) EXCEPT SELECT unnest(withdrawn) ORDER BY 1)
     FROM analytic.projection ORDER BY subject, subject_id",
];

/// A database, and the queues that project-orders sends to.
pub struct Shop {
    pub database: TestDatabase,
    pub popularity_queue: TestQueue,
    pub catalog_queue: TestQueue,
    pub dead_letters: TestQueue,
}

impl Shop {
    pub async fn open() -> Self {
        Self {
            database: TestDatabase::create().await,
            popularity_queue: TestQueue::create().await,
            catalog_queue: TestQueue::create().await,
            dead_letters: TestQueue::create().await,
        }
    }

    /// Starts an environment of project-orders for which no order is suspicious.
    pub async fn start(&self) -> Function {
        self.start_with(&[]).await
    }

    /// Starts such an environment with some variables changed.
    pub async fn start_with(&self, changed: &[(&str, &str)]) -> Function {
        let harmless =
            [("FRAUD_BURST_ORDERS", "1000"), ("FRAUD_SIMILAR_ORDERS", "1000"), ("FRAUD_SIMILAR_SECONDS", "60")];
        self.start_with_thresholds(&[&harmless, changed].concat()).await
    }

    /// Starts an environment of project-orders with these thresholds.
    pub async fn start_with_thresholds(&self, thresholds: &[(&str, &str)]) -> Function {
        let variables = [
            ("DATABASE_URL", self.database.url()),
            ("POPULARITY_QUEUE_URL", self.popularity_queue.url()),
            ("CATALOG_QUEUE_URL", self.catalog_queue.url()),
            ("DEAD_LETTER_QUEUE_URL", self.dead_letters.url()),
            ("ALERTS_QUEUE_URL", self.catalog_queue.url()),
        ];
        Function::start("project-orders", &[&variables, thresholds].concat()).await
    }

    /// Tells everything in batches of this size; every batch must be done, and nothing be moved to the dead-letter queue.
    pub async fn send_events(&self, function: &mut Function, events: &[String], batch: usize) {
        for part in events.chunks(batch) {
            assert_eq!(function.invoke(&sqs_event(part)).await, all_done(), "{}", function.output());
        }
        assert_eq!(self.dead_letters.depth().await, 0, "an event went to the dead-letter queue: {}", function.output());
    }

    /// Tells everything in batches of these sizes.
    pub async fn send_in_batches(&self, function: &mut Function, events: &[String], mut size: impl FnMut() -> usize) {
        let mut sent = 0;
        while sent < events.len() {
            let chunk = size().clamp(1, events.len() - sent);
            self.send_events(function, &events[sent..sent + chunk], chunk).await;
            sent += chunk;
        }
    }

    /// Reads everything that follows from the log.
    pub async fn state(&self) -> Vec<String> {
        let mut state = Vec::new();
        for query in STATE {
            state.extend(self.database.rows(query).await);
        }
        state
    }

    /// Checks that everything is what a recount of the log says, that nothing is left to be projected again, and that
    /// each derived interaction has been recorded with its two pending rows.
    pub async fn assert_exact(&self) {
        let difference = "SELECT rollup, key, stored.figures AS stored, recount.figures AS recounted
             FROM analytic.sales_stored AS stored
             FULL JOIN (SELECT * FROM analytic.sales_recount WHERE 0 <> ANY (figures)) AS recount USING (rollup, key)
             WHERE stored.figures IS DISTINCT FROM recount.figures ORDER BY rollup, key LIMIT 20";
        assert_eq!(self.database.rows(difference).await, [""; 0]);
        assert_eq!(self.database.number("SELECT count(*) FROM analytic.stale_projection").await, 0);
        let owed = "SELECT count(*) FROM analytic.interaction AS logged
             WHERE (SELECT count(*) FROM analytic.pending WHERE interaction_id = logged.id) <> 2
                OR NOT EXISTS (SELECT FROM analytic.interaction_key AS key WHERE (key.event_id, key.origin) = (logged.event_id, logged.origin))
                OR logged.event_id NOT IN (SELECT unnest(derived) FROM analytic.projection)";
        assert_eq!(self.database.number(owed).await, 0);
    }

    pub async fn logged(&self) -> i64 {
        self.database.number("SELECT count(*) FROM analytic.shop_event").await
    }
}

/// An event of the lifecycle shape, at a minute of a fixed day.
pub fn event(name: &str, minute: i64, fields: Value) -> String {
    let start: jiff::Timestamp = "2026-11-18T09:00:00Z".parse().unwrap();
    let mut event = fields;
    event["event"] = json!(name);
    event["timestamp"] = json!((start + jiff::SignedDuration::from_mins(minute)).to_string());
    event.to_string()
}

/// A product id with a readable number.
pub fn spu(number: u32) -> String {
    format!("5b0b0000-0000-4000-8000-{number:012}")
}

/// The life of one order: placed, paid, shipped.
pub fn order(id: &str, product: &str, price: &str) -> Vec<String> {
    vec![
        event(
            "OrderCreated",
            0,
            json!({ "orderId": id, "customerId": "c-1", "items": [{ "productId": product, "quantity": 2, "price": price }] }),
        ),
        event(
            "PaymentProcessed",
            1,
            json!({ "orderId": id, "paymentId": format!("pay-{id}"), "paymentStatus": "SUCCESS", "amount": "20.01", "paymentMethod": "card" }),
        ),
        event("OrderShipped", 20, json!({ "orderId": id })),
    ]
}
