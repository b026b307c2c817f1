//! A dead-letter queue and its source, ten messages at a time.

use std::time::Duration;

use aws_sdk_sqs::Client;
use aws_sdk_sqs::types::{
    ChangeMessageVisibilityBatchRequestEntry, DeleteMessageBatchRequestEntry, MessageSystemAttributeName as Attribute,
    MessageSystemAttributeNameForSends, MessageSystemAttributeValue, QueueAttributeName, SendMessageBatchRequestEntry,
};

use contracts::REASON_ATTRIBUTE;

use super::dead_letter::{DeadLetter, TARGET_ARN};
use super::failed_run::FailedRun;
use crate::Error;
use crate::deployment::Deployment;
use crate::dlq::Dlq;

/// The maximum number of messages of one SQS call.
pub(crate) const BATCH: usize = 10;
/// Long polling asks every server of the queue; without it a receive may find nothing in a queue that holds messages.
const WAIT: Duration = Duration::from_secs(1);
/// The visibility timeout of a received message. A pass that lasts longer sees some twice, which it detects.
const HIDDEN: Duration = Duration::from_secs(10 * 60);

/// A message to be redriven.
#[derive(Debug, Clone)]
pub(super) struct Outgoing {
    pub(super) body: String,
    pub(super) trace: Option<String>,
    /// The failed run that a message of the maintenance queue describes.
    pub(super) run: Option<FailedRun>,
}

/// The destination of a redrive.
pub(crate) enum Destination<'a> {
    /// A queue.
    Queue(&'a str),
    /// The function that a message names.
    Functions(aws_sdk_lambda::Client),
}

/// A dead-letter queue and its destination.
pub(crate) struct Queues<'a> {
    pub(crate) client: Client,
    pub(crate) destination: Destination<'a>,
    pub(crate) dlq: &'a str,
}

impl<'a> Queues<'a> {
    /// Finds a dead-letter queue and its destination.
    ///
    /// # Errors
    /// `Usage` naming the flag when one is not known.
    pub(super) fn of(deployment: &'a Deployment, dlq: Dlq) -> Result<Self, Error> {
        let (destination, url) = match (dlq, deployment.source_url(dlq), deployment.dlq_url(dlq)) {
            (Dlq::Maintenance, _, Some(url)) => (Destination::Functions(deployment.lambda()), url),
            (Dlq::Maintenance, _, None) => {
                return Err(Error::Usage("--maintenance-dlq-url is needed with --database-url".to_owned()));
            }
            (_, Some(source), Some(url)) => (Destination::Queue(source), url),
            _ => {
                let rule = format!("--{dlq}-queue-url and --{dlq}-dlq-url are needed with --database-url");
                return Err(Error::Usage(rule));
            }
        };
        Ok(Self { client: deployment.sqs(), destination, dlq: url })
    }

    /// The approximate number of dead letters, including invisible ones.
    pub(crate) async fn depth(&self) -> Result<usize, Error> {
        let names = [
            QueueAttributeName::ApproximateNumberOfMessages,
            QueueAttributeName::ApproximateNumberOfMessagesNotVisible,
        ];
        let call = self.client.get_queue_attributes().queue_url(self.dlq).set_attribute_names(Some(names.to_vec()));
        let output = call.send().await.map_err(|error| Error::aws("measure the dead-letter queue", error))?;
        let values = output.attributes.unwrap_or_default();
        Ok(names.iter().filter_map(|name| values.get(name)?.parse::<usize>().ok()).sum())
    }

    /// Receives up to ten dead letters, which become invisible. An empty result means that none are visible.
    pub(crate) async fn receive(&self) -> Result<Vec<DeadLetter>, Error> {
        let call = self.client.receive_message().queue_url(self.dlq).max_number_of_messages(10);
        let call = call.wait_time_seconds(seconds(WAIT)).visibility_timeout(seconds(HIDDEN));
        let call = call.message_system_attribute_names(Attribute::SentTimestamp);
        let call = call.message_attribute_names(REASON_ATTRIBUTE).message_attribute_names(TARGET_ARN);
        let call = call.message_system_attribute_names(Attribute::AwsTraceHeader).send();
        let output = call.await.map_err(|error| Error::aws("receive from the dead-letter queue", error))?;
        Ok(output.messages.unwrap_or_default().into_iter().filter_map(DeadLetter::of).collect())
    }

    /// Redrives up to ten messages, and returns for each whether it was accepted.
    pub(super) async fn send(&self, messages: &[Outgoing]) -> Result<Vec<bool>, Error> {
        match &self.destination {
            Destination::Queue(url) => self.send_to(url, messages).await,
            Destination::Functions(client) => {
                let mut taken = Vec::with_capacity(messages.len());
                for message in messages {
                    taken.push(match &message.run {
                        Some(run) => run.repeat(client).await?,
                        None => false,
                    });
                }
                Ok(taken)
            }
        }
    }

    async fn send_to(&self, url: &str, messages: &[Outgoing]) -> Result<Vec<bool>, Error> {
        let entries = messages.iter().enumerate().map(|(i, message)| {
            let trace = message.trace.as_ref().map(|header| {
                let value = MessageSystemAttributeValue::builder().data_type("String").string_value(header).build();
                (MessageSystemAttributeNameForSends::AwsTraceHeader, value.expect("the data type is set"))
            });
            let entry = SendMessageBatchRequestEntry::builder().id(i.to_string()).message_body(&message.body);
            let entry = entry.set_message_system_attributes(trace.map(|trace| [trace].into()));
            entry.build().expect("id and body are set")
        });
        let call = self.client.send_message_batch().queue_url(url).set_entries(Some(entries.collect()));
        let output = call.send().await.map_err(|error| Error::aws("send to the queue", error))?;
        Ok(done(messages.len(), output.successful().iter().map(|entry| entry.id())))
    }

    /// Deletes up to ten dead letters, and returns for each whether it was deleted.
    pub(super) async fn delete(&self, receipts: &[String]) -> Result<Vec<bool>, Error> {
        let entries = receipts.iter().enumerate().map(|(i, receipt)| {
            let entry = DeleteMessageBatchRequestEntry::builder().id(i.to_string()).receipt_handle(receipt).build();
            entry.expect("id and receipt are set")
        });
        let call = self.client.delete_message_batch().queue_url(self.dlq).set_entries(Some(entries.collect()));
        let output = call.send().await.map_err(|error| Error::aws("delete from the dead-letter queue", error))?;
        Ok(done(receipts.len(), output.successful().iter().map(|entry| entry.id())))
    }

    /// Makes dead letters visible again at once. If that fails, one becomes visible by itself after ten minutes.
    pub(crate) async fn release(&self, receipts: &[String]) -> Result<(), Error> {
        for chunk in receipts.chunks(BATCH) {
            let entries = chunk.iter().enumerate().map(|(i, receipt)| {
                let entry = ChangeMessageVisibilityBatchRequestEntry::builder().id(i.to_string());
                let entry = entry.receipt_handle(receipt).visibility_timeout(0).build();
                entry.expect("id and receipt are set")
            });
            let entries = entries.collect();
            let call = self.client.change_message_visibility_batch().queue_url(self.dlq).set_entries(Some(entries));
            call.send().await.map_err(|error| Error::aws("show the dead letters again", error))?;
        }
        Ok(())
    }
}

/// Turns the ids of the successful entries into one result per entry. Entries that are not listed have failed.
fn done<'a>(entries: usize, successful: impl Iterator<Item = &'a str>) -> Vec<bool> {
    let mut done = vec![false; entries];
    for position in successful.filter_map(|id| id.parse::<usize>().ok()) {
        if let Some(entry) = done.get_mut(position) {
            *entry = true;
        }
    }
    done
}

fn seconds(duration: Duration) -> i32 {
    i32::try_from(duration.as_secs()).unwrap_or(i32::MAX)
}
