//! One deployed shop: its HTTP API, its database, its feed.

use std::collections::BTreeSet;
use std::time::Duration;

use aws_sdk_dynamodb::types::AttributeValue;
use domain::Sink;
use reqwest::{Method, RequestBuilder, StatusCode};
use serde_json::{Value, json};
use stack::StackFile;
use testkit::{TestQueue, TestTable, eventually};
use tokio::sync::{RwLock, RwLockReadGuard, RwLockWriteGuard};
use tokio_postgres::{Client, NoTls, SimpleQueryMessage};
use uuid::Uuid;

/// The route for signed-in callers.
pub(crate) const RECORD: &str = "/api/v1/analytic/interaction";
/// The route for guests.
pub(crate) const RECORD_AS_GUEST: &str = "/api/v1/analytic/guest/interaction";
/// The route for imports by the shop's services.
pub(crate) const IMPORT: &str = "/api/v1/analytic/import/interaction";
/// The route for events of the shop's services.
pub(crate) const EVENTS: &str = "/api/v1/analytic/event";
/// The route on which admins read findings.
pub(crate) const ALERTS: &str = "/api/v1/analytic/alerts";
/// The top list.
pub(crate) const TOP: &str = "/api/v1/analytic/popularity/top";

/// An effect takes a batching window of one second and a cold start; a machine under load a few seconds more.
pub(crate) const SOON: Duration = Duration::from_secs(20);

/// Far more pages than anything on the test stack has.
pub(crate) const MOST_PAGES: usize = 1_000;

static TURN: RwLock<()> = RwLock::const_new(());

/// The lock on the deployment, held as long as the shop is open.
enum Turn {
    Together(#[expect(dead_code, reason = "held, not read")] RwLockReadGuard<'static, ()>),
    Alone(#[expect(dead_code, reason = "held, not read")] RwLockWriteGuard<'static, ()>),
}

/// A response of the HTTP API.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: reqwest::header::HeaderMap,
    /// `Null` when the body is empty or not JSON.
    pub(crate) body: Value,
}

impl Answer {
    /// The reason in one word: of the only item, of the request, or of the gateway; otherwise the outcome.
    pub(crate) fn code(&self) -> &str {
        let places = ["/error/details/results/0/code", "/error/code", "/message", "/data/results/0/status"];
        places.into_iter().find_map(|place| self.body.pointer(place)?.as_str()).unwrap_or("-")
    }

    /// The reason in words.
    pub(crate) fn message(&self) -> &str {
        let places = ["/error/details/results/0/message", "/error/message", "/message"];
        places.into_iter().find_map(|place| self.body.pointer(place)?.as_str()).unwrap_or("-")
    }

    /// The ids of the items that are in the log.
    pub(crate) fn ids(&self) -> BTreeSet<i64> {
        let results = self.body["data"]["results"].as_array().into_iter().flatten();
        results.filter_map(|result| result["id"].as_i64()).collect()
    }
}

/// The deployment under test.
pub(crate) struct Shop {
    pub(crate) stack: StackFile,
    pub(crate) http: reqwest::Client,
    database: Client,
    feed: aws_sdk_dynamodb::Client,
    _turn: Turn,
}

impl Shop {
    /// Opens the shop together with other tests.
    pub(crate) async fn open() -> Self {
        Self::with(Turn::Together(TURN.read().await)).await
    }

    /// Opens the shop exclusively. A queue that an earlier, failed test left paused is resumed.
    pub(crate) async fn alone() -> Self {
        let shop = Self::with(Turn::Alone(TURN.write().await)).await;
        for sink in [Sink::Popularity, Sink::Catalog] {
            shop.deliver(sink, true).await;
        }
        shop
    }

    async fn with(turn: Turn) -> Self {
        let path = std::env::var("SHOPSIGNAL_STACK_FILE").expect("SHOPSIGNAL_STACK_FILE: run `make test`");
        let stack = StackFile::load(path.as_ref()).expect("a running stack");
        // An error means that another test of this process installed it.
        rustls::crypto::aws_lc_rs::default_provider().install_default().ok();
        let http = reqwest::Client::builder().no_proxy().timeout(SOON).build().unwrap();
        let (database, connection) = tokio_postgres::connect(&stack.database_url, NoTls).await.unwrap();
        tokio::spawn(connection);
        Self { stack, http, database, feed: aws_sdk_dynamodb::Client::new(&TestQueue::aws()), _turn: turn }
    }

    /// Starts a request to the API.
    pub(crate) fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.http.request(method, format!("{}{path}", self.stack.api_url))
    }

    /// Records interactions with the token of a caller.
    pub(crate) async fn record(&self, token: &str, interactions: Value) -> Answer {
        let body = json!({ "interactions": interactions });
        send(self.request(Method::POST, RECORD).bearer_auth(token).json(&body)).await
    }

    /// Records interactions without a token.
    pub(crate) async fn record_as_guest(&self, interactions: Value) -> Answer {
        send(self.request(Method::POST, RECORD_AS_GUEST).json(&json!({ "interactions": interactions }))).await
    }

    /// Reads a public route.
    pub(crate) async fn get(&self, path: &str) -> Answer {
        send(self.request(Method::GET, path)).await
    }

    /// A product's popularity as `score views carts`; `None` if it has none.
    pub(crate) async fn popularity(&self, product: Uuid) -> Option<Value> {
        let answer = self.get(&format!("/api/v1/analytic/popularity/{product}")).await;
        (answer.status == StatusCode::OK).then(|| answer.body["data"].clone())
    }

    /// Waits until a product has this score, in points.
    pub(crate) async fn wait_for_score(&self, product: Uuid, score: f64) -> Value {
        eventually(&format!("a score of {score}"), SOON, async || {
            let popularity = self.popularity(product).await?;
            (popularity["score"] == score).then_some(popularity)
        })
        .await
    }

    /// Waits until nothing is outstanding for these interactions.
    pub(crate) async fn wait_until_settled(&self, ids: &BTreeSet<i64>) {
        let list = ids.iter().map(i64::to_string).collect::<Vec<_>>().join(",");
        let pending = format!("SELECT count(*) FROM analytic.pending WHERE interaction_id IN ({list})");
        eventually("no pending row", SOON, async || (self.number(&pending).await == 0).then_some(())).await;
    }

    /// The ids in a partition of the feed, such as `account#...`.
    pub(crate) async fn feed_of(&self, partition: &str) -> BTreeSet<i64> {
        let query = self.feed.query().table_name(&self.stack.catalog_table).key_condition_expression("pk = :pk");
        let query = query.expression_attribute_values(":pk", AttributeValue::S(partition.to_owned()));
        let items = query.send().await.unwrap().items.unwrap_or_default();
        items.iter().flat_map(TestTable::ids_of).collect()
    }

    /// The dead-letter queue of a sink.
    pub(crate) fn dlq_url(&self, sink: Sink) -> &str {
        self.stack.queue_url(&format!("{sink}-dlq"))
    }

    /// The queue of a sink.
    pub(crate) fn queue_url(&self, sink: Sink) -> &str {
        self.stack.queue_url(&format!("{sink}-queue"))
    }

    /// Runs a statement.
    pub(crate) async fn execute(&self, sql: &str) {
        self.database.batch_execute(sql).await.unwrap_or_else(|error| panic!("{sql}: {error:?}"));
    }

    /// Reads rows as strings, columns joined by ` | `.
    pub(crate) async fn rows(&self, sql: &str) -> Vec<String> {
        let messages = self.database.simple_query(sql).await.unwrap_or_else(|error| panic!("{sql}: {error:?}"));
        let rows = messages.iter().filter_map(|message| match message {
            SimpleQueryMessage::Row(row) => {
                Some((0..row.len()).map(|i| row.get(i).unwrap_or("null")).collect::<Vec<_>>().join(" | "))
            }
            _ => None,
        });
        rows.collect()
    }

    /// Reads one number.
    pub(crate) async fn number(&self, sql: &str) -> i64 {
        self.rows(sql).await[0].parse().unwrap()
    }
}

/// Sends a request and reads its response.
pub(crate) async fn send(request: RequestBuilder) -> Answer {
    let response = request.send().await.unwrap();
    let (status, headers) = (response.status(), response.headers().clone());
    let text = response.text().await.unwrap();
    Answer { status, headers, body: serde_json::from_str(&text).unwrap_or_default() }
}

/// A view of a product, without an event id.
pub(crate) fn view(product: Uuid) -> Value {
    event("view", product)
}

/// Any event about a product, without an event id.
pub(crate) fn event(event_type: &str, product: Uuid) -> Value {
    json!({ "event_type": event_type, "ref_type": "Product", "ref_id": product })
}
