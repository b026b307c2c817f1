//! The queues of a rig, as template.yaml makes them, but with a visibility timeout that a test can wait for.

use std::time::Duration;

use aws_sdk_sqs::types::QueueAttributeName;
use testkit::TestQueue;
use uuid::Uuid;

/// How long a received message is hidden. Real ones are six times their function's timeout.
pub(super) const VISIBILITY: Duration = Duration::from_secs(3);

/// The queues of the sinks, each with its dead-letter queue, and the one of alerts, which nothing here raises.
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
}

impl Queues {
    /// Makes the queues.
    ///
    /// # Panics
    /// When the emulator is not there.
    pub async fn create(max_receives: u32) -> Self {
        let (popularity, popularity_dlq) = create_pair(max_receives).await;
        let (catalog, catalog_dlq) = create_pair(max_receives).await;
        Self { popularity, popularity_dlq, catalog, catalog_dlq, alerts: TestQueue::create().await }
    }

    /// Throws away every message of the sinks, as an operator's mistake would.
    ///
    /// # Panics
    /// When the emulator is not there.
    pub async fn purge(&self) {
        for queue in [&self.popularity, &self.catalog] {
            TestQueue::client().purge_queue().queue_url(queue.url()).send().await.unwrap();
        }
    }

    /// Removes the queues.
    pub async fn remove(&self) {
        for queue in [&self.popularity, &self.popularity_dlq, &self.catalog, &self.catalog_dlq, &self.alerts] {
            TestQueue::client().delete_queue().queue_url(queue.url()).send().await.ok();
        }
    }
}

async fn create_pair(max_receives: u32) -> (TestQueue, TestQueue) {
    let client = TestQueue::client();
    let dlq = TestQueue::create().await;
    let arn = client.get_queue_attributes().queue_url(dlq.url()).attribute_names(QueueAttributeName::QueueArn);
    let arn = arn.send().await.unwrap().attributes.unwrap()[&QueueAttributeName::QueueArn].clone();
    let policy = serde_json::json!({"deadLetterTargetArn": arn, "maxReceiveCount": max_receives}).to_string();
    let created = client
        .create_queue()
        .queue_name(format!("test-{}", Uuid::now_v7()))
        .attributes(QueueAttributeName::VisibilityTimeout, VISIBILITY.as_secs().to_string())
        .attributes(QueueAttributeName::RedrivePolicy, policy);
    (TestQueue::open(&created.send().await.unwrap().queue_url.unwrap()), dlq)
}
