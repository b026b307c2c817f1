//! The account books of orders with arbitrary events: they depend on the events alone, and a naive recount of the log
//! in PL/pgSQL agrees with them.

use cross_tests::back_end::{Shop, event, spu};
use rand::prelude::*;
use rand_chacha::ChaCha8Rng;
use serde_json::{Value, json};

const AMOUNTS: [&str; 6] = ["5", "10.00", "12.5", "20", "1E1", "33.34"];

fn choose<'a>(random: &mut ChaCha8Rng, of: &[&'a str]) -> &'a str {
    of.choose(random).unwrap()
}

fn maybe(random: &mut ChaCha8Rng, fields: &mut Value, name: &str, of: &[&str]) {
    if random.random_bool(0.4) {
        fields[name] = json!(choose(random, of));
    }
}

fn content(random: &mut ChaCha8Rng, fields: &mut Value) {
    let item = |random: &mut ChaCha8Rng| {
        let mut item = json!({
            "productId": choose(random, &[&spu(1), &spu(2), "sku-1", "sku-2", ""]), "quantity": choose(random, &["1", "2", "0.5"]),
            "price": choose(random, &AMOUNTS),
        });
        maybe(random, &mut item, "skuId", &["sku-1", "sku-2"]);
        maybe(random, &mut item, "total", &AMOUNTS);
        maybe(random, &mut item, "sellerId", &["seller-8", "seller-9"]);
        item
    };
    let items: Vec<_> = (0..random.random_range(0..4)).map(|_| item(random)).collect();
    fields["items"] = json!(items);
    for name in ["totalPrice", "shippingAmount", "taxAmount", "discountAmount", "feeAmount"] {
        maybe(random, fields, name, &AMOUNTS);
    }
    maybe(random, fields, "customerId", &["c-1", "c-2", "0"]);
    maybe(random, fields, "paymentMethod", &["cod"]);
}

fn returned(random: &mut ChaCha8Rng) -> Value {
    let named = ["productId", "skuId"].choose(random).unwrap();
    let mut item = json!({ *named: choose(random, &[&spu(1), &spu(2), "sku-1", "sku-2", "another", ""]) });
    maybe(random, &mut item, "skuId", &["sku-1", "sku-2"]);
    maybe(random, &mut item, "quantity", &["1", "2", "0.5"]);
    item
}

/// Any event of an order.
fn any_event(random: &mut ChaCha8Rng, order: &str) -> String {
    let mut fields = json!({ "orderId": order, "service": choose(random, &["shop", "desk"]) });
    maybe(random, &mut fields, "currency", &["USD", "EUR"]);
    let name = choose(
        random,
        &[
            "OrderCreated",
            "OrderCreated",
            "OrderUpdated",
            "PaymentProcessed",
            "PaymentProcessed",
            "PaymentProcessed",
            "OrderReturned",
            "OrderReturned",
            "OrderCancelled",
            "OrderShipped",
            "OrderDelivered",
            "OrderValidated",
            "ORDER_STATUS_UPDATED",
        ],
    );
    match name {
        "OrderCreated" | "OrderUpdated" => content(random, &mut fields),
        "PaymentProcessed" => {
            fields["paymentStatus"] =
                json!(choose(random, &["SUCCESS", "SUCCESS", "FAILED", "REFUNDED", "REFUNDED", "ODD"]));
            fields["amount"] = json!(choose(random, &AMOUNTS));
            maybe(random, &mut fields, "paymentId", &["p", "q"]);
            maybe(random, &mut fields, "refundId", &["r", "s"]);
            maybe(random, &mut fields, "paymentMethod", &["card", "voucher"]);
        }
        "OrderReturned" | "OrderCancelled" => {
            maybe(random, &mut fields, "refundAmount", &AMOUNTS);
            maybe(random, &mut fields, "refundId", &["r", "s"]);
            let items: Vec<_> = (0..random.random_range(0..3)).map(|_| returned(random)).collect();
            fields["items"] = json!(items);
        }
        "OrderValidated" => fields["isValid"] = json!(random.random_bool(0.7)),
        "ORDER_STATUS_UPDATED" => {
            fields["entityId"] = json!(order);
            fields["status"] = json!(choose(random, &["CANCELLED", "RETURNED", "REFUNDED", "SHIPPED"]));
        }
        _ => {}
    }
    let body = event(name, random.random_range(0..9), fields);
    if name == "ORDER_STATUS_UPDATED" { body.replacen("\"event\":", "\"eventType\":", 1) } else { body }
}

fn events(seed: u64) -> Vec<String> {
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    let product = |number: u32, minute: i64, seller: &str, skus: &[&str]| {
        let facts = json!({ "productId": spu(number), "sellerId": seller, "categoryId": seller, "skuIds": skus });
        event("product.updated", minute, facts)
    };
    // Products change their seller in the middle, and a SKU moves from one product to another.
    let mut events = vec![
        product(1, -9, "seller-1", &["sku-1"]),
        product(1, 4, "seller-2", &["sku-2"]),
        product(2, 3, "seller-3", &["sku-1", "sku-2"]),
    ];
    for order in 0..80 {
        for _ in 0..random.random_range(2..12) {
            events.push(any_event(&mut random, &format!("order-{order}")));
        }
    }
    events
}

#[tokio::test]
async fn the_books_of_orders_depend_on_the_events_alone_and_a_recount_agrees() {
    for seed in 0..2 {
        let events = events(seed);
        let mut states = Vec::new();
        for delivery in 0..3 {
            let mut random = ChaCha8Rng::seed_from_u64(delivery);
            let mut sent = events.clone();
            sent.extend(events.sample(&mut random, events.len() / 3).cloned());
            sent.shuffle(&mut random);
            let shop = Shop::open().await;
            let mut function = shop.start().await;
            shop.send_events(&mut function, &sent, 70).await;
            shop.assert_exact().await;
            states.push(shop.state().await);
        }
        assert!(states.windows(2).all(|pair| pair[0] == pair[1]), "seed {seed}");
        assert!(states[0].len() > 500, "{}", states[0].len());
    }
}
