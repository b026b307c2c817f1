//! An event source mapping: receives messages, invokes the function with a batch, deletes what it did not fail.
//!
//! The rules are those of AWS: <https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html>. In
//! addition it delivers as badly as SQS is allowed to: repeatedly, in any order, and losing acknowledgements.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering::SeqCst};

use aws_sdk_sqs::Client;
use aws_sdk_sqs::types::{DeleteMessageBatchRequestEntry, Message};
use rand::prelude::*;
use rand_chacha::ChaCha8Rng;
use serde_json::Value;
use testkit::{Invoked, TestQueue, sqs_event};

use super::environment::Environment;

/// The delivery faults; they may be changed while the mapping runs.
#[derive(Debug, Default)]
pub struct Delivery {
    /// How often each message is delivered beyond the first time.
    pub duplicates: AtomicU32,
    /// The percentage of batches that stay in the queue although they were handled.
    pub lost_acknowledgements: AtomicU32,
}

/// A mapping with one environment.
#[derive(Debug)]
pub struct Mapping {
    queue: TestQueue,
    client: Client,
    /// The environment of its function.
    pub environment: Environment,
    /// The largest batch.
    batch: usize,
    delivery: Arc<Delivery>,
    random: ChaCha8Rng,
}

/// The result of a batch according to the function's response.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Verdict {
    /// All but these positions are done.
    AllBut(BTreeSet<usize>),
    /// Everything is redelivered.
    AllAgain,
}

impl Mapping {
    /// Connects a queue with an environment.
    #[must_use]
    pub fn new(queue: TestQueue, environment: Environment, delivery: Arc<Delivery>, seed: u64) -> Self {
        Self {
            queue,
            client: TestQueue::client(),
            environment,
            batch: 100,
            delivery,
            random: ChaCha8Rng::seed_from_u64(seed),
        }
    }

    /// Receives and delivers up to some batches; returns how many messages there were.
    ///
    /// # Panics
    /// When the emulator is not available.
    pub async fn deliver(&mut self) -> usize {
        let messages = self.receive().await;
        self.deliver_messages(&messages).await;
        messages.len()
    }

    /// Receives up to a batch of messages, without delivering them.
    ///
    /// # Panics
    /// When the emulator is not available.
    pub async fn receive(&self) -> Vec<Message> {
        let mut messages = Vec::new();
        while messages.len() < self.batch {
            let call = self.client.receive_message().queue_url(self.queue.url()).max_number_of_messages(10);
            let received = call.send().await.unwrap().messages.unwrap_or_default();
            if received.is_empty() {
                break;
            }
            messages.extend(received);
        }
        messages
    }

    /// Delivers messages in any order, in batches of any size, as often as the faults say, and deletes what is done.
    pub async fn deliver_messages(&mut self, messages: &[Message]) {
        let copies = 1 + usize::try_from(self.delivery.duplicates.load(SeqCst)).unwrap();
        let mut places: Vec<usize> = (0..messages.len()).flat_map(|place| vec![place; copies]).collect();
        places.shuffle(&mut self.random);
        let mut done = BTreeSet::new();
        while !places.is_empty() {
            let size = self.random.random_range(1..=self.batch.min(places.len()));
            let batch = places.split_off(places.len() - size);
            done.extend(self.deliver_batch(messages, &batch).await);
        }
        let done: Vec<_> = done.into_iter().map(|place| &messages[place]).collect();
        self.delete(&done).await;
    }

    async fn deliver_batch(&mut self, messages: &[Message], places: &[usize]) -> Vec<usize> {
        let bodies: Vec<_> = places.iter().map(|place| messages[*place].body.as_deref().unwrap()).collect();
        let said = self.environment.invoke(&sqs_event(&bodies)).await;
        let lost = self.random.random_ratio(self.delivery.lost_acknowledgements.load(SeqCst).min(100), 100);
        match read_verdict(said, places.len()) {
            Verdict::AllBut(failed) if !lost => {
                places.iter().enumerate().filter(|(i, _)| !failed.contains(i)).map(|(_, place)| *place).collect()
            }
            _ => Vec::new(),
        }
    }

    async fn delete(&self, messages: &[&Message]) {
        for chunk in messages.chunks(10) {
            let entries = chunk.iter().enumerate().map(|(i, message)| {
                let receipt = message.receipt_handle.clone().unwrap();
                DeleteMessageBatchRequestEntry::builder().id(i.to_string()).receipt_handle(receipt).build().unwrap()
            });
            let call = self.client.delete_message_batch().queue_url(self.queue.url());
            // A missing message was received by another environment in between.
            call.set_entries(Some(entries.collect())).send().await.ok();
        }
    }
}

/// Interprets a response as Lambda does: an unintelligible one is a failure of the whole batch, but one without the
/// decisive key is a success of the whole batch.
fn read_verdict(said: Invoked, size: usize) -> Verdict {
    let Invoked::Answered(answer) = said else { return Verdict::AllAgain };
    let failures = match &answer["batchItemFailures"] {
        Value::Null => return Verdict::AllBut(BTreeSet::new()),
        Value::Array(failures) => failures,
        _ => return Verdict::AllAgain,
    };
    let place = |failure: &Value| -> Option<usize> {
        let place = failure["itemIdentifier"].as_str()?.strip_prefix('m')?.parse().ok()?;
        (place < size).then_some(place)
    };
    failures.iter().map(place).collect::<Option<_>>().map_or(Verdict::AllAgain, Verdict::AllBut)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn an_answer_is_read_as_lambda_reads_it() {
        let read = |answer: Value| read_verdict(Invoked::Answered(answer), 3);
        let all_done = Verdict::AllBut(BTreeSet::new());
        assert_eq!(read(json!({"batchItemFailures": []})), all_done);
        assert_eq!(read(json!({"batchItemFailures": null})), all_done);
        assert_eq!(read(json!({"batch_item_failures": [{"itemIdentifier": "m1"}]})), all_done, "the dangerous one");
        assert_eq!(read(Value::Null), all_done);
        let second = json!({"batchItemFailures": [{"itemIdentifier": "m1"}]});
        assert_eq!(read(second), Verdict::AllBut(BTreeSet::from([1])));
        for strange in [json!([{"itemIdentifier": ""}]), json!([{"id": "m1"}]), json!([{"itemIdentifier": "m7"}])] {
            assert_eq!(read(json!({ "batchItemFailures": strange })), Verdict::AllAgain);
        }
        assert_eq!(read_verdict(Invoked::Died, 3), Verdict::AllAgain);
        assert_eq!(read_verdict(Invoked::Failed(json!({})), 3), Verdict::AllAgain);
    }
}
