//! An SQS that accepts some messages of a batch and refuses others.

use serde_json::{Value, json};

use crate::{Recorded, TestServer};

impl TestServer {
    /// Starts an SQS that answers each batch with 200 and refuses the messages whose body a function picks.
    pub async fn sqs_refusing(refuses: fn(&str) -> bool) -> Self {
        Self::start(move |request| async move {
            let mut reply = Self::reply(200, answer(&request, refuses).to_string());
            reply.headers_mut().insert("content-type", "application/x-amz-json-1.0".parse().unwrap());
            reply
        })
        .await
    }
}

fn answer(request: &Recorded, refuses: fn(&str) -> bool) -> Value {
    let batch: Value = serde_json::from_str(&request.body).unwrap();
    let entries = batch["Entries"].as_array().unwrap().iter();
    let (failed, taken): (Vec<_>, Vec<_>) = entries.partition(|entry| refuses(entry["MessageBody"].as_str().unwrap()));
    let failed = failed.iter().map(|entry| json!({ "Id": entry["Id"], "SenderFault": false, "Code": "InternalError" }));
    let taken = taken.iter().map(|entry| json!({ "Id": entry["Id"], "MessageId": "m", "MD5OfMessageBody": "" }));
    json!({ "Successful": taken.collect::<Vec<_>>(), "Failed": failed.collect::<Vec<_>>() })
}
