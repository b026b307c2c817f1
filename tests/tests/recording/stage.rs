//! The setup of each test: its own database and two queues, the function, and helpers for requests.

use serde_json::{Value, json};
use testkit::{Function, HttpEvent, HttpReply, TestDatabase, TestQueue};
use uuid::{Uuid, uuid};

/// The signed-in route.
pub(crate) const ROUTE: &str = "/api/v1/analytic/interaction";
/// The route without a sign-in.
pub(crate) const GUEST_ROUTE: &str = "/api/v1/analytic/guest/interaction";
/// The shopper.
pub(crate) const SHOPPER: Uuid = uuid!("0192e4a0-0000-7000-8000-00000000000a");
/// Somebody else.
pub(crate) const STRANGER: Uuid = uuid!("0192e4a0-0000-7000-8000-00000000000b");
/// A product.
pub(crate) const SPU: &str = "0192e4a0-0000-7000-8000-0000000000aa";

/// Everything that one test needs.
pub(crate) struct Stage {
    pub(crate) database: TestDatabase,
    pub(crate) popularity: TestQueue,
    pub(crate) catalog: TestQueue,
    pub(crate) function: Function,
}

impl Stage {
    /// Sets the stage with everything up.
    pub(crate) async fn set() -> Self {
        Self::with(&[]).await
    }

    /// Sets the stage with some variables of the function changed.
    pub(crate) async fn with(variables: &[(&str, &str)]) -> Self {
        let database = TestDatabase::create().await;
        let (popularity, catalog) = (TestQueue::create().await, TestQueue::create().await);
        let function = start(&database, (&popularity, &catalog), variables).await;
        Self { database, popularity, catalog, function }
    }

    /// Starts one more environment of the function on the same stage.
    pub(crate) async fn another_function(&self, variables: &[(&str, &str)]) -> Function {
        start(&self.database, (&self.popularity, &self.catalog), variables).await
    }

    /// Sends a request.
    pub(crate) async fn send(&mut self, request: &HttpEvent) -> HttpReply {
        self.send_event(&request.event()).await
    }

    /// Sends the event of a request.
    pub(crate) async fn send_event(&mut self, event: &Value) -> HttpReply {
        HttpReply::of(&self.function.invoke(event).await.answer())
    }

    /// Sends items as the shopper.
    pub(crate) async fn record(&mut self, items: &[Value]) -> HttpReply {
        self.send(&by_shopper(items)).await
    }

    /// Counts what is stored: interactions, keys, pending rows.
    pub(crate) async fn counts(&self) -> [i64; 3] {
        let count = |table| format!("SELECT count(*) FROM analytic.{table}");
        let (interactions, keys) = (count("interaction"), count("interaction_key"));
        [
            self.database.number(&interactions).await,
            self.database.number(&keys).await,
            self.database.number(&count("pending")).await,
        ]
    }

    /// Returns the output of the function once it contains a string; output is collected with a short delay.
    pub(crate) async fn output_with(&self, text: &str) -> String {
        self.function.output_with(text).await
    }

    /// Sums a metric over all lines of the function's output; a count that is in no line is zero.
    pub(crate) async fn metric(&self, name: &str) -> f64 {
        let output = self.output_with("\"_aws\":").await;
        let lines = output.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
        lines.filter(|line| line["_aws"].is_object()).filter_map(|line| line[name].as_f64()).sum()
    }
}

async fn start(database: &TestDatabase, queues: (&TestQueue, &TestQueue), changed: &[(&str, &str)]) -> Function {
    let mut variables = vec![
        ("DATABASE_URL", database.url()),
        ("POPULARITY_QUEUE_URL", queues.0.url()),
        ("CATALOG_QUEUE_URL", queues.1.url()),
        ("SEND_TIMEOUT_MS", "5000"),
    ];
    variables.extend(changed);
    Function::start("record-interactions", &variables).await
}

/// Writes the body of a request.
pub(crate) fn body(items: &[Value]) -> String {
    json!({ "interactions": items }).to_string()
}

/// A request of the shopper.
pub(crate) fn by_shopper(items: &[Value]) -> HttpEvent {
    HttpEvent::new("POST", ROUTE).account(SHOPPER).body(body(items))
}

/// A request of a service of the shop.
pub(crate) fn by_service(items: &[Value]) -> HttpEvent {
    HttpEvent::new("POST", ROUTE).claim("sub", "order-service").trusted().body(body(items))
}

/// A request of a guest.
pub(crate) fn by_guest(items: &[Value]) -> HttpEvent {
    HttpEvent::new("POST", GUEST_ROUTE).body(body(items))
}

/// An event of the product with an event id that ends in a number.
pub(crate) fn event(event_type: &str, number: u32) -> Value {
    json!({ "event_id": event_id(number), "event_type": event_type, "ref_type": "Product", "ref_id": SPU })
}

/// A view of the product.
pub(crate) fn view(number: u32) -> Value {
    event("view", number)
}

/// The event id that ends in a number.
pub(crate) fn event_id(number: u32) -> String {
    format!("0192e4a0-0000-7000-8000-1000{number:08x}")
}

/// Sets a field of an item.
pub(crate) fn with(mut item: Value, field: &str, value: impl Into<Value>) -> Value {
    item[field] = value.into();
    item
}

/// Returns the status of each item, with its code if it has one; from a success or an error.
pub(crate) fn statuses(reply: &HttpReply) -> Vec<String> {
    let results = results(reply);
    let status = |result: &Value| match result["code"].as_str() {
        Some(code) => format!("{} {code}", result["status"].as_str().unwrap()),
        None => result["status"].as_str().unwrap().to_owned(),
    };
    results.iter().map(status).collect()
}

/// Returns the result of each item, from a success or an error.
pub(crate) fn results(reply: &HttpReply) -> Vec<Value> {
    let json = reply.json();
    let data = if reply.status == 200 { &json["data"] } else { &json["error"]["details"] };
    data["results"].as_array().unwrap_or_else(|| panic!("no results: {json}")).clone()
}

/// Returns status, code and message of an error.
pub(crate) fn refusal(reply: &HttpReply) -> String {
    reply.refusal()
}
