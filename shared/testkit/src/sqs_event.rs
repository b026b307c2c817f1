//! The event that Lambda creates from a batch of messages.

use serde_json::{Value, json};

/// When the messages of a batch were sent: 2026-11-18T09:00:00Z, before most events of the tests.
const SENT_MILLIS: i64 = 1_794_992_400_000;

/// Creates the event of a batch with these bodies; message ids are `m0`, `m1`, ...
#[must_use]
pub fn sqs_event<T: AsRef<str>>(bodies: &[T]) -> Value {
    let records: Vec<Value> = bodies
        .iter()
        .enumerate()
        .map(|(i, body)| {
            json!({
                "messageId": format!("m{i}"),
                "receiptHandle": format!("r{i}"),
                "body": body.as_ref(),
                "attributes": { "ApproximateReceiveCount": "1", "SentTimestamp": SENT_MILLIS.to_string(), "AWSTraceHeader": "Root=1-5759e988-bd862e3fe1be46a994272793;Sampled=1" },
                "messageAttributes": {},
                "md5OfBody": "",
                "eventSource": "aws:sqs",
                "eventSourceARN": "arn:aws:sqs:us-east-1:000000000000:test-queue",
                "awsRegion": "us-east-1",
            })
        })
        .collect();
    json!({ "Records": records })
}

/// Writes the body of a hint.
#[must_use]
pub fn hint(id: i64) -> String {
    contracts::Hint { interaction_id: domain::InteractionId(id) }.body()
}
