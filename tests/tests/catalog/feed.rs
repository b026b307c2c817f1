//! The feed in the emulator's DynamoDB: what is written, and that nothing replaces it.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use aws_sdk_dynamodb::types::AttributeValue;
use catalog::{AgainReason, Catalog, Delivery, FeedCatalog, Outcome};
use domain::{Interaction, InteractionId, ParkReason};
use testkit::TestTable;
use uuid::Uuid;

async fn deliver(table: &str, interactions: &[Interaction]) -> Delivery {
    let catalog = Catalog::Feed(FeedCatalog::new(TestTable::client(), table.to_owned()));
    catalog.deliver(interactions, Instant::now() + Duration::from_secs(20)).await.unwrap()
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
async fn a_batch_becomes_one_item_of_each_visitor_however_often_it_is_delivered() {
    let feed = TestTable::create().await;
    let of_other = |id| Interaction { session_id: Some("s-2".to_owned()), ..viewed(id) };
    let mut interactions: Vec<_> = (0..40).map(viewed).chain((40..60).map(of_other)).collect();
    interactions.push(of_other(59));
    for _ in 0..2 {
        let delivery = deliver(feed.name(), &interactions).await;
        assert_eq!(delivery.outcomes.len(), 60);
        assert!(all_are(&delivery, &Outcome::Confirmed) && !delivery.catalog_is_down());
        let mut held: Vec<_> = feed.items().await.iter().map(TestTable::ids_of).collect();
        held.sort_unstable();
        assert_eq!(held, [(0..40).collect::<Vec<_>>(), (40..60).collect()]);
        interactions.reverse();
    }
    feed.delete().await;
}

#[tokio::test]
async fn a_batch_that_begins_like_another_replaces_nothing() {
    let feed = TestTable::create().await;
    // Two consumers have read 1: one with 2 and 4, one with 3 and 4.
    for batch in [[1, 2, 4], [1, 3, 4]] {
        assert!(all_are(&deliver(feed.name(), &batch.map(viewed)).await, &Outcome::Confirmed));
    }
    assert_eq!(feed.ids().await, [1, 2, 3, 4]);
    feed.delete().await;
}

#[tokio::test]
async fn an_item_holds_the_interactions_and_its_end() {
    let feed = TestTable::create().await;
    deliver(feed.name(), &[viewed(43), viewed(42)]).await;
    let items = feed.items().await;
    assert_eq!(items.len(), 1);
    let line = |(name, value): (&String, &AttributeValue)| format!("{name}: {value:?}");
    let mut lines: Vec<_> = items[0].iter().filter(|(name, _)| *name != "interactions").map(line).collect();
    lines.sort();
    for interaction in items[0]["interactions"].as_l().unwrap() {
        let mut inner: Vec<_> = interaction.as_m().unwrap().iter().map(line).collect();
        inner.sort();
        lines.push(format!("an interaction: {}", inner.join(", ")));
    }
    insta::assert_snapshot!(lines.join("\n"), @r#"
    account_id: S("00000000-0000-0000-0000-000000000001")
    expires_at: N("1797760800")
    pk: S("account#00000000-0000-0000-0000-000000000001")
    session_id: S("s-1")
    sk: S("2026-11-20T10:00:00.250000Z#00000000000000000042#061ade9e65061559")
    an interaction: date_created: S("2026-11-20T10:00:00.250000Z"), event_type: S("view"), id: N("42"), metadata: S("{\"rank\":1.50,\"text\":\"ü🎁\"}"), occurred_at: S("2026-11-20T10:00:00.000000Z"), ref_id: S("00000000-0000-0000-0000-000000000002"), ref_type: S("Product")
    an interaction: date_created: S("2026-11-20T10:00:00.250000Z"), event_type: S("view"), id: N("43"), metadata: S("{\"rank\":1.50,\"text\":\"ü🎁\"}"), occurred_at: S("2026-11-20T10:00:00.000000Z"), ref_id: S("00000000-0000-0000-0000-000000000002"), ref_type: S("Product")
    "#);
    feed.delete().await;
}

#[tokio::test]
async fn guests_are_found_by_session_and_the_rest_by_day() {
    let feed = TestTable::create().await;
    let guest = Interaction { account_id: None, ..viewed(1) };
    let machine = Interaction { account_id: None, session_id: None, ..viewed(2) };
    let delivery = deliver(feed.name(), &[guest, machine]).await;
    assert!(all_are(&delivery, &Outcome::Confirmed));
    let items: BTreeMap<_, _> =
        feed.items().await.into_iter().map(|item| (TestTable::ids_of(&item)[0], item)).collect();
    assert_eq!(items[&1]["pk"].as_s().unwrap(), "session#s-1");
    assert_eq!(items[&2]["pk"].as_s().unwrap(), "anonymous#2026-11-20");
    assert!(!items[&2].contains_key("session_id") && !items[&2].contains_key("account_id"));
    feed.delete().await;
}

#[tokio::test]
async fn interactions_that_dynamodb_cannot_hold_are_refused_alone() {
    let feed = TestTable::create().await;
    let mut interactions: Vec<_> = (0..25).map(viewed).collect();
    // Items hold at most 400 KB.
    for too_large in [7, 20] {
        interactions[too_large].metadata = format!(r#"{{"text":"{}"}}"#, "x".repeat(400 * 1024));
    }
    let delivery = deliver(feed.name(), &interactions).await;
    let refused = Outcome::Refused(ParkReason::FeedRefused);
    let mut ids: Vec<_> =
        delivery.outcomes.iter().filter(|(_, outcome)| *outcome == refused).map(|(id, _)| id.0).collect();
    ids.sort_unstable();
    assert_eq!(ids, [7, 20]);
    assert_eq!(delivery.outcomes.iter().filter(|(_, outcome)| *outcome == Outcome::Confirmed).count(), 23);
    assert_eq!(feed.ids().await.len(), 23);
    feed.delete().await;
}

#[tokio::test]
async fn a_visitor_of_more_than_an_item_holds_gets_several() {
    let feed = TestTable::create().await;
    // The largest metadata that is accepted.
    let metadata = format!(r#"{{"text":"{}"}}"#, "x".repeat(8 * 1024 - 11));
    let interactions: Vec<_> = (0..100).map(|id| Interaction { metadata: metadata.clone(), ..viewed(id) }).collect();
    assert!(all_are(&deliver(feed.name(), &interactions).await, &Outcome::Confirmed));
    assert_eq!(feed.ids().await, (0..100).collect::<Vec<_>>());
    assert_eq!(feed.items().await.len(), 4);
    feed.delete().await;
}

#[tokio::test]
async fn a_missing_table_parks_nothing() {
    let delivery = deliver("no-such-feed", &[viewed(1), viewed(2)]).await;
    assert!(all_are(&delivery, &Outcome::Again(AgainReason::FeedFailed)) && delivery.catalog_is_down());
}
