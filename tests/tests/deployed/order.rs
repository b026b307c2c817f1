//! Back-end events become orders, popularity and alerts within seconds, over the bus and over HTTP.

use std::time::Duration;

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use stack::issuer::Role;
use uuid::Uuid;

use crate::emulator::instant;
use crate::shop::{ALERTS, Answer, EVENTS, SOON, Shop, send};
use crate::token;
use testkit::eventually;

/// Three attempts, four seconds apart, on the test stack; more on a busy machine.
const TRIES: Duration = Duration::from_secs(45);

impl Shop {
    /// Posts events as a service of the shop.
    pub(crate) async fn post_events(&self, events: &[Value]) -> Answer {
        let token = token::of(self, Role::Producer, Uuid::now_v7());
        let request = self.request(Method::POST, EVENTS).bearer_auth(token).json(&json!({ "events": events }));
        let answer = send(request).await;
        assert_eq!(answer.status, StatusCode::OK, "{answer:?}");
        answer
    }

    /// Waits until an order has this status and paid amount.
    async fn wait_for_order(&self, id: &str, expected: &str) {
        let query = format!("SELECT status, paid_minor FROM analytic.sales_order WHERE order_id = '{id}'");
        let look = async || (self.rows(&query).await == [expected]).then_some(());
        eventually(&format!("{id}: {expected}"), SOON, look).await;
    }
}

/// An event of an order, now.
fn event(name: &str, order: &str, fields: Value) -> Value {
    let mut event = fields;
    event["event"] = json!(name);
    event["orderId"] = json!(order);
    event["timestamp"] = json!(jiff::Timestamp::now().to_string());
    event
}

fn created(order: &str, customer: &str, product: &str) -> Value {
    let items = json!([{ "productId": product, "quantity": 2, "price": "19.90" }]);
    event("OrderCreated", order, json!({ "customerId": customer, "items": items, "currency": "EUR" }))
}

fn paid(order: &str) -> Value {
    event("PaymentProcessed", order, json!({ "paymentStatus": "SUCCESS", "amount": 39.8, "currency": "EUR" }))
}

#[tokio::test]
async fn an_event_on_the_bus_becomes_an_order_and_one_that_cannot_be_read_a_dead_letter() {
    let shop = Shop::open().await;
    let (order, bad) = (format!("bus-{}", Uuid::now_v7()), format!("bad-{}", Uuid::now_v7()));

    shop.put_on_bus(&event("OrderEaten", &bad, json!({}))).await;
    shop.put_on_bus(&created(&order, "bus", "bus")).await;
    shop.put_on_bus(&paid(&order)).await;

    shop.wait_for_order(&order, "paid | 3980").await;
    let look = async || shop.take_order_dead_letter(&bad).await;
    let letter = eventually("the dead letter", TRIES, look).await;
    let letter: Value = serde_json::from_str(&letter).unwrap();
    assert_eq!(letter["detail"]["event"], "OrderEaten", "the letter is not what was put on the bus");
}

#[tokio::test]
async fn a_posted_order_becomes_a_purchase_that_counts_for_its_product() {
    let shop = Shop::open().await;
    let (order, product) = (format!("post-{}", Uuid::now_v7()), Uuid::now_v7());
    let since = instant();
    let known = json!({ "event": "product.created", "timestamp": "2026-11-18T09:00:00Z", "productId": product });

    let events = [known, created(&order, &order, &product.to_string()), paid(&order)];
    let answer = shop.post_events(&events).await;
    assert_eq!(answer.body["data"]["accepted"], 3, "{answer:?}");

    shop.wait_for_order(&order, "paid | 3980").await;
    eventually("the purchase in the product's popularity", SOON, async || {
        let popularity = shop.popularity(product).await?;
        (popularity["purchase_count"] == 1).then_some(popularity)
    })
    .await;
    let derived = format!("SELECT event_type FROM analytic.interaction WHERE ref_id = '{product}' ORDER BY event_type");
    assert_eq!(shop.rows(&derived).await, ["checkout_started", "purchase"]);
    // One trace leads from the request to the order.
    let id = answer.body["data"]["results"][1]["event_id"].as_str().unwrap();
    let accepted = shop.line_with("accept-events", ("event.ids", id), since).await;
    let projected = shop.line_with("project-orders", ("event.ids", id), since).await;
    let trace = accepted["trace.id"].as_str().unwrap();
    assert!(projected["trace.ids"].as_str().unwrap().contains(trace), "{projected} and not {trace}");
}

#[tokio::test]
async fn a_product_is_what_the_shop_calls_it_from_the_interaction_to_the_page() {
    let shop = Shop::open().await;
    let number = u64::try_from(Uuid::now_v7().as_u128() % 1_000_000_000_000).unwrap();
    let address = format!("gid://shop/Product/{number}");
    let ids = [json!(number), json!(address)];
    let view = |id: &Value| json!({ "event_type": "view", "ref_type": "Product", "ref_id": id });
    let shopper = token::of(&shop, Role::Shopper, Uuid::now_v7());
    let answer = shop.record(&shopper, ids.iter().map(view).collect()).await;
    assert_eq!(answer.body["data"]["accepted"], 2, "{answer:?}");
    for id in &ids {
        let order = format!("ids-{}", Uuid::now_v7());
        let known = json!({ "event": "product.created", "timestamp": "2026-11-18T09:00:00Z", "productId": id });
        let mut sale = created(&order, &order, "");
        sale["items"][0]["productId"] = id.clone();
        shop.post_events(&[known, sale, paid(&order)]).await;
    }
    for path in [number.to_string(), address.replace(':', "%3A").replace('/', "%2F"), address.clone()] {
        let path = format!("/api/v1/analytic/popularity/{path}");
        eventually(&format!("a view and a purchase at {path}"), SOON, async || {
            let product = shop.get(&path).await.body["data"].clone();
            (product["view_count"] == 1 && product["purchase_count"] == 1).then_some(())
        })
        .await;
    }
}

#[tokio::test]
async fn a_burst_of_orders_is_found_told_and_listed() {
    let shop = Shop::open().await;
    let (since, customer) = (instant(), Uuid::now_v7().to_string());
    // Six at the same instant, each with another amount: a burst and nothing else.
    let at = jiff::Timestamp::now().to_string();
    let order = |number: i32| {
        json!({ "event": "OrderCreated", "timestamp": at, "orderId": format!("{customer}-{number}"),
                "customerId": customer, "totalPrice": 10 + number, "currency": "EUR" })
    };
    shop.post_events(&(0..6).map(order).collect::<Vec<_>>()).await;

    let found = format!("SELECT id, rule FROM analytic.finding WHERE subject = 'customer:{customer}'");
    let found = eventually("the finding", SOON, async || shop.rows(&found).await.pop()).await;
    let (id, rule) = found.split_once(" | ").unwrap();
    assert_eq!(rule, "order_burst");
    // Without webhooks there is no receiver: the function logs the invocation, and nothing is pending any more.
    shop.line_with("send-alerts", ("finding.ids", id), since).await;
    let owed = format!("SELECT count(*) FROM analytic.pending_alert WHERE finding_id = '{id}'");
    eventually("no pending alert", SOON, async || (shop.number(&owed).await == 0).then_some(())).await;
    let admin = token::of(&shop, Role::Admin, Uuid::now_v7());
    let listed =
        send(shop.request(Method::GET, &format!("{ALERTS}?rule=order_burst&limit=100")).bearer_auth(admin)).await;
    let findings = listed.body["data"].as_array().unwrap();
    let own = findings.iter().find(|finding| finding["id"] == id).unwrap_or_else(|| panic!("no {id}: {listed:?}"));
    assert_eq!(own["evidence"]["order_count"], 6);
}
