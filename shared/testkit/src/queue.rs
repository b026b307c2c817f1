//! A queue of the emulator for one test.

use std::time::Duration;

use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_credential_types::Credentials;
use aws_credential_types::provider::SharedCredentialsProvider;
use aws_sdk_sqs::Client;
use aws_sdk_sqs::types::{Message, QueueAttributeName};
use contracts::REASON_ATTRIBUTE;
use uuid::Uuid;

use crate::{Stack, eventually};

/// So many receives of ten messages empty any queue of a test.
const MOST_RECEIVES: usize = 10_000;

/// A queue with a unique name.
#[derive(Debug, Clone)]
pub struct TestQueue {
    client: Client,
    url: String,
}

impl TestQueue {
    /// Creates the queue.
    ///
    /// # Panics
    /// When the emulator is not available.
    pub async fn create() -> Self {
        let client = Self::client();
        let name = format!("test-{}", Uuid::now_v7());
        let created = client.create_queue().queue_name(name).send().await.unwrap();
        Self { client, url: created.queue_url.unwrap() }
    }

    /// Opens a queue that exists.
    #[must_use]
    pub fn open(url: &str) -> Self {
        Self { client: Self::client(), url: url.to_owned() }
    }

    /// Returns a client of the emulator.
    #[must_use]
    pub fn client() -> Client {
        Client::new(&Self::aws())
    }

    /// Returns the SDK configuration of the emulator.
    #[must_use]
    pub fn aws() -> SdkConfig {
        let keys = Credentials::new("test", "test", None, None, "testkit");
        SdkConfig::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(Region::new("us-east-1"))
            .credentials_provider(SharedCredentialsProvider::new(keys))
            .endpoint_url(Stack::get().aws_endpoint())
            .build()
    }

    /// Returns the URL.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Counts the messages, waiting and in flight.
    ///
    /// # Panics
    /// When the emulator is not available.
    pub async fn depth(&self) -> usize {
        let names = [
            QueueAttributeName::ApproximateNumberOfMessages,
            QueueAttributeName::ApproximateNumberOfMessagesNotVisible,
        ];
        let call = self.client.get_queue_attributes().queue_url(&self.url).set_attribute_names(Some(names.to_vec()));
        let attributes = call.send().await.unwrap().attributes.unwrap_or_default();
        names.iter().map(|name| attributes[name].parse::<usize>().unwrap()).sum()
    }

    /// Receives and deletes all messages.
    ///
    /// # Panics
    /// When the emulator is not available, or the queue is filled as fast as it is emptied.
    pub async fn drain(&self) -> Vec<Message> {
        let mut drained = Vec::new();
        for _ in 0..MOST_RECEIVES {
            let call = self.client.receive_message().queue_url(&self.url).max_number_of_messages(10);
            let call = call.message_system_attribute_names("All".into()).message_attribute_names("All");
            let messages = call.send().await.unwrap().messages.unwrap_or_default();
            if messages.is_empty() {
                return drained;
            }
            for message in messages {
                let receipt = message.receipt_handle.clone().unwrap();
                self.client.delete_message().queue_url(&self.url).receipt_handle(receipt).send().await.unwrap();
                drained.push(message);
            }
        }
        panic!("{} never runs empty: {} messages so far", self.url, drained.len());
    }

    /// Returns the bodies of the messages and puts them back, as new messages.
    ///
    /// # Panics
    /// When the emulator is not available.
    pub async fn peek(&self) -> Vec<String> {
        let messages = self.drain().await;
        let bodies: Vec<_> = messages.into_iter().map(|message| message.body.unwrap_or_default()).collect();
        for body in &bodies {
            self.send(body).await;
        }
        bodies
    }

    /// Receives and deletes every dead letter, and returns them sorted, each as its reason and its body.
    ///
    /// # Panics
    /// When the emulator is not available.
    pub async fn drain_dead_letters(&self) -> Vec<String> {
        let text = |message: Message| {
            let reason = message.message_attributes.and_then(|mut all| all.remove(REASON_ATTRIBUTE)?.string_value);
            format!("{} {}", reason.unwrap_or_default(), message.body.unwrap_or_default())
        };
        let mut letters: Vec<_> = self.drain().await.into_iter().map(text).collect();
        letters.sort();
        letters
    }

    /// Sends a message body unchanged.
    ///
    /// # Panics
    /// When the emulator refuses it.
    pub async fn send(&self, body: &str) {
        self.client.send_message().queue_url(&self.url).message_body(body).send().await.unwrap();
    }

    /// Receives up to ten messages, which are invisible to others for these seconds, and returns how many there were.
    ///
    /// # Panics
    /// When the emulator is not available.
    pub async fn hide(&self, seconds: i32) -> usize {
        let call = self.client.receive_message().queue_url(&self.url).max_number_of_messages(10).wait_time_seconds(5);
        call.visibility_timeout(seconds).send().await.unwrap().messages().len()
    }

    /// Waits until the queue has this many messages.
    ///
    /// # Panics
    /// When that does not happen in time.
    pub async fn wait_for_depth(&self, depth: usize, limit: Duration) {
        let what = format!("a depth of {depth} of {}", self.url);
        eventually(&what, limit, async || (self.depth().await == depth).then_some(())).await;
    }
}
