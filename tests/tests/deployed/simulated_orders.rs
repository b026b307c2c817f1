//! A simulated shop through the deployed API: every event logged once, every fraudster found, nobody else.

use std::collections::{BTreeSet, HashSet};
use std::time::Duration;

use jiff::{Timestamp, Unit};
use local_stack::simulate::ProductIds;
use local_stack::simulate::order::{Plan, Shop as Simulated};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::shop::Shop;
use testkit::eventually;

const ORDERS: usize = 120;
/// project-orders applies some fifty events a second on a busy machine.
const WAIT_LIMIT: Duration = Duration::from_secs(180);

#[tokio::test]
async fn a_simulated_shop_is_logged_once_and_its_fraudsters_are_found() {
    let shop = Shop::alone().await;
    let number = async |table: &str| shop.number(&format!("SELECT count(*) FROM analytic.{table}")).await;
    let (events_before, orders_before) = (number("shop_event").await, number("sales_order").await);
    let alerts =
        "SELECT rule || ' ' || subject FROM analytic.finding WHERE rule NOT IN ('abandoned_cart', 'popularity_push')";
    let alerts_before: BTreeSet<_> = shop.rows(alerts).await.into_iter().collect();
    // Given the events that the shop will send.
    let until = Timestamp::now().round(Unit::Second).unwrap();
    let run = Uuid::now_v7().to_string();
    let plan = Plan {
        seed: 42,
        run: run.clone(),
        orders: ORDERS,
        until,
        days: 10,
        products: 200,
        product_ids: ProductIds::Gid,
        customers: 100,
    };
    let simulated = Simulated::open(&plan);
    let distinct: HashSet<_> = simulated.events.iter().map(|event| event.body.to_string()).collect();
    assert!(distinct.len() < simulated.events.len(), "some are sent twice");

    // When the command sends it.
    let (orders, until) = (ORDERS.to_string(), until.to_string());
    let words = ["simulate", "--seed", "42", "--run", &run, "--interactions", "0", "--orders", &orders];
    let words = [&words[..], &["--product-ids", "gid", "--days", "10", "--until", &until, "--json"]].concat();
    let said = shop.local_stack(&words).await;
    assert_eq!(said.code, Some(0), "{}", said.text);
    let summary: Value = serde_json::from_str(&said.text).unwrap();
    let figures = ["orders", "events", "accepted", "rejected", "failed"].map(|name| &summary["shop"][name]);
    let sent = simulated.events.len();
    assert_eq!(figures, [&json!(ORDERS), &json!(sent), &json!(sent), &json!(0), &json!(0)], "{summary}");

    // Then each event is logged once, each order known, and exactly the planted customers are found.
    let expected = events_before + i64::try_from(distinct.len()).unwrap();
    let logged = async || (number("shop_event").await >= expected).then_some(());
    eventually("every event in the log", WAIT_LIMIT, logged).await;
    assert_eq!(number("shop_event").await, expected);
    assert_eq!(number("sales_order").await - orders_before, 120);
    let found: BTreeSet<_> = shop.rows(alerts).await.into_iter().filter(|row| !alerts_before.contains(row)).collect();
    let planted: BTreeSet<_> =
        simulated.planted.iter().map(|planted| format!("{} {}", planted.rule, planted.subject)).collect();
    assert_eq!(found, planted);
    let verified = shop.shopsignal(&["verify", "--wait", "120"]).await;
    assert_eq!(verified.code, Some(0), "{}", verified.text);

    // When the same is sent again, everything is known.
    let again = shop.local_stack(&words).await;
    assert_eq!(again.code, Some(0), "{}", again.text);
    let drained = async || shop.bodies_in(shop.stack.queue_url("order-events-queue")).await.is_empty().then_some(());
    eventually("an empty queue", WAIT_LIMIT, drained).await;
    assert_eq!(number("shop_event").await, expected);
    assert_eq!(shop.bodies_in(shop.stack.queue_url("order-events-dlq")).await, [""; 0]);
}
