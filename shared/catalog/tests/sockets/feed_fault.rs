//! The feed when DynamoDB throttles, fails, does not respond or refuses an item. A stub server replaces DynamoDB here,
//! because neither the real one nor an emulator throttles on demand; the written items are tested against the emulator.

use std::collections::HashSet;
use std::time::{Duration, Instant};

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::config::{BehaviorVersion, Config, Credentials, Region, retry::RetryConfig};
use catalog::{AgainReason, Catalog, Delivery, FeedCatalog, Outcome};
use domain::{Interaction, InteractionId, ParkReason};
use serde_json::{Value, json};

use crate::http_answer::{soon, viewed};
use crate::server::{Reply, Request, Server, answer};

const OK: &str = r#"{"UnprocessedItems":{}}"#;

fn feed(server: &Server) -> Catalog {
    let config = Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new("us-east-1"))
        .endpoint_url(&server.origin)
        .credentials_provider(Credentials::new("test", "test", None, None, "test"))
        .retry_config(RetryConfig::disabled())
        .build();
    Catalog::Feed(FeedCatalog::new(Client::from_conf(config), "feed".to_owned()))
}

/// The put requests of a call.
fn puts(request: &Request) -> Vec<Value> {
    let body: Value = serde_json::from_str(&request.body).unwrap();
    body["RequestItems"]["feed"].as_array().unwrap().clone()
}

/// The interactions in the item of a put request.
fn ids_of(put: &Value) -> Vec<i64> {
    let interactions = put["PutRequest"]["Item"]["interactions"]["L"].as_array().unwrap();
    interactions.iter().map(|interaction| interaction["M"]["id"]["N"].as_str().unwrap().parse().unwrap()).collect()
}

/// Refuses calls with one of these interactions.
fn without(invalid: &'static [i64]) -> impl Fn(usize, &Request) -> Reply + Send + Sync + 'static {
    |_, request| {
        let is_invalid = puts(request).iter().flat_map(ids_of).any(|id| invalid.contains(&id));
        if is_invalid { fails(400, "ValidationException") } else { answer(200, OK) }
    }
}

fn fails(status: u16, code: &str) -> Reply {
    answer(status, &json!({"__type": format!("com.amazonaws.dynamodb.v20120810#{code}"), "message": "no"}).to_string())
}

/// An item for each.
async fn deliver(catalog: &Catalog, count: i64) -> Delivery {
    catalog.deliver(&of_visitors(count), soon()).await.unwrap()
}

/// Each of another visitor.
fn of_visitors(count: i64) -> Vec<Interaction> {
    (0..count).map(|id| Interaction { session_id: Some(format!("s-{id}")), ..viewed(id) }).collect()
}

fn ids(delivery: &Delivery, wanted: &Outcome) -> HashSet<i64> {
    let outcomes = delivery.outcomes.iter();
    outcomes.filter(|(_, outcome)| outcome == wanted).map(|(id, _)| id.0).collect()
}

#[tokio::test]
async fn twenty_five_items_go_into_one_call() {
    let server = Server::start(|_, _| answer(200, OK)).await;
    let delivery = deliver(&feed(&server), 60).await;
    assert_eq!(ids(&delivery, &Outcome::Confirmed), (0..60).collect());
    assert_eq!(delivery.call_times.len(), 3);
    let mut sizes: Vec<_> = server.requests().iter().map(|request| puts(request).len()).collect();
    sizes.sort_unstable();
    assert_eq!(sizes, [10, 25, 25]);
}

#[tokio::test]
async fn the_interactions_of_a_visitor_go_into_one_item() {
    let server = Server::start(|_, _| answer(200, OK)).await;
    let interactions: Vec<_> = (0..60).map(viewed).collect();
    let delivery = feed(&server).deliver(&interactions, soon()).await.unwrap();
    assert_eq!(ids(&delivery, &Outcome::Confirmed), (0..60).collect());
    let puts: Vec<_> = server.requests().iter().flat_map(puts).collect();
    assert_eq!(puts.iter().map(ids_of).collect::<Vec<_>>(), [(0..60).collect::<Vec<_>>()]);
}

#[tokio::test]
async fn items_left_over_are_written_again_until_they_are_in() {
    // Each call takes the first two items and leaves the rest.
    let script = |_, request: &Request| {
        let left = puts(request).split_off(puts(request).len().min(2));
        answer(200, &json!({"UnprocessedItems": {"feed": left}}).to_string())
    };
    let server = Server::start(script).await;
    let delivery = deliver(&feed(&server), 5).await;
    assert_eq!(ids(&delivery, &Outcome::Confirmed), (0..5).collect());
    let sizes: Vec<_> = server.requests().iter().map(|request| puts(request).len()).collect();
    assert_eq!(sizes, [5, 3, 1]);
}

#[tokio::test]
async fn items_left_over_at_the_deadline_are_owed() {
    let server =
        Server::start(|_, request| answer(200, &json!({"UnprocessedItems": {"feed": puts(request)[1..]}}).to_string()))
            .await;
    let start = Instant::now();
    let delivery = feed(&server).deliver(&of_visitors(25), start + Duration::from_millis(300)).await.unwrap();
    assert!(start.elapsed() < Duration::from_millis(700), "took {:?}", start.elapsed());
    let confirmed = ids(&delivery, &Outcome::Confirmed);
    assert_eq!(confirmed.len(), server.count(), "one of each call");
    assert_eq!(ids(&delivery, &Outcome::Again(AgainReason::Throttled)).len(), 25 - confirmed.len());
}

#[tokio::test]
async fn an_unknown_left_over_item_voids_the_answer() {
    let stranger = r#"{"UnprocessedItems":{"feed":[{"PutRequest":{"Item":{"pk":{"S":"x"}}}}]}}"#;
    let server = Server::start(move |_, _| answer(200, stranger)).await;
    let delivery = deliver(&feed(&server), 3).await;
    assert_eq!(ids(&delivery, &Outcome::Again(AgainReason::FeedFailed)).len(), 3);
}

#[tokio::test]
async fn an_invalid_item_is_found_and_its_neighbours_are_written() {
    let server = Server::start(without(&[7, 20])).await;
    let delivery = deliver(&feed(&server), 25).await;
    assert_eq!(ids(&delivery, &Outcome::Refused(ParkReason::FeedRefused)), HashSet::from([7, 20]));
    assert_eq!(ids(&delivery, &Outcome::Confirmed).len(), 23);
    assert!(server.count() <= 21, "{} calls: more than halving takes", server.count());
}

#[tokio::test]
async fn an_invalid_interaction_is_found_in_its_item_and_the_others_are_written() {
    let server = Server::start(without(&[7, 20])).await;
    let interactions: Vec<_> = (0..25).map(viewed).collect();
    let delivery = feed(&server).deliver(&interactions, soon()).await.unwrap();
    assert_eq!(ids(&delivery, &Outcome::Refused(ParkReason::FeedRefused)), HashSet::from([7, 20]));
    assert_eq!(ids(&delivery, &Outcome::Confirmed).len(), 23);
    assert!(server.count() <= 21, "{} calls: more than halving takes", server.count());
}

#[tokio::test]
async fn a_failing_table_parks_nothing() {
    for (status, code, reason) in [
        (400, "ThrottlingException", AgainReason::Throttled),
        (400, "ProvisionedThroughputExceededException", AgainReason::Throttled),
        (400, "RequestLimitExceeded", AgainReason::Throttled),
        (400, "ResourceNotFoundException", AgainReason::FeedFailed),
        (400, "AccessDeniedException", AgainReason::FeedFailed),
        (500, "InternalServerError", AgainReason::FeedFailed),
        (503, "ServiceUnavailable", AgainReason::FeedFailed),
    ] {
        let server = Server::start(move |_, _| fails(status, code)).await;
        let delivery = deliver(&feed(&server), 3).await;
        assert_eq!(ids(&delivery, &Outcome::Again(reason)).len(), 3, "{code}");
        assert!(delivery.catalog_is_down());
    }
}

#[tokio::test]
async fn a_silent_table_ends_at_the_deadline() {
    let server = Server::start(|_, _| Reply::Never).await;
    let start = Instant::now();
    let deadline = start + Duration::from_millis(300);
    let delivery = feed(&server).deliver(&[viewed(1)], deadline).await.unwrap();
    assert_eq!(delivery.outcomes, [(InteractionId(1), Outcome::Again(AgainReason::DeadlineReached))]);
    assert!(start.elapsed() < Duration::from_millis(700));
    let after = feed(&server).deliver(&[viewed(1)], deadline).await.unwrap();
    assert_eq!(after.outcomes, delivery.outcomes);
    assert!(after.call_times.is_empty(), "a call began after the deadline");
}

#[tokio::test]
async fn an_unreachable_table_is_owed_everything() {
    let server = Server::start(|_, _| Reply::HangUp).await;
    let delivery = deliver(&feed(&server), 2).await;
    assert_eq!(ids(&delivery, &Outcome::Again(AgainReason::Unreachable)).len(), 2);
}
