//! A generated shop: products, users, orders with every possible outcome, in both wire formats.

use rand::prelude::*;
use rand_chacha::ChaCha8Rng;
use serde_json::{Value, json};

use crate::back_end::{event, spu};

/// Makes the events of a shop with this many orders, in the order in which they happened.
pub fn history(seed: u64, orders: usize) -> Vec<String> {
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    let mut events: Vec<(i64, String)> = Vec::new();
    for number in 0..8 {
        products(&mut random, number, &mut events);
    }
    for number in 0..orders {
        let id = format!("order-{seed}-{number}");
        let start = random.random_range(-4_000..0);
        one_order(&mut random, &id, start, &mut events);
    }
    for number in 0..orders / 2 {
        opinions(&mut random, &format!("opinion-{seed}-{number}"), &mut events);
    }
    events.sort();
    events.into_iter().map(|(_, event)| event).collect()
}

fn products(random: &mut ChaCha8Rng, number: u32, events: &mut Vec<(i64, String)>) {
    let minute = random.random_range(-4_000..0);
    let facts = json!({
        "productId": spu(number), "sellerId": format!("seller-{}", number % 3), "categoryId": format!("cat-{}", number % 4),
        "name": format!("Product {number}"), "skuIds": [format!("sku-{number}"), format!("shared-{}", number % 2)],
    });
    events.push((minute, event("product.created", minute, facts)));
    for _ in 0..random.random_range(0..3) {
        // Many shops write whole minutes, so a change may have the time of the creation or of another change.
        let minute = if random.random_bool(0.4) { minute } else { random.random_range(-4_000..0) };
        let seller = random.random_bool(0.3).then(|| format!("seller-{}", random.random_range(0..4)));
        let category = format!("cat-{}", random.random_range(0..4));
        let facts = json!({ "productId": spu(number), "sellerId": seller, "categoryId": category });
        events.push((minute, event("product.updated", minute, facts)));
    }
    if random.random_bool(0.2) {
        events.push((minute, event("product.deleted", minute, json!({ "productId": spu(number) }))));
    }
    let user = json!({ "userId": format!("user-{}", number % 5) });
    events.push((minute, event("user.created", minute, user)));
}

/// Names a product by its id, a SKU, a SKU that two products claim, or an id without a product event.
fn reference(random: &mut ChaCha8Rng) -> Value {
    let number = random.random_range(0..8_u32);
    match random.random_range(0..10) {
        0..6 => json!(spu(number)),
        6..8 => json!(format!("sku-{number}")),
        8 => json!(format!("shared-{}", number % 2)),
        _ => json!("nobody-knows"),
    }
}

fn items(random: &mut ChaCha8Rng) -> (Vec<Value>, i64) {
    let mut total = 0;
    let count = random.random_range(1..4);
    let items = (0..count).map(|_| {
        let (quantity, cents) = (random.random_range(1..5_i64), random.random_range(0..5_000_i64));
        total += quantity * cents;
        let price = format!("{}.{:02}", cents / 100, cents % 100);
        let mut item = json!({ "productId": reference(random), "quantity": quantity, "price": price });
        if random.random_bool(0.2) {
            item["sellerId"] = json!(format!("seller-{}", random.random_range(0..4)));
        }
        item
    });
    let items = items.collect();
    (items, total)
}

fn one_order(random: &mut ChaCha8Rng, id: &str, start: i64, events: &mut Vec<(i64, String)>) {
    let (items, total) = items(random);
    let amount = |cents: i64| format!("{}.{:02}", cents / 100, cents % 100);
    let mut say = |minute: i64, body: String| events.push((minute, body));
    let customer = format!("00000000-0000-4000-8000-00000000000{}", random.random_range(0..6));
    let mut created = json!({ "orderId": id, "customerId": customer, "items": items, "totalPrice": amount(total) });
    if random.random_bool(0.3) {
        created["sellerId"] = json!("seller-9");
    }
    if total % 3 > 0 {
        // included in the prices
        created["shippingAmount"] = json!(amount(total % 701));
        created["taxAmount"] = json!(amount(total / 7));
        created["feeAmount"] = json!(amount(total % 5));
    }
    if random.random_bool(0.95) {
        say(start, event("OrderCreated", start, created));
    }
    if random.random_bool(0.3) {
        // Another service reports the same order, earlier or later, with fewer details.
        let minute = start + random.random_range(-2..3);
        say(minute, placed(id, minute, &amount(total)));
    }
    if random.random_bool(0.5) {
        let checked = json!({ "orderId": id, "isValid": random.random_bool(0.9) });
        say(start + 1, event("OrderValidated", start + 1, checked));
    }
    let method = *["card", "paypal", "bank_transfer"].choose(random).unwrap();
    let pay = |part: &str, status: &str, cents: i64| json!({ "orderId": id, "paymentId": format!("{id}-{part}"), "paymentStatus": status, "amount": amount(cents), "paymentMethod": method });
    let first = if random.random_bool(0.2) { total / 3 } else { total };
    if random.random_bool(0.85) {
        say(start + 2, event("PaymentProcessed", start + 2, pay("a", "PENDING", first)));
        say(start + 3, event("PaymentProcessed", start + 3, pay("a", "SUCCESS", first)));
        if first < total {
            say(start + 40, event("PaymentProcessed", start + 40, pay("b", "SUCCESS", total - first)));
        }
    }
    if random.random_bool(0.6) {
        say(start + 60, event("OrderShipped", start + 60, json!({ "orderId": id })));
    }
    end(random, id, start + 90, (total, pay("a", "REFUNDED", first)), &mut say);
}

/// An event of a service that knows neither the customer's id nor the lines.
fn placed(id: &str, minute: i64, amount: &str) -> String {
    let placed: Value = serde_json::from_str(&event("", minute, json!({}))).unwrap();
    let placed = json!({
        "eventType": "ORDER_PLACED", "service": "ORDER_SERVICE", "entityId": id, "userEmail": "c@example.com",
        "amount": amount, "timestamp": placed["timestamp"], "metadata": { "paymentMode": "UPI" },
    });
    placed.to_string()
}

/// How an order ends: delivered, cancelled, returned in part or whole, or refunded.
fn end(
    random: &mut ChaCha8Rng,
    id: &str,
    minute: i64,
    (total, refunded): (i64, Value),
    say: &mut impl FnMut(i64, String),
) {
    let back = |cents: i64| json!({ "orderId": id, "refundAmount": format!("{}.{:02}", cents / 100, cents % 100) });
    match random.random_range(0..10) {
        0 => say(minute, event("OrderCancelled", minute, json!({ "orderId": id }))),
        1 => {
            say(minute, event("OrderReturned", minute, back(total / 4)));
            say(minute + 9, event("OrderReturned", minute + 9, back(total)));
        }
        2 => say(minute, event("OrderReturned", minute, json!({ "orderId": id }))),
        3 => say(minute, event("PaymentProcessed", minute, refunded)),
        4 => {
            let update = json!({
                "eventType": "ORDER_STATUS_UPDATED", "service": "ORDER_SERVICE", "entityId": id,
                "timestamp": "2026-11-19T12:00:00", "metadata": { "status": "CANCELLED" },
            });
            say(minute, update.to_string());
        }
        _ => say(minute, event("OrderDelivered", minute, json!({ "orderId": id, "deliveryStatus": "DELIVERED" }))),
    }
}

fn opinions(random: &mut ChaCha8Rng, id: &str, events: &mut Vec<(i64, String)>) {
    let minute = random.random_range(-4_000..0);
    let rating = json!({ "ratingId": id, "productId": reference(random), "rating": random.random_range(0..6), "customerId": "c@example.com" });
    events.push((minute, event("rating.added", minute, rating)));
    if random.random_bool(0.5) {
        let change = json!({ "ratingId": id, "rating": random.random_range(0..6), "productId": reference(random) });
        let minute = minute + if random.random_bool(0.6) { 0 } else { 5 };
        events.push((minute, event("rating.updated", minute, change)));
    }
    if random.random_bool(0.1) {
        let minute = minute + if random.random_bool(0.5) { 0 } else { 9 };
        events.push((minute, event("rating.deleted", minute, json!({ "ratingId": id }))));
    }
    let comment = json!({ "commentId": id, "productId": reference(random) });
    events.push((minute, event("comment.created", minute, comment)));
}
