//! The feed in the emulator's DynamoDB: what is written, and that it is written once.

use std::collections::{BTreeMap, HashMap};
use std::time::{Duration, Instant};

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::{
    AttributeDefinition, AttributeValue, BillingMode, KeySchemaElement, KeyType, ScalarAttributeType,
};
use catalog::{AgainReason, Catalog, Delivery, FeedCatalog, Outcome};
use domain::{Interaction, InteractionId, ParkReason};
use testkit::TestQueue;
use uuid::Uuid;

/// A separate table for one test, with the key schema of the template.
pub(crate) struct Feed {
    client: Client,
    table: String,
}

impl Feed {
    pub(crate) async fn create() -> Self {
        let feed = Self { client: client(), table: format!("feed-{}", Uuid::now_v7()) };
        let mut create = feed.client.create_table().table_name(&feed.table).billing_mode(BillingMode::PayPerRequest);
        for (name, key) in [("pk", KeyType::Hash), ("sk", KeyType::Range)] {
            let attribute = AttributeDefinition::builder().attribute_name(name).attribute_type(ScalarAttributeType::S);
            let key = KeySchemaElement::builder().attribute_name(name).key_type(key);
            create = create.attribute_definitions(attribute.build().unwrap()).key_schema(key.build().unwrap());
        }
        create.send().await.unwrap();
        feed
    }

    /// The table's name.
    pub(crate) fn table(&self) -> &str {
        &self.table
    }

    async fn deliver(&self, interactions: &[Interaction]) -> Delivery {
        let catalog = Catalog::Feed(FeedCatalog::new(self.client.clone(), self.table.clone()));
        catalog.deliver(interactions, Instant::now() + Duration::from_secs(20)).await.unwrap()
    }

    /// Returns everything in the table, by interaction id.
    pub(crate) async fn items(&self) -> BTreeMap<i64, HashMap<String, AttributeValue>> {
        let items = self.client.scan().table_name(&self.table).send().await.unwrap().items.unwrap_or_default();
        let count = items.len();
        let items: BTreeMap<_, _> =
            items.into_iter().map(|item| (item["id"].as_n().unwrap().parse().unwrap(), item)).collect();
        assert_eq!(items.len(), count, "an interaction is in the feed twice");
        items
    }

    pub(crate) async fn drop(self) {
        self.client.delete_table().table_name(&self.table).send().await.unwrap();
    }
}

fn client() -> Client {
    Client::new(&TestQueue::aws())
}

fn viewed(id: i64) -> Interaction {
    Interaction {
        id: InteractionId(id),
        account_id: Some(Uuid::from_u128(1)),
        session_id: Some("s-1".to_owned()),
        event_type: "view".to_owned(),
        ref_type: "Product".to_owned(),
        ref_id: Uuid::from_u128(2).to_string(),
        metadata: r#"{"rank":1.50,"text":"ü🎁"}"#.to_owned(),
        occurred_at: "2026-11-20T10:00:00Z".parse().unwrap(),
        date_created: "2026-11-20T10:00:00.25Z".parse().unwrap(),
    }
}

fn all_are(delivery: &Delivery, wanted: &Outcome) -> bool {
    delivery.outcomes.iter().all(|(_, outcome)| outcome == wanted)
}

#[tokio::test]
async fn every_interaction_becomes_one_item_however_often_it_is_delivered() {
    let feed = Feed::create().await;
    let mut interactions: Vec<_> = (0..60).map(viewed).collect();
    interactions.push(viewed(59));
    for _ in 0..2 {
        let delivery = feed.deliver(&interactions).await;
        assert_eq!(delivery.outcomes.len(), 60);
        assert!(all_are(&delivery, &Outcome::Confirmed) && !delivery.catalog_is_down());
        assert_eq!(feed.items().await.into_keys().collect::<Vec<_>>(), (0..60).collect::<Vec<_>>());
        interactions.reverse();
    }
    feed.drop().await;
}

#[tokio::test]
async fn an_item_holds_the_interaction_and_its_end() {
    let feed = Feed::create().await;
    feed.deliver(&[viewed(42)]).await;
    let item = &feed.items().await[&42];
    let mut lines: Vec<_> = item.iter().map(|(name, value)| format!("{name}: {value:?}")).collect();
    lines.sort();
    insta::assert_snapshot!(lines.join("\n"), @r#"
    account_id: S("00000000-0000-0000-0000-000000000001")
    date_created: S("2026-11-20T10:00:00.250000Z")
    event_type: S("view")
    expires_at: N("1802944800")
    id: N("42")
    metadata: S("{\"rank\":1.50,\"text\":\"ü🎁\"}")
    occurred_at: S("2026-11-20T10:00:00.000000Z")
    pk: S("account#00000000-0000-0000-0000-000000000001")
    ref_id: S("00000000-0000-0000-0000-000000000002")
    ref_type: S("Product")
    session_id: S("s-1")
    sk: S("2026-11-20T10:00:00.250000Z#00000000000000000042")
    "#);
    feed.drop().await;
}

#[tokio::test]
async fn guests_are_found_by_session_and_the_rest_by_day() {
    let feed = Feed::create().await;
    let guest = Interaction { account_id: None, ..viewed(1) };
    let machine = Interaction { account_id: None, session_id: None, ..viewed(2) };
    let delivery = feed.deliver(&[guest, machine]).await;
    assert!(all_are(&delivery, &Outcome::Confirmed));
    let items = feed.items().await;
    assert_eq!(items[&1]["pk"].as_s().unwrap(), "session#s-1");
    assert_eq!(items[&2]["pk"].as_s().unwrap(), "anonymous#2026-11-20");
    assert!(!items[&2].contains_key("session_id") && !items[&2].contains_key("account_id"));
    feed.drop().await;
}

#[tokio::test]
async fn items_that_dynamodb_cannot_hold_are_refused_alone() {
    let feed = Feed::create().await;
    let mut interactions: Vec<_> = (0..25).map(viewed).collect();
    // Items hold at most 400 KB.
    for too_large in [7, 20] {
        interactions[too_large].metadata = format!(r#"{{"text":"{}"}}"#, "x".repeat(400 * 1024));
    }
    let delivery = feed.deliver(&interactions).await;
    let refused = Outcome::Refused(ParkReason::FeedRefused);
    let mut ids: Vec<_> =
        delivery.outcomes.iter().filter(|(_, outcome)| *outcome == refused).map(|(id, _)| id.0).collect();
    ids.sort_unstable();
    assert_eq!(ids, [7, 20]);
    assert_eq!(delivery.outcomes.iter().filter(|(_, outcome)| *outcome == Outcome::Confirmed).count(), 23);
    assert_eq!(feed.items().await.len(), 23);
    feed.drop().await;
}

#[tokio::test]
async fn a_missing_table_parks_nothing() {
    let feed = Feed { client: client(), table: "no-such-feed".to_owned() };
    let delivery = feed.deliver(&[viewed(1), viewed(2)]).await;
    assert!(all_are(&delivery, &Outcome::Again(AgainReason::FeedFailed)) && delivery.catalog_is_down());
}
