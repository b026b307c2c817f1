//! How many messages the dead-letter queues hold.

use aws_sdk_sqs::Client;
use aws_sdk_sqs::error::DisplayErrorContext;
use aws_sdk_sqs::types::QueueAttributeName;
use futures_util::future::join_all;

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
}

impl DeadLetterQueues {
    /// Keeps the client, whose limit of a call is that of a count, and the queues with their addresses.
    #[must_use]
    pub fn new(client: Client, queues: Vec<(&'static str, String)>) -> Self {
        Self { client, queues }
    }

    /// Reads the addresses; a queue without one is not counted.
    pub fn read_queues(mut lookup: impl FnMut(&'static str) -> Option<String>) -> Vec<(&'static str, String)> {
        QUEUES.into_iter().filter_map(|(name, variable)| Some((name, lookup(variable)?))).collect()
    }

    /// Asks SQS about all queues at the same time. Never fails.
    pub async fn count(&self) -> Vec<DeadLetterCount> {
        let count = async |(queue, url): &(&'static str, String)| DeadLetterCount {
            queue,
            messages: self.count_one(url).await,
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
