//! A stub SQS that accepts everything immediately and stores nothing, so that a measurement of recording measures our
//! code.

use axum::Router;
use axum::http::HeaderName;
use axum::http::header::CONTENT_TYPE;
use axum::serve::ListenerExt;
use md5::{Digest, Md5};
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

/// The server; it stops when the value is dropped.
pub(crate) struct NullSqs {
    url: String,
    task: JoinHandle<()>,
}

impl NullSqs {
    /// Starts it on a free loopback port.
    pub(crate) async fn start() -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        // Without this a response may wait 40 ms for the acknowledgement of the previous one.
        let listener = listener.tap_io(|stream| stream.set_nodelay(true).unwrap());
        let router = Router::new().fallback(send_message_batch);
        let task = tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        Self { url, task }
    }

    /// Returns the endpoint.
    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    /// Returns the URL of a queue.
    pub(crate) fn queue(&self, name: &str) -> String {
        format!("{}/000000000000/{name}", self.url)
    }
}

impl Drop for NullSqs {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// Responds to `SendMessageBatch` of the JSON protocol: every entry was accepted.
async fn send_message_batch(body: String) -> ([(HeaderName, &'static str); 1], String) {
    let request: Value = serde_json::from_str(&body).unwrap();
    let entries = request["Entries"].as_array().unwrap();
    let taken: Vec<Value> = entries
        .iter()
        .map(|entry| {
            let digest = Md5::digest(entry["MessageBody"].as_str().unwrap());
            let digest: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
            json!({ "Id": entry["Id"], "MessageId": "00000000-0000-0000-0000-000000000000", "MD5OfMessageBody": digest })
        })
        .collect();
    ([(CONTENT_TYPE, "application/x-amz-json-1.0")], json!({ "Successful": taken, "Failed": [] }).to_string())
}
