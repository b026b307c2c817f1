//! The setup of each test: its own queue, accept-events, and helpers for requests.

use serde_json::{Value, json};
use testkit::{Function, HttpEvent, HttpReply, TestDatabase, TestQueue, sqs_event};

/// The route.
pub(crate) const ROUTE: &str = "/api/v1/analytic/event";
/// What both functions read events with.
const INTAKE: [(&str, &str); 1] = [("DEFAULT_CURRENCY", "EUR")];

/// Everything that one test needs.
pub(crate) struct Stage {
    pub(crate) queue: TestQueue,
    pub(crate) function: Function,
}

impl Stage {
    /// Sets the stage with everything up.
    pub(crate) async fn set() -> Self {
        Self::with(&[]).await
    }

    /// Sets the stage with some variables of the function changed.
    pub(crate) async fn with(changed: &[(&str, &str)]) -> Self {
        let queue = TestQueue::create().await;
        let mut variables = vec![("ORDER_EVENTS_QUEUE_URL", queue.url()), ("SEND_TIMEOUT_MS", "5000")];
        variables.extend(INTAKE);
        variables.extend(changed);
        let function = Function::start("accept-events", &variables).await;
        Self { queue, function }
    }

    /// Sends a request.
    pub(crate) async fn send(&mut self, request: &HttpEvent) -> HttpReply {
        self.function.request(request).await
    }

    /// Posts events as a service of the shop.
    pub(crate) async fn post(&mut self, events: &[Value]) -> HttpReply {
        self.send(&by_service(body(events))).await
    }

    /// Takes the messages out of the queue, sorted.
    pub(crate) async fn take_messages(&self) -> Vec<String> {
        let messages = self.queue.drain().await.into_iter();
        let mut bodies: Vec<_> = messages.map(|message| message.body.unwrap_or_default()).collect();
        bodies.sort();
        bodies
    }

    /// Lets project-orders log the messages of the queue, in a separate database, and returns that.
    pub(crate) async fn project(&self) -> TestDatabase {
        self.project_with(&[]).await
    }

    /// The same with some variables of project-orders changed.
    pub(crate) async fn project_with(&self, changed: &[(&str, &str)]) -> TestDatabase {
        let (database, other) = (TestDatabase::create().await, TestQueue::create().await);
        let mut variables = vec![
            ("DATABASE_URL", database.url()),
            ("POPULARITY_QUEUE_URL", other.url()),
            ("CATALOG_QUEUE_URL", other.url()),
            ("ALERTS_QUEUE_URL", other.url()),
            // There is no such queue: unreadable messages cannot be moved, so they show as failed.
            ("DEAD_LETTER_QUEUE_URL", "http://127.0.0.1:1/no-such-queue"),
            ("SEND_TIMEOUT_MS", "5000"),
        ];
        variables.extend(INTAKE);
        variables.extend(changed);
        let mut function = Function::start("project-orders", &variables).await;
        let answer = function.invoke(&sqs_event(&self.take_messages().await)).await.answer();
        assert_eq!(answer["batchItemFailures"], json!([]), "what was accepted could not be read again");
        database
    }
}

/// Writes the body of a request.
pub(crate) fn body(events: &[Value]) -> String {
    json!({ "events": events }).to_string()
}

/// A request of a service of the shop.
pub(crate) fn by_service(body: impl Into<String>) -> HttpEvent {
    HttpEvent::new("POST", ROUTE).claim("sub", "order-service").trusted().body(body)
}

/// An order that was shipped.
pub(crate) fn shipped(number: usize) -> Value {
    json!({ "event": "OrderShipped", "eventId": format!("shipped-{number}"), "timestamp": "2026-11-18T09:00:00Z",
            "orderId": format!("o-{number}") })
}

/// A sign-in, in the analytics format.
pub(crate) fn login(address: &str) -> Value {
    json!({ "eventType": "USER_LOGIN", "service": "USER_SERVICE", "timestamp": "2026-11-18T09:00:00",
            "userEmail": address })
}

/// Returns the result of each event, from a success or an error.
pub(crate) fn results(reply: &HttpReply) -> Vec<Value> {
    let json = reply.json();
    let data = if reply.status == 200 { &json["data"] } else { &json["error"]["details"] };
    let results = data["results"].as_array().unwrap_or_else(|| panic!("no results: {json}")).clone();
    for (index, result) in results.iter().enumerate() {
        assert_eq!(result["index"], index, "{json}");
    }
    for status in ["accepted", "rejected", "unavailable"] {
        let count = results.iter().filter(|result| result["status"] == status).count();
        assert_eq!(data[status], count, "{json}");
    }
    results
}

/// Returns the status of each event, with its code where it has one.
pub(crate) fn statuses(reply: &HttpReply) -> Vec<String> {
    let status = |result: &Value| match result["code"].as_str() {
        Some(code) => format!("{} {code}", result["status"].as_str().unwrap()),
        None => result["status"].as_str().unwrap().to_owned(),
    };
    results(reply).iter().map(status).collect()
}
