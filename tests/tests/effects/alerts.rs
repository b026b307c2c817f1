//! From an order event to the message in a chat: project-orders, send-alerts and resend-pending as shipped.

mod cart;
mod delivery;
mod rule;

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use testkit::{Function, sqs_event};

use crate::shop::Shop;

/// Findings with their evidence.
const FINDINGS: &str = "SELECT rule, subject, window_name, evidence FROM analytic.finding ORDER BY 1, 2, 3";
/// Findings without evidence.
const NAMES: &str = "SELECT rule, subject, window_name FROM analytic.finding ORDER BY 1, 2, 3";

/// An order event in the lifecycle format. Amounts differ unless a test makes them equal.
pub(crate) fn placed(order: &str, customer: &str, second: i64, price: &str) -> Value {
    let start: Timestamp = "2026-11-20T09:58:00Z".parse().unwrap();
    json!({
        "event": "OrderCreated", "eventId": format!("{order}-{second}"), "timestamp": start + SignedDuration::from_secs(second),
        "orderId": order, "customerId": customer, "currency": "EUR", "totalPrice": price,
        "items": [{ "productId": format!("p-{order}"), "quantity": 1, "price": price }],
    })
}

/// Six orders of a customer within half a minute, across the boundary of an hour.
fn burst(customer: &str) -> Vec<Value> {
    (0..6).map(|i| placed(&format!("{customer}-{i}"), customer, 105 + i * 5, &format!("{}.00", 10 + i))).collect()
}

fn batch(events: &[Value]) -> Value {
    sqs_event(&events.iter().map(Value::to_string).collect::<Vec<_>>())
}

pub(crate) async fn start_projecting(shop: &Shop) -> Function {
    let variables = [
        ("DEFAULT_CURRENCY", "EUR"),
        ("FRAUD_BURST_ORDERS", "5"),
        ("FRAUD_BURST_SECONDS", "60"),
        ("FRAUD_LARGE_ORDERS", "EUR:100000"),
        ("FRAUD_SIMILAR_ORDERS", "3"),
        ("FRAUD_SIMILAR_SECONDS", "600"),
        // There is no such queue: dead letters cannot be moved, so they show as failed.
        ("DEAD_LETTER_QUEUE_URL", "http://127.0.0.1:1/no-such-queue"),
    ];
    shop.start("project-orders", &variables).await
}

/// Projects events, all of which must be valid.
pub(crate) async fn project(function: &mut Function, events: &[Value]) {
    let answer = function.invoke(&batch(events)).await.answer();
    assert_eq!(answer, json!({ "batchItemFailures": [] }), "{}", function.output());
}
