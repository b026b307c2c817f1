//! How many messages the dead-letter queues hold.

use std::time::Duration;

use aws_sdk_sqs::Client;
use aws_sdk_sqs::error::DisplayErrorContext;
use aws_sdk_sqs::types::QueueAttributeName;
use futures_util::future::join_all;
use tokio::time::timeout;

/// The queues, as `shopsignal redrive` calls them, and the variables with their addresses.
const QUEUES: [(&str, &str); 5] = [
    ("popularity", "POPULARITY_DLQ_URL"),
    ("catalog", "CATALOG_DLQ_URL"),
    ("alerts", "ALERTS_DLQ_URL"),
    ("order-events", "ORDER_EVENTS_DLQ_URL"),
    ("maintenance", "MAINTENANCE_DLQ_URL"),
];

/// The messages of a queue.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DeadLetterCount {
    /// The queue, as `shopsignal redrive` calls it.
    pub queue: &'static str,
    /// Its messages, approximately, also those that somebody is moving; `None` when SQS did not answer in time.
    pub messages: Option<i64>,
}

/// Counts the messages of the dead-letter queues.
#[derive(Debug, Clone)]
pub struct DeadLetterQueues {
    client: Client,
    queues: Vec<(&'static str, String)>,
    limit: Duration,
}

impl DeadLetterQueues {
    /// Keeps the client, the queues with their addresses, and the limit that SQS has for its answers.
    #[must_use]
    pub fn new(client: Client, queues: Vec<(&'static str, String)>, limit: Duration) -> Self {
        Self { client, queues, limit }
    }

    /// Reads the addresses; a queue without one is not counted.
    pub fn read_queues(mut lookup: impl FnMut(&'static str) -> Option<String>) -> Vec<(&'static str, String)> {
        QUEUES.into_iter().filter_map(|(name, variable)| Some((name, lookup(variable)?))).collect()
    }

    /// Asks SQS about all queues at the same time. Never fails, and takes no longer than the limit.
    pub async fn count(&self) -> Vec<DeadLetterCount> {
        let count = async |(queue, url): &(&'static str, String)| {
            let messages = timeout(self.limit, self.count_one(url)).await.ok().flatten();
            DeadLetterCount { queue, messages }
        };
        join_all(self.queues.iter().map(count)).await
    }

    async fn count_one(&self, url: &str) -> Option<i64> {
        let names = [
            QueueAttributeName::ApproximateNumberOfMessages,
            QueueAttributeName::ApproximateNumberOfMessagesNotVisible,
        ];
        let call = self.client.get_queue_attributes().queue_url(url).set_attribute_names(Some(names.to_vec()));
        let answer = call.send().await.inspect_err(|error| {
            tracing::warn!(queue.url = url, error = %DisplayErrorContext(error), "could not count the messages of a queue");
        });
        let answer = answer.ok()?;
        let attributes = answer.attributes()?;
        names.iter().map(|name| attributes.get(name)?.parse::<i64>().ok()).sum()
    }
}
