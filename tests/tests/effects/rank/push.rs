//! Pushes: a finding when most of a product's points of a day come from few actors.

use cross_tests::shop::Shop;
use domain::fraud::{PushLimits, Rule};
use domain::{Caller, InteractionId, NewInteraction};
use jiff::{SignedDuration, Timestamp};
use serde_json::Value;
use store::finding::{self, PageStart, Stored};
use store::interaction::Submission;
use testkit::interaction;
use uuid::Uuid;

use super::run;

/// What an account can do with a product in a day before it meets the caps, and what that is worth: 3.6 points.
const ENTHUSIASM: [(&str, usize); 3] = [("view", 5), ("add_to_cart", 3), ("add_to_favorites", 1)];

/// Scores what a sender did, at a time.
async fn score(shop: &Shop, caller: Caller, network: Option<&str>, items: &[NewInteraction]) {
    let submission =
        Submission { caller, user_agent: None, ip_address: network, is_bot: false, guest_events_per_minute: None };
    let recorded = store::interaction::record(&shop.database.store(), items, &submission).await.unwrap();
    let ids: Vec<InteractionId> = recorded.into_iter().map(|item| item.recorded.new_id().unwrap()).collect();
    store::popularity::apply(&shop.database.store(), &ids).await.unwrap();
}

/// Everything of [`ENTHUSIASM`], by accounts with these numbers.
async fn enthuse(shop: &Shop, product: &str, accounts: std::ops::Range<u128>, at: Timestamp) {
    for account in accounts {
        let events = ENTHUSIASM.iter().flat_map(|(event, times)| std::iter::repeat_n(*event, *times));
        let item = |event| NewInteraction {
            account_id: Some(Uuid::from_u128(account)),
            occurred_at: Some(at),
            ..interaction(event, product)
        };
        score(shop, Caller::Trusted, None, &events.map(item).collect::<Vec<_>>()).await;
    }
}

/// Views by so many guests of one network.
async fn visit(shop: &Shop, product: &str, network: &str, guests: usize, at: Timestamp) {
    let view = |_| NewInteraction { occurred_at: Some(at), ..interaction("view", product) };
    score(shop, Caller::Guest, Some(network), &(0..guests).map(view).collect::<Vec<_>>()).await;
}

async fn findings(shop: &Shop) -> Vec<Stored> {
    finding::list(&shop.database.store(), Some(Rule::PopularityPush), PageStart::NEWEST, 10).await.unwrap()
}

/// Points, share and number of actors.
fn figures(evidence: &Value) -> (f64, f64, f64) {
    let figure = |name: &str| evidence[name].as_f64().unwrap();
    (figure("points"), figure("share"), figure("actor_count"))
}

/// The middle of the last full hour: today, or yesterday shortly after midnight; in the window either way.
fn recently(now: Timestamp) -> Timestamp {
    now - SignedDuration::from_secs(now.as_second().rem_euclid(3_600) + 1_800)
}

#[tokio::test]
async fn a_product_that_few_actors_push_is_found_once_a_day_and_a_popular_one_is_not() {
    let shop = Shop::open().await;
    let now = Timestamp::now();
    let at = recently(now);
    // Two accounts and a network that meet their caps, and one shopper: 3.6 + 3.6 + 15 of 22.5 points.
    enthuse(&shop, "pushed", 1..3, at).await;
    visit(&shop, "pushed", "203.0.113.0", 60, at).await;
    visit(&shop, "pushed", "198.51.100.0", 1, at).await;
    // As much, and more, from many who are as keen.
    enthuse(&shop, "popular", 10..17, at).await;
    enthuse(&shop, "small", 1..3, at).await;
    assert_eq!(run(&shop, now).await.findings, 1);

    let found = findings(&shop).await;
    let [push] = &found[..] else { panic!("{found:?}") };
    assert_eq!((push.subject.as_str(), push.window.len(), push.historical), ("product:pushed", 10, false));
    let evidence: Value = serde_json::from_str(&push.evidence).unwrap();
    assert_eq!(figures(&evidence), (22.5, 0.99, 4.0));
    assert_eq!(evidence["strongest"][0]["kind"], "network");
    assert_eq!(evidence["strongest"][0]["points"], 15.0);
    assert_eq!(evidence["strongest"][2]["kind"], "shopper");
    let accounts = (1..3).map(|account| domain::Actor::of_account(Uuid::from_u128(account)).as_uuid().to_string());
    for actor in accounts {
        assert!(!push.evidence.contains(&actor), "evidence names nobody, not even by a hash");
    }
    let owed = "SELECT finding_id FROM analytic.pending_alert";
    assert_eq!(shop.database.rows(owed).await, [push.id.to_string()]);

    // More of the same: the same finding with more evidence, and no second alert.
    for network in ["203.0.114.0", "203.0.115.0"] {
        visit(&shop, "pushed", network, 60, at).await;
    }
    assert_eq!(run(&shop, now).await.findings, 0);
    let again = findings(&shop).await;
    let evidence: Value = serde_json::from_str(&again[0].evidence).unwrap();
    assert_eq!((again.len(), again[0].id, figures(&evidence)), (1, push.id, (52.5, 0.86, 6.0)));
    assert_eq!(shop.database.rows(owed).await.len(), 1);
    assert_eq!(shop.differences().await, 0);
}

#[tokio::test]
async fn what_a_sku_gets_counts_for_its_product_and_what_is_too_old_for_nothing() {
    let shop = Shop::open().await;
    let now = Timestamp::now();
    let (at, before) = (recently(now), now - SignedDuration::from_hours(26));
    shop.database.execute("INSERT INTO analytic.product_reference (reference) VALUES ('sku'), ('p-1')").await;
    let store = shop.database.store();
    let mut transaction = store.begin().await.unwrap();
    store::popularity::remap_skus(&mut transaction, &[("sku", Some("p-1"))]).await.unwrap();
    transaction.commit().await.unwrap();
    // 15 points for the product, 15 for its SKU, of two networks; 30 more that are over.
    for (reference, network) in [("p-1", "203.0.113.0"), ("sku", "203.0.114.0")] {
        visit(&shop, reference, network, 50, at).await;
        visit(&shop, reference, network, 50, before).await;
    }
    run(&shop, now).await;
    let found = findings(&shop).await;
    let evidence: Value = serde_json::from_str(&found[0].evidence).unwrap();
    assert_eq!((found[0].subject.as_str(), figures(&evidence)), ("product:p-1", (30.0, 1.0, 2.0)));
    assert_eq!(
        evidence["strongest"],
        serde_json::json!([
            { "kind": "network", "points": 15.0 }, { "kind": "network", "points": 15.0 },
        ])
    );
}

#[tokio::test]
async fn a_run_that_fails_after_it_found_a_push_finds_it_again() {
    let shop = Shop::open().await;
    let now = Timestamp::now();
    for network in ["203.0.113.0", "203.0.114.0"] {
        visit(&shop, "pushed", network, 50, recently(now)).await;
    }
    // The chunk cannot be computed, so nothing of its transaction stays.
    shop.database.execute("ALTER TABLE analytic.product_rank ADD CONSTRAINT no CHECK (product_id <> 'pushed')").await;
    let limits = (super::basis(), PushLimits::default());
    rank_products::rank(&shop.database.store(), limits, now, || true).await.unwrap_err();
    assert_eq!(findings(&shop).await, []);
    shop.database.execute("ALTER TABLE analytic.product_rank DROP CONSTRAINT no").await;
    assert_eq!(run(&shop, now).await.findings, 1);
}
