//! Back-end events that could not be applied: some hold what the producer sent, including addresses and names.
//!
//! A letter that names the person is sent again without them, under the same event id, and only then deleted: the order
//! is not lost, and counts once even if both are redriven. An unreadable letter can never be applied; it is deleted.

use std::collections::HashMap;
use std::time::Instant;

use aws_sdk_sqs::Client;
use aws_sdk_sqs::types::{Message, QueueAttributeName};
use contracts::{Anonymized, Intake, anonymize_in_event, is_named_in_event};
use domain::{CustomerKey, Identities};
use futures_util::{StreamExt, stream};
use jiff::Timestamp;

use crate::PeopleError;
use crate::task::Task;

/// How long a letter stays invisible while the others are checked, in seconds.
const HIDDEN_SECONDS: i32 = 120;
/// Long polling asks every server of the queue, in seconds.
const WAIT_SECONDS: i32 = 1;
/// The number of consecutive empty responses after which everything was seen.
const QUIET: usize = 2;
/// The maximum number of letters of a pass: with more, an operator has to look at the queue first.
const MOST: usize = 10_000;
/// Concurrent calls that make letters visible again: with thousands, one after the other would take a minute.
const RELEASES: usize = 20;

/// The dead-letter queue of back-end events.
#[derive(Debug)]
pub struct DeadLetters {
    client: Client,
    url: String,
    intake: Intake,
}

impl DeadLetters {
    /// Takes a client, the URL of the queue, and the settings for parsing events, whose secret hashes addresses.
    #[must_use]
    pub fn new(client: Client, url: String, intake: Intake) -> Self {
        Self { client, url, intake }
    }

    /// Rewrites or deletes the letters that name the person; returns whether all were checked.
    pub(crate) async fn erase(&self, task: Task<'_>) -> Result<bool, PeopleError> {
        let mut pass = Pass::new(self);
        let erased = task.draw().await?;
        let done = loop {
            if task.is_overdue() {
                break Ok(false);
            }
            match pass.receive().await {
                Ok(None) => break pass.has_seen_all().await,
                Err(error) => break Err(error),
                Ok(Some(letters)) => match self.anonymize(task, &erased, letters).await {
                    Ok(deleted) => pass.deleted += deleted,
                    Err(error) => break Err(error),
                },
            }
        };
        pass.release().await;
        done
    }

    /// Rewrites or deletes those that name the person; returns how many were deleted, rewritten ones included.
    async fn anonymize(
        &self,
        task: Task<'_>,
        erased: &CustomerKey,
        letters: Vec<Message>,
    ) -> Result<usize, PeopleError> {
        let mut deleted = 0;
        for letter in letters {
            let body = letter.body.as_deref().unwrap_or_default();
            let (Some(found), Some(receipt)) = (
                anonymize_in_event(body, (&self.intake, Timestamp::now()), task.identities, erased),
                &letter.receipt_handle,
            ) else {
                continue;
            };
            if let Anonymized::Rewritten(text) = found {
                let call = self.client.send_message().queue_url(&self.url).message_body(text);
                // its reason is kept
                let call = call.set_message_attributes(letter.message_attributes.clone());
                call.send().await.map_err(|error| PeopleError::Letters(error.into()))?;
            }
            let call = self.client.delete_message().queue_url(&self.url).receipt_handle(receipt);
            call.send().await.map_err(|error| PeopleError::Letters(error.into()))?;
            deleted += 1;
            task.count("dead_letters", 1).await?;
        }
        Ok(deleted)
    }

    /// Returns the bodies of the letters that name the person, if all were read before the deadline.
    pub(crate) async fn list(
        &self,
        identities: &Identities,
        deadline: Option<Instant>,
    ) -> Result<Vec<String>, PeopleError> {
        let mut pass = Pass::new(self);
        let mut bodies = Vec::new();
        let done = loop {
            if deadline.is_some_and(|deadline| Instant::now() >= deadline) {
                break Ok(false);
            }
            match pass.receive().await {
                Ok(None) => break pass.has_seen_all().await,
                Err(error) => break Err(error),
                Ok(Some(letters)) => {
                    let named = letters.into_iter().filter_map(|letter| letter.body);
                    bodies.extend(named.filter(|body| is_named_in_event(body, &self.intake, identities)));
                }
            }
        };
        pass.release().await;
        if done? { Ok(bodies) } else { Err(PeopleError::LettersLeft) }
    }
}

/// One pass over every letter.
struct Pass<'a> {
    letters: &'a DeadLetters,
    /// The receipt handles of received messages, by message.
    seen: HashMap<String, String>,
    /// How many of these are no longer in the queue.
    deleted: usize,
    quiet: usize,
}

impl<'a> Pass<'a> {
    fn new(letters: &'a DeadLetters) -> Self {
        Self { letters, seen: HashMap::new(), deleted: 0, quiet: 0 }
    }

    /// Receives letters that were not seen before; none are left when it returns `None`.
    async fn receive(&mut self) -> Result<Option<Vec<Message>>, PeopleError> {
        while self.quiet < QUIET && self.seen.len() < MOST {
            let call = self.letters.client.receive_message().queue_url(&self.letters.url).max_number_of_messages(10);
            let call =
                call.message_attribute_names("All").wait_time_seconds(WAIT_SECONDS).visibility_timeout(HIDDEN_SECONDS);
            let output = call.send().await.map_err(|error| PeopleError::Letters(error.into()))?;
            let received = output.messages.unwrap_or_default().into_iter();
            let new = received.filter(|letter| {
                let (Some(id), Some(receipt)) = (&letter.message_id, &letter.receipt_handle) else { return false };
                self.seen.insert(id.clone(), receipt.clone()).is_none()
            });
            let new: Vec<_> = new.collect();
            if !new.is_empty() {
                self.quiet = 0;
                return Ok(Some(new));
            }
            self.quiet += 1;
        }
        Ok(None)
    }

    /// Says whether every letter was seen: none was invisible, arrived later, or exceeded the limit. The counts of SQS
    /// are approximate: at worst the caller has to call again.
    async fn has_seen_all(&self) -> Result<bool, PeopleError> {
        let names = [
            QueueAttributeName::ApproximateNumberOfMessages,
            QueueAttributeName::ApproximateNumberOfMessagesNotVisible,
        ];
        let call = self.letters.client.get_queue_attributes().queue_url(&self.letters.url);
        let output = call.set_attribute_names(Some(names.to_vec())).send().await;
        let values = output.map_err(|error| PeopleError::Letters(error.into()))?.attributes.unwrap_or_default();
        let depth: usize = names.iter().filter_map(|name| values.get(name)?.parse::<usize>().ok()).sum();
        Ok(depth <= self.seen.len() - self.deleted)
    }

    /// Makes the remaining letters visible again. If that fails, they become visible by themselves.
    async fn release(self) {
        let release = |receipt| async move {
            let call = self.letters.client.change_message_visibility().queue_url(&self.letters.url);
            if call.receipt_handle(receipt).visibility_timeout(0).send().await.is_err() {
                // Deleted, or its visibility timeout has expired: both are fine.
            }
        };
        stream::iter(self.seen.into_values()).for_each_concurrent(RELEASES, release).await;
    }
}
