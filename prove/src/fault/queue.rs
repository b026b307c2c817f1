//! The queues of a rig, as in template.yaml, but with a visibility timeout for which a test can wait.

use std::time::Duration;

use aws_sdk_sqs::types::QueueAttributeName;
use testkit::TestQueue;
use uuid::Uuid;

/// How often a message of each queue is received before SQS moves it to the dead-letter queue.
#[derive(Debug, Clone, Copy)]
pub struct Receives {
    /// Of popularity-queue.
    pub popularity: u32,
    /// Of catalog-queue.
    pub catalog: u32,
    /// Of alerts-queue.
    pub alerts: u32,
    /// Of order-events-queue.
    pub order_events: u32,
}

impl Receives {
    /// The same for every queue.
    #[must_use]
    pub fn all(receives: u32) -> Self {
        Self { popularity: receives, catalog: receives, alerts: receives, order_events: receives }
    }
}

/// The queues of the consumers, each with its dead-letter queue.
#[derive(Debug, Clone)]
pub struct Queues {
    /// Of update-popularity.
    pub popularity: TestQueue,
    /// Its dead letters.
    pub popularity_dlq: TestQueue,
    /// Of update-catalog.
    pub catalog: TestQueue,
    /// Its dead letters.
    pub catalog_dlq: TestQueue,
    /// Of send-alerts.
    pub alerts: TestQueue,
    /// Its dead letters.
    pub alerts_dlq: TestQueue,
    /// Of project-orders.
    pub order_events: TestQueue,
    /// Its dead letters.
    pub order_events_dlq: TestQueue,
}

impl Queues {
    /// Creates the queues. A received message is invisible for `visibility`; real ones for six times the function's
    /// timeout.
    ///
    /// # Panics
    /// When the emulator is not available.
    pub async fn create(receives: Receives, visibility: Duration) -> Self {
        let (popularity, popularity_dlq) = create_pair(receives.popularity, visibility).await;
        let (catalog, catalog_dlq) = create_pair(receives.catalog, visibility).await;
        let (alerts, alerts_dlq) = create_pair(receives.alerts, visibility).await;
        let (order_events, order_events_dlq) = create_pair(receives.order_events, visibility).await;
        Self { popularity, popularity_dlq, catalog, catalog_dlq, alerts, alerts_dlq, order_events, order_events_dlq }
    }

    /// Returns each consumer's queue and dead-letter queue, by the name that `redrive` uses.
    #[must_use]
    pub fn pairs(&self) -> [(&'static str, &TestQueue, &TestQueue); 4] {
        [
            ("popularity", &self.popularity, &self.popularity_dlq),
            ("catalog", &self.catalog, &self.catalog_dlq),
            ("alerts", &self.alerts, &self.alerts_dlq),
            ("order-events", &self.order_events, &self.order_events_dlq),
        ]
    }

    /// Purges the queues of the sinks, like an operator's mistake.
    ///
    /// # Panics
    /// When the emulator is not available.
    pub async fn purge(&self) {
        for queue in [&self.popularity, &self.catalog] {
            TestQueue::client().purge_queue().queue_url(queue.url()).send().await.unwrap();
        }
    }

    /// Removes the queues.
    pub async fn remove(&self) {
        for queue in self.pairs().into_iter().flat_map(|(_, queue, dlq)| [queue, dlq]) {
            TestQueue::client().delete_queue().queue_url(queue.url()).send().await.ok();
        }
    }
}

async fn create_pair(max_receives: u32, visibility: Duration) -> (TestQueue, TestQueue) {
    let client = TestQueue::client();
    let dlq = TestQueue::create().await;
    let arn = client.get_queue_attributes().queue_url(dlq.url()).attribute_names(QueueAttributeName::QueueArn);
    let arn = arn.send().await.unwrap().attributes.unwrap()[&QueueAttributeName::QueueArn].clone();
    let policy = serde_json::json!({"deadLetterTargetArn": arn, "maxReceiveCount": max_receives}).to_string();
    let created = client
        .create_queue()
        .queue_name(format!("test-{}", Uuid::now_v7()))
        .attributes(QueueAttributeName::VisibilityTimeout, visibility.as_secs().to_string())
        .attributes(QueueAttributeName::RedrivePolicy, policy);
    (TestQueue::open(&created.send().await.unwrap().queue_url.unwrap()), dlq)
}
