//! A message of a dead-letter queue.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use aws_sdk_sqs::types::{Message, MessageSystemAttributeName as Attribute};
use contracts::REASON_ATTRIBUTE;

/// The attribute in which EventBridge Scheduler names the target that it could not reach.
pub(super) const TARGET_ARN: &str = "TARGET_ARN";

/// A dead letter.
#[derive(Debug, Clone)]
pub(crate) struct DeadLetter {
    pub(crate) id: String,
    pub(crate) receipt: String,
    pub(crate) body: String,
    pub(crate) trace: Option<String>,
    /// Why its consumer gave it up; `None` when SQS or EventBridge did.
    pub(crate) reason: Option<String>,
    /// The target that EventBridge Scheduler could not reach; `None` for all others.
    pub(crate) target_arn: Option<String>,
    /// Age since it was first sent.
    pub(crate) age_seconds: f64,
}

impl DeadLetter {
    /// Takes what SQS has delivered; `None` without an id or a receipt handle, which SQS always sets.
    pub(super) fn of(message: Message) -> Option<Self> {
        let attribute = |name| message.attributes.as_ref()?.get(&name).cloned();
        let sent: u64 = attribute(Attribute::SentTimestamp).and_then(|text| text.parse().ok()).unwrap_or_default();
        let age = SystemTime::now().duration_since(UNIX_EPOCH + Duration::from_millis(sent)).unwrap_or_default();
        let of_sender = |name| message.message_attributes.as_ref()?.get(name)?.string_value.clone();
        Some(Self {
            reason: of_sender(REASON_ATTRIBUTE),
            target_arn: of_sender(TARGET_ARN),
            trace: attribute(Attribute::AwsTraceHeader),
            age_seconds: age.as_secs_f64(),
            id: message.message_id?,
            receipt: message.receipt_handle?,
            body: message.body.unwrap_or_default(),
        })
    }
}
