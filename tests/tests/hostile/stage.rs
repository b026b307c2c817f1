//! The setup: the shipped functions on their own database, and requests of arbitrary bytes.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use contracts::{ItemOutcome, RequestError, Sender, read_request};
use domain::{Caller, EventNames};
use jiff::Timestamp;
use serde_json::{Value, json};
use testkit::{Function, HttpEvent, HttpReply, TestDatabase, TestQueue};
use uuid::{Uuid, uuid};

/// A product.
pub(crate) const SPU: &str = "0192e4a0-0000-7000-8000-0000000000aa";
const SHOPPER: Uuid = uuid!("0192e4a0-0000-7000-8000-00000000000a");

/// record-interactions with its database and queues.
pub(crate) struct Stage {
    pub(crate) database: TestDatabase,
    function: Function,
    // Kept so that they live as long as the function.
    _queues: [TestQueue; 2],
}

impl Stage {
    /// Starts the function.
    pub(crate) async fn set() -> Self {
        let database = TestDatabase::create().await;
        let queues = [TestQueue::create().await, TestQueue::create().await];
        let variables = [
            ("DATABASE_URL", database.url()),
            ("POPULARITY_QUEUE_URL", queues[0].url()),
            ("CATALOG_QUEUE_URL", queues[1].url()),
            ("SEND_TIMEOUT_MS", "5000"),
            ("GUEST_EVENTS_PER_MINUTE", "0"),
        ];
        let function = Function::start("record-interactions", &variables).await;
        Self { database, function, _queues: queues }
    }

    /// Sends a body of arbitrary bytes as the shopper, as API Gateway passes it: text as text, the rest in base64.
    pub(crate) async fn record(&mut self, body: &[u8]) -> HttpReply {
        let request = HttpEvent::new("POST", "/api/v1/analytic/interaction").account(SHOPPER);
        let event = match std::str::from_utf8(body) {
            Ok(text) => request.body(text).event(),
            Err(_) => {
                let mut event = request.body(STANDARD.encode(body)).event();
                event["isBase64Encoded"] = json!(true);
                event
            }
        };
        self.send(&event).await
    }

    /// Sends an event; the function has to respond, whatever it is.
    pub(crate) async fn send(&mut self, event: &Value) -> HttpReply {
        let reply = HttpReply::of(&self.function.invoke(event).await.answer());
        assert!(reply.status < 500, "{reply:?} to {event}");
        reply
    }
}

/// Reads a body in-process, as the shopper.
pub(crate) fn read(body: &[u8]) -> Result<Vec<ItemOutcome>, RequestError> {
    let names = EventNames::known();
    let sender = Sender { caller: Caller::Account(SHOPPER), arrival: Timestamp::now(), names: &names };
    read_request(body, &sender, || Uuid::from_u128(1))
}

/// The result of each item, from a success or an error.
pub(crate) fn results(reply: &HttpReply) -> Vec<Value> {
    let json = reply.json();
    let found = if reply.status == 200 { &json["data"] } else { &json["error"]["details"] };
    found["results"].as_array().unwrap_or_else(|| panic!("no results: {json}")).clone()
}

/// A body with one item whose metadata holds a document.
pub(crate) fn with_metadata(document: &[u8]) -> Vec<u8> {
    let start =
        format!(r#"{{"interactions":[{{"event_type":"view","ref_type":"Product","ref_id":"{SPU}","metadata":{{"v":"#);
    [start.as_bytes(), document, b"}}]}"].concat()
}
