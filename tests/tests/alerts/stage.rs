//! The setup of the tests: findings made by the rules, webhooks that respond by finding, invocations.

use std::ops::Range;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use aws_sdk_sqs::config::retry::RetryConfig;
use contracts::AlertHint;
use domain::fraud::{FindingId, OrderFact, Thresholds, evaluate_orders};
use domain::{CustomerKey, Denomination, Fact, OrderContent, ShopEvent};
use jiff::{SignedDuration, Timestamp};
use lambda_runtime::{Context, LambdaEvent};
use messaging::DeadLetterSender;
use platform::SecretSource;
use send_alerts::{Channel, Deps, Limits, handle};
use serde_json::Value;
use testkit::{Recorded, TestDatabase, TestQueue, TestSecret, TestServer, sqs_event};
use uuid::Uuid;

pub(crate) const KEY: &str = TestSecret::SIGNING_KEY;
pub(crate) const PENDING: &str = "SELECT finding_id, array_to_string(confirmed, ','), coalesce(parked_reason, 'open'),
    leased_until IS NULL FROM analytic.pending_alert ORDER BY 1";

/// Lets the rules find large orders with these numbers, and returns the ids of the findings in ascending order.
pub(crate) async fn find(database: &TestDatabase, numbers: Range<u32>) -> Vec<FindingId> {
    let amounts = "EUR:100000".parse().unwrap();
    // Only the amounts: what is found is large orders.
    let thresholds = Thresholds { amounts, burst_orders: 1_000, similar_orders: 1_000, ..Thresholds::default() };
    let placed_at: Timestamp = "2026-11-20T10:00:00Z".parse().unwrap();
    let order = |number: u32| ShopEvent {
        id: Uuid::now_v7(),
        service: "orders".to_owned(),
        occurred_at: placed_at + SignedDuration::from_hours(i64::from(number)),
        fact: Fact::OrderCreated {
            order_id: format!("o-{number}"),
            content: OrderContent {
                customer: Some(CustomerKey::of_id("c-1")),
                seller_id: None,
                currency: Denomination { code: "EUR".parse().unwrap(), named: true },
                total: "2000".parse().ok(),
                shipping: None,
                tax: None,
                discount: None,
                fee: None,
                payment_method: None,
                lines: Vec::new(),
            },
        },
        link: None,
    };
    let events: Vec<_> = numbers.map(order).collect();
    let store = database.store();
    let mut transaction = store.begin().await.unwrap();
    let facts: Vec<_> = events.iter().filter_map(OrderFact::of).collect();
    let findings = evaluate_orders(&facts, &thresholds);
    let found = store::finding::record(&mut transaction, &findings, |_| false).await.unwrap();
    transaction.commit().await.unwrap();
    assert_eq!(found.len(), events.len());
    found
}

pub(crate) async fn deps(database: &TestDatabase, webhooks: &[(Channel, &TestServer)]) -> Deps {
    let named = |channel: Channel, server: &TestServer| {
        (format!("alert_{channel}_url"), format!("{}/hook/s3cret", server.url()))
    };
    let texts: Vec<_> = webhooks.iter().map(|(channel, server)| named(*channel, server)).collect();
    let texts: Vec<_> = texts.iter().map(|(name, text)| (&**name, &**text)).collect();
    let source = SecretSource::new(&TestQueue::aws(), TestSecret::create(&texts).await.arn().to_owned());
    let limits = Limits { hosts: ["127.0.0.1".to_owned()].into(), call_timeout: Duration::from_secs(1) };
    // There is no queue: dead letters cannot be moved, so they show as failed.
    let client = aws_sdk_sqs::Client::from_conf(nowhere());
    let dead_letters = DeadLetterSender::new(client, "http://127.0.0.1:1/dlq".to_owned(), Duration::from_millis(500));
    Deps { database: database.store(), webhooks: send_alerts::webhooks(source, limits), dead_letters }
}

fn nowhere() -> aws_sdk_sqs::Config {
    let nowhere = aws_sdk_sqs::config::Builder::from(&TestQueue::aws());
    nowhere.endpoint_url("http://127.0.0.1:1").retry_config(RetryConfig::disabled()).build()
}

/// A webhook that responds by the finding's id.
pub(crate) async fn webhook_of(status: impl Fn(&str) -> u16 + Clone + Send + Sync + 'static) -> TestServer {
    TestServer::start(move |request| {
        let status = status(key_of(&request));
        async move { TestServer::reply(status, "") }
    })
    .await
}

pub(crate) fn key_of(request: &Recorded) -> &str {
    request.headers["idempotency-key"].to_str().unwrap()
}

/// The findings that a webhook received, in ascending order.
pub(crate) fn heard(server: &TestServer) -> Vec<String> {
    let mut keys: Vec<_> = server.requests().iter().map(|request| key_of(request).to_owned()).collect();
    keys.sort_unstable();
    keys
}

pub(crate) fn names(ids: &[FindingId]) -> Vec<String> {
    ids.iter().map(ToString::to_string).collect()
}

/// Invokes the handler with 20 s left and returns the failed message ids.
pub(crate) async fn invoke(deps: &Deps, event: Value) -> Result<Vec<String>, String> {
    let deadline = (SystemTime::now() + Duration::from_secs(20)).duration_since(UNIX_EPOCH).unwrap();
    let mut context = Context::default();
    context.deadline = u64::try_from(deadline.as_millis()).unwrap();
    let event = LambdaEvent::new(serde_json::from_value(event).unwrap(), context);
    let answer = handle(deps, event).await.map_err(|error| error.to_string())?;
    Ok(answer.batch_item_failures.into_iter().map(|failure| failure.item_identifier).collect())
}

pub(crate) fn hint(id: FindingId) -> String {
    AlertHint { finding_id: id }.body()
}

pub(crate) fn hints(ids: &[FindingId]) -> Value {
    sqs_event(&ids.iter().map(|id| hint(*id)).collect::<Vec<_>>())
}
