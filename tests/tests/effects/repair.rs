//! The second line of defence: whatever creates or releases a pending row, a lost hint is repeated automatically.
//!
//! Time is advanced for rows by a duration, not set to a time that a test chooses: a test that sets rows due would not
//! notice a next hint that lies a year ahead.

use cross_tests::fraud::{placed, project, start_projecting};
use cross_tests::shop::{Shop, product};
use domain::{InteractionId, ParkReason, Sink};
use serde_json::json;
use store::pending_alert::{self, Unfinished};
use testkit::{TestDatabase, TestSecret, TestServer, all_done, sqs_event};
use uuid::Uuid;

/// Longer than the minute that a direct hint has.
const FIRST: u32 = 61;
/// Longer than the two minutes that a second one has.
const SECOND: u32 = 121;

/// Advances the time for every row.
async fn pass(database: &TestDatabase, seconds: u32) {
    for table in ["pending", "pending_alert"] {
        let sql = format!("UPDATE analytic.{table} SET next_hint_at = next_hint_at - interval '{seconds} s'");
        database.execute(&sql).await;
    }
}

/// Deletes every message, runs resend-pending before and after the due time, and returns how many rows each run hinted
/// at.
async fn hinted_before_and_after(shop: &Shop, seconds: u32) -> (i64, i64) {
    for queue in [&shop.popularity_queue, &shop.catalog_queue, &shop.alerts_queue] {
        queue.drain().await;
    }
    let mut resender = shop.start("resend-pending", &[]).await;
    let mut claimed = async || resender.invoke(&json!({})).await.answer()["claimed"].as_i64().unwrap();
    let before = claimed().await;
    pass(&shop.database, seconds).await;
    (before, claimed().await)
}

/// A shop with one large order, whose alert is pending.
async fn with_an_alert() -> Shop {
    let shop = Shop::open().await;
    project(&mut start_projecting(&shop).await, &[placed("large-1", "rich", 0, "2000.00")]).await;
    shop
}

#[tokio::test]
async fn what_was_recorded_is_hinted_at_again_after_a_minute_and_then_after_two() {
    let shop = Shop::open().await;
    shop.record(&[("view", product(1))]).await;
    assert_eq!(hinted_before_and_after(&shop, FIRST).await, (0, 2));
    // A claimed row whose hint is lost together with the run that claimed it is only delayed.
    assert_eq!(hinted_before_and_after(&shop, FIRST).await, (0, 0));
    assert_eq!(hinted_before_and_after(&shop, SECOND - FIRST).await, (0, 2));
}

#[tokio::test]
async fn what_follows_from_an_order_is_hinted_at_again_by_itself() {
    let shop = Shop::open().await;
    let item = json!({ "productId": product(1).to_string(), "quantity": 1, "price": "5.00" });
    let order = json!({
        "event": "OrderCreated", "timestamp": "2026-11-20T10:00:00Z", "orderId": "o-1", "customerId": "c-1", "items": [item],
    });
    let known = json!({
        "event": "product.created", "timestamp": "2026-11-20T09:00:00Z", "productId": product(1).to_string(),
    });
    project(&mut start_projecting(&shop).await, &[known, order]).await;
    assert_eq!(
        shop.database.number("SELECT count(*) FROM analytic.pending").await,
        2,
        "checkout_started, for two sinks"
    );
    assert_eq!(hinted_before_and_after(&shop, FIRST).await, (0, 2));
}

#[tokio::test]
async fn an_alert_is_hinted_at_again_after_a_minute_and_then_after_two() {
    let shop = with_an_alert().await;
    assert_eq!(hinted_before_and_after(&shop, FIRST).await, (0, 1));
    assert_eq!(hinted_before_and_after(&shop, FIRST).await, (0, 0));
    assert_eq!(hinted_before_and_after(&shop, SECOND - FIRST).await, (0, 1));
}

#[tokio::test]
async fn an_interaction_that_was_put_back_is_hinted_at_again_when_the_direct_hint_gets_lost() {
    let shop = Shop::open().await;
    let ids: Vec<_> = shop.record(&[("view", product(1)); 3]).await.into_iter().map(InteractionId).collect();
    let database = shop.database.store();
    for sink in Sink::ALL {
        let reason = || ParkReason::CatalogRefused { status: 410 };
        let rows: Vec<_> = ids.iter().map(|id| (*id, reason())).collect();
        store::pending::park(&database, sink, &rows).await.unwrap();
    }
    pass(&shop.database, 7 * 24 * 3_600).await;
    for sink in Sink::ALL {
        assert_eq!(store::pending::unpark(&database, sink, &ids[..2]).await.unwrap().len(), 2);
    }
    assert_eq!(hinted_before_and_after(&shop, FIRST).await, (0, 4));
}

#[tokio::test]
async fn an_alert_that_was_put_back_is_hinted_at_again_when_the_direct_hint_gets_lost() {
    let shop = with_an_alert().await;
    let database = shop.database.store();
    let due = pending_alert::list_parked(&database, domain::fraud::FindingId(Uuid::nil()), 10).await.unwrap();
    assert_eq!(due.len(), 0);
    let id = shop.database.rows("SELECT id FROM analytic.finding").await[0].parse::<Uuid>().unwrap();
    let id = domain::fraud::FindingId(id);
    let refused = ParkReason::WebhookRefused { webhook: "slack", status: 410 };
    let parked = Unfinished { id, confirmed: Vec::new(), parked: Some(refused) };
    pending_alert::release(&database, &[parked], Uuid::nil()).await.unwrap();
    pass(&shop.database, 7 * 24 * 3_600).await;
    assert_eq!(pending_alert::unpark(&database, &[id]).await.unwrap(), [id]);
    assert_eq!(hinted_before_and_after(&shop, FIRST).await, (0, 1));
}

#[tokio::test]
async fn the_lease_of_a_sender_that_died_ends_before_sqs_delivers_its_message_again() {
    let shop = with_an_alert().await;
    let silent = TestServer::start(|_| std::future::pending()).await;
    let variables = [("ALERT_HOSTS", "127.0.0.1"), ("ALERT_TIMEOUT_MS", "5000")];
    let to = async |webhook: &TestServer| {
        let secret = TestSecret::create(&[("alert_json_url", webhook.url())]).await;
        shop.start("send-alerts", &[variables.as_slice(), &[("APP_SECRET_ARN", secret.arn())]].concat()).await
    };
    let mut sender = to(&silent).await;
    let hint = shop.alerts_queue.peek().await;
    let said = sender.begin(&sqs_event(&hint));
    shop.wait_for("SELECT count(*) FROM analytic.pending_alert WHERE leased_until > now()", 1).await;
    sender.kill().await;
    drop(said);
    // The visibility timeout is six timeouts of the function; the lease of an invocation is about one.
    let visibility = "SELECT count(*) FROM analytic.pending_alert WHERE leased_until > now() + interval '60 s'";
    assert_eq!(shop.database.number(visibility).await, 0, "the lease outlives the pause before the next try");
    shop.database.execute("UPDATE analytic.pending_alert SET leased_until = leased_until - interval '60 s'").await;
    let webhook = TestServer::always(200).await;
    let mut other = to(&webhook).await;
    assert_eq!(other.invoke(&sqs_event(&hint)).await, all_done());
    assert_eq!(webhook.requests().len(), 1);
}
