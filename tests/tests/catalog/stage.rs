//! The setup of the tests: recorded interactions, a catalog that responds by id, invocations.

use std::num::NonZeroUsize;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use aws_sdk_sqs::config::retry::RetryConfig;
use catalog::{Catalog, HttpCatalog, HttpSettings};
use domain::{Learning, NewInteraction, RefType, Reference};
use lambda_runtime::{Context, LambdaEvent};
use messaging::DeadLetterSender;
use serde_json::Value;
use store::Database;
use testkit::{TestDatabase, TestQueue, TestServer, hint, interaction, sqs_event};
use update_catalog::{Deps, handle};

pub(crate) const PENDING: &str =
    "SELECT interaction_id, coalesce(parked_reason, 'open') FROM analytic.pending WHERE sink = 'catalog' ORDER BY 1";

/// Records views and returns their ids in ascending order.
pub(crate) async fn record(database: &TestDatabase, count: usize) -> Vec<i64> {
    let view = || NewInteraction {
        reference: Reference::new(RefType::Category, "shoes").unwrap(),
        metadata: r#"{"note":"canary-7391"}"#.to_owned(),
        ..interaction("view", "shoe")
    };
    let views: Vec<_> = (0..count).map(|_| view()).collect();
    let mut ids: Vec<_> = database.record(&views).await.into_iter().map(|id| id.0).collect();
    ids.sort_unstable();
    ids
}

pub(crate) fn deps(database: Database, server: &TestServer) -> Deps {
    let settings = HttpSettings {
        url: server.url().parse().unwrap(),
        call_timeout: Duration::from_secs(1),
        concurrency: NonZeroUsize::new(4).unwrap(),
        pause: Duration::from_secs(10),
    };
    // There is no queue: dead letters cannot be moved, so they show as failed.
    let nowhere = aws_sdk_sqs::config::Builder::from(&TestQueue::aws());
    let nowhere = nowhere.endpoint_url("http://127.0.0.1:1").retry_config(RetryConfig::disabled()).build();
    let client = aws_sdk_sqs::Client::from_conf(nowhere);
    let dead_letters = DeadLetterSender::new(client, "http://127.0.0.1:1/dlq".to_owned(), Duration::from_millis(500));
    let learning = Learning { lookback: 5, half_life_days: 30 };
    Deps { database, learning, outside: Some(Catalog::Http(HttpCatalog::new(settings))), dead_letters }
}

/// Responds by the interaction's id.
pub(crate) async fn catalog_of(status: impl Fn(i64) -> u16 + Clone + Send + Sync + 'static) -> TestServer {
    TestServer::start(move |request| {
        let status = status(request.headers["idempotency-key"].to_str().unwrap().parse().unwrap());
        async move { TestServer::reply(status, "") }
    })
    .await
}

pub(crate) fn heard(server: &TestServer) -> Vec<i64> {
    let requests = server.requests();
    let ids = requests.iter().map(|request| request.headers["idempotency-key"].to_str().unwrap().parse().unwrap());
    let mut ids: Vec<i64> = ids.collect();
    ids.sort_unstable();
    ids
}

/// Invokes the handler with 20 s left.
pub(crate) async fn invoke(deps: &Deps, event: Value) -> Result<Vec<String>, String> {
    invoke_with(deps, event, Duration::from_secs(20)).await
}

/// Invokes the handler and returns the failed message ids.
pub(crate) async fn invoke_with(deps: &Deps, event: Value, left: Duration) -> Result<Vec<String>, String> {
    let deadline = (SystemTime::now() + left).duration_since(UNIX_EPOCH).unwrap();
    let mut context = Context::default();
    context.deadline = u64::try_from(deadline.as_millis()).unwrap();
    let event = LambdaEvent::new(serde_json::from_value(event).unwrap(), context);
    let answer = handle(deps, event).await.map_err(|error| error.to_string())?;
    Ok(answer.batch_item_failures.into_iter().map(|failure| failure.item_identifier).collect())
}

pub(crate) fn hints(ids: &[i64]) -> Value {
    sqs_event(&ids.iter().map(|id| hint(*id)).collect::<Vec<_>>())
}
