//! An SQS batch as Lambda delivers it.

use serde::Deserialize;

/// The messages of one invocation, with the fields that a consumer uses. The others, which make up most of the event, are
/// skipped unread: a batch of hints is read at every invocation of a consumer.
///
/// Source: <https://docs.aws.amazon.com/lambda/latest/dg/with-sqs.html>.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct SqsEvent {
    /// The messages.
    #[serde(rename = "Records")]
    pub records: Vec<SqsMessage>,
}

/// One message.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SqsMessage {
    /// Identifies the message in the response.
    pub message_id: String,
    /// What the sender wrote.
    pub body: String,
    /// Set by SQS and by the sender.
    #[serde(default)]
    pub attributes: SqsAttributes,
}

/// The system attributes of a message.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
pub struct SqsAttributes {
    /// The trace header of the sender.
    #[serde(rename = "AWSTraceHeader")]
    pub trace_header: Option<String>,
    /// When it was sent, in milliseconds since 1970.
    #[serde(rename = "SentTimestamp")]
    pub sent_millis: Option<String>,
}
