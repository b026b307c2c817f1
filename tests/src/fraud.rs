//! Orders for the rules of fraud, and project-orders with thresholds that they meet.

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use testkit::{Function, sqs_event};

use crate::shop::Shop;

/// The event of an order in the form of the order lifecycle. Amounts differ unless a test makes them alike.
pub fn placed(order: &str, customer: &str, second: i64, price: &str) -> Value {
    let start: Timestamp = "2026-11-20T09:58:00Z".parse().unwrap();
    json!({
        "event": "OrderCreated", "eventId": format!("{order}-{second}"), "timestamp": start + SignedDuration::from_secs(second),
        "orderId": order, "customerId": customer, "currency": "EUR", "totalPrice": price,
        "items": [{ "productId": format!("p-{order}"), "quantity": 1, "price": price }],
    })
}

/// Six orders of a customer within half a minute, over the edge of an hour.
pub fn burst(customer: &str) -> Vec<Value> {
    (0..6).map(|i| placed(&format!("{customer}-{i}"), customer, 105 + i * 5, &format!("{}.00", 10 + i))).collect()
}

/// The event of a batch of shop events.
pub fn batch(events: &[Value]) -> Value {
    sqs_event(&events.iter().map(Value::to_string).collect::<Vec<_>>())
}

/// Starts an environment of project-orders that finds bursts, large and similar orders.
pub async fn start_projecting(shop: &Shop) -> Function {
    let variables = [
        ("FRAUD_LARGE_ORDERS", "EUR:100000"),
        // No such queue: a dead letter cannot be moved, so it shows as failed.
        ("DEAD_LETTER_QUEUE_URL", "http://127.0.0.1:1/no-such-queue"),
    ];
    shop.start("project-orders", &variables).await
}

/// Projects events, all of which must be good.
pub async fn project(function: &mut Function, events: &[Value]) {
    let answer = function.invoke(&batch(events)).await.answer();
    assert_eq!(answer, json!({ "batchItemFailures": [] }), "{}", function.output());
}
