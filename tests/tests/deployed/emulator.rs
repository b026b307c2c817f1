//! What an operator does with AWS besides the API: pausing a queue's mapping, inspecting a queue, reading logs.
//!
//! Plain HTTP to the emulator, which checks no signature, so that no further SDK is compiled for three calls.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use domain::Sink;
use reqwest::Method;
use serde_json::{Value, json};
use testkit::{TestQueue, eventually};

use crate::shop::{MOST_PAGES, SOON, Shop, send};

/// A logged line that was JSON, of one function.
pub(crate) type Line = Value;

impl Shop {
    /// The name of the deployed stack.
    fn deployed_name(&self) -> &str {
        let name = self.stack.queue_url("popularity-queue").rsplit('/').next().unwrap();
        name.strip_suffix("-popularity-queue").unwrap()
    }

    /// Calls an AWS API of the emulator.
    async fn aws(&self, service: &str, method: Method, path: &str, body: Value) -> Value {
        let credential = format!("Credential=test/20260101/{}/{service}/aws4_request", self.stack.region);
        let request = self.http.request(method, format!("{}{path}", self.stack.aws_endpoint));
        let request =
            request.header("authorization", format!("AWS4-HMAC-SHA256 {credential}, SignedHeaders=host, Signature=0"));
        let request = match service {
            "logs" => request
                .header("content-type", "application/x-amz-json-1.1")
                .header("x-amz-target", "Logs_20140328.FilterLogEvents"),
            "events" => request
                .header("content-type", "application/x-amz-json-1.1")
                .header("x-amz-target", "AWSEvents.PutEvents"),
            _ => request.header("content-type", "application/json"),
        };
        let answer = send(if body.is_null() { request } else { request.body(body.to_string()) }).await;
        assert!(answer.status.is_success(), "{service} {path}: {answer:?}");
        answer.body
    }

    /// Stops or resumes the delivery of a sink's messages to its function.
    pub(crate) async fn deliver(&self, sink: Sink, enabled: bool) {
        let mappings = self.aws("lambda", Method::GET, "/2015-03-31/event-source-mappings/", Value::Null).await;
        let queue = self.queue_url(sink).rsplit('/').next().unwrap();
        let mappings = mappings["EventSourceMappings"].as_array().unwrap();
        let own = mappings.iter().find(|mapping| mapping["EventSourceArn"].as_str().unwrap().ends_with(queue)).unwrap();
        let path = format!("/2015-03-31/event-source-mappings/{}", own["UUID"].as_str().unwrap());
        self.aws("lambda", Method::PUT, &path, json!({ "Enabled": enabled })).await;
    }

    /// The bodies in a queue, visible or not, without receiving them.
    pub(crate) async fn bodies_in(&self, queue_url: &str) -> Vec<String> {
        let path = format!("/_ministack/sqs/messages?QueueUrl={queue_url}");
        let found = self.aws("sqs", Method::GET, &path, Value::Null).await;
        let mut messages = Vec::new();
        collect_bodies(&found["messages"], &mut messages);
        messages
    }

    /// The JSON lines that a function logged since an instant (see [`instant`]), oldest first.
    pub(crate) async fn logs(&self, function: &str, since: u64) -> Vec<Line> {
        let group = format!("/aws/lambda/{}-{function}", self.deployed_name());
        let (mut lines, mut next) = (Vec::new(), Value::Null);
        for _ in 0..MOST_PAGES {
            let mut body = json!({ "logGroupName": group, "startTime": since });
            if !next.is_null() {
                body["nextToken"] = next;
            }
            let answer = self.aws("logs", Method::POST, "/", body).await;
            let events = answer["events"].as_array().into_iter().flatten();
            lines.extend(events.filter_map(|event| serde_json::from_str(event["message"].as_str()?.trim()).ok()));
            next = answer["nextToken"].clone();
            if next.is_null() {
                return lines;
            }
        }
        panic!("the log does not end");
    }

    /// Puts an event on the bus of the shop's services.
    pub(crate) async fn put_on_bus(&self, event: &Value) {
        let bus = format!("{}-shop", self.deployed_name());
        let (source, kind, detail) = ("shop.orders", "ShopEvent", event.to_string());
        let entry = json!({ "EventBusName": bus, "Source": source, "DetailType": kind, "Detail": detail });
        let answer = self.aws("events", Method::POST, "/", json!({ "Entries": [entry] })).await;
        assert_eq!(answer["FailedEntryCount"], 0, "{answer}");
    }

    /// Removes a dead letter of project-orders, like an operator who has inspected it, if it is there.
    pub(crate) async fn take_order_dead_letter(&self, text: &str) -> Option<String> {
        let (client, url) = (TestQueue::client(), self.stack.queue_url("order-events-dlq"));
        let received = client.receive_message().queue_url(url).max_number_of_messages(10).visibility_timeout(1);
        let messages = received.send().await.unwrap().messages.unwrap_or_default();
        let found = messages.into_iter().find(|message| message.body().is_some_and(|body| body.contains(text)))?;
        client.delete_message().queue_url(url).receipt_handle(found.receipt_handle?).send().await.unwrap();
        found.body
    }

    /// Waits for a log line of a function with a given text in a field.
    pub(crate) async fn line_with(&self, function: &str, (field, text): (&str, &str), since: u64) -> Line {
        eventually(&format!("a line of {function} with {text}"), SOON, async || {
            let lines = self.logs(function, since).await;
            lines.into_iter().find(|line| line[field].as_str().is_some_and(|said| said.contains(text)))
        })
        .await
    }

    /// Waits for the line that a function logs about an interaction.
    pub(crate) async fn line_about(&self, function: &str, id: i64, since: u64) -> Line {
        eventually(&format!("a line of {function} about {id}"), SOON, async || {
            let lines = self.logs(function, since).await;
            lines.into_iter().find(|line| {
                let ids = line["interaction.ids"].as_str().unwrap_or("[]");
                serde_json::from_str::<Vec<i64>>(ids).unwrap().contains(&id)
            })
        })
        .await
    }
}

/// The current time for log queries: milliseconds since 1970, slightly early because lines have their own time.
pub(crate) fn instant() -> u64 {
    let early = SystemTime::now() - Duration::from_millis(100);
    early.duration_since(UNIX_EPOCH).unwrap().as_millis().try_into().unwrap()
}

fn collect_bodies(value: &Value, bodies: &mut Vec<String>) {
    match value {
        Value::Array(items) => items.iter().for_each(|item| collect_bodies(item, bodies)),
        Value::Object(map) => match map.get("Body").or_else(|| map.get("body")).and_then(Value::as_str) {
            Some(body) => bodies.push(body.to_owned()),
            None => map.values().for_each(|value| collect_bodies(value, bodies)),
        },
        _ => {}
    }
}
