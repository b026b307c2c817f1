//! What does not depend on the period: pending items, pending refunds, ratings; and an empty shop.

use serde_json::{Value, json};

use crate::market::{Market, sale, shop_event};

fn item(product: &str, quantity: u32) -> Value {
    json!({ "productId": product, "quantity": quantity, "price": "2.00" })
}

#[tokio::test]
async fn a_seller_without_anything_gets_zeros() {
    let mut market = Market::open().await;
    market.send_events(&sale("o-1", "s-1", "2026-11-10T10:00:00Z", "10 EUR")).await;
    let found = market.dashboard("s-2", "start=2026-11-10T00:00:00Z&end=2026-11-11T00:00:00Z").await;
    let point = |value: u32| json!([{ "date": "2026-11-10T00:00:00Z", "value": value }]);
    let expected = json!({
        "range": { "start": "2026-11-10T00:00:00Z", "end": "2026-11-11T00:00:00Z", "granularity": "day", "tz": "UTC" },
        "currency": null,
        "summary": {
            "total_revenue": 0, "gross_revenue": 0, "refunds": 0, "shipping": 0, "tax": 0, "fees": 0, "total_orders": 0, "items_sold": 0, "average_rating": 0.0,
            "ratings": 0, "pending_items": 0, "pending_refunds": 0,
            "comparison": { "revenue_change": null, "orders_change": null, "items_sold_change": null },
        },
        "charts": { "revenue": point(0), "orders": point(0) }, "top_products": [], "currencies": [],
    });
    assert_eq!(found, expected);
    assert_eq!(
        market.dashboard("s-2", "").await["charts"]["revenue"].as_array().unwrap().len(),
        31,
        "the last 30 days"
    );
}

#[tokio::test]
async fn pieces_wait_until_they_are_paid_rejected_or_called_off() {
    let mut market = Market::open().await;
    let mut events =
        vec![shop_event("product.created", "2026-11-01T00:00:00Z", json!({ "productId": "p-1", "sellerId": "s-1" }))];
    let at = "2026-11-10T10:00:00Z";
    for (order, quantity) in [("placed", 1), ("checked", 20), ("refused", 300), ("off", 4_000), ("paid", 50_000)] {
        let other = json!({ "productId": "p-x", "sellerId": "s-2", "quantity": 7, "price": 1 });
        events.push(shop_event(
            "OrderCreated",
            at,
            json!({ "orderId": order, "items": [item("p-1", quantity), other] }),
        ));
    }
    events.push(shop_event("OrderValidated", at, json!({ "orderId": "checked", "isValid": true })));
    events.push(shop_event("OrderValidated", at, json!({ "orderId": "refused", "isValid": false })));
    events.push(shop_event("OrderCancelled", at, json!({ "orderId": "off" })));
    events.push(shop_event("PaymentProcessed", at, json!({ "orderId": "paid", "paymentStatus": "PAID", "amount": 1 })));
    market.send_events(&events).await;
    for (seller, waiting) in [("s-1", 21), ("s-2", 14), ("s-3", 0)] {
        assert_eq!(market.dashboard(seller, "").await["summary"]["pending_items"], waiting, "{seller}");
    }
    // the same from the log, order by order
    let recount = "SELECT sum((line->>'quantity_milli')::int) / 1000 FROM analytic.shop_event AS placed, jsonb_array_elements(content->'lines') AS line
                   WHERE event_type = 'order_created' AND line->>'reference' = 'p-1' AND NOT EXISTS (
                       SELECT FROM analytic.shop_event AS later WHERE later.subject_id = placed.subject_id
                         AND (later.event_type IN ('payment_processed', 'order_cancelled') OR later.content->>'valid' = 'false'))";
    assert_eq!(market.shop.database.number(recount).await, 21);
}

#[tokio::test]
async fn a_refund_is_owed_while_it_was_asked_for_and_nothing_went_back() {
    let mut market = Market::open().await;
    let at = "2026-11-10T10:00:00Z";
    let mut events: Vec<String> =
        ["granted", "unnamed", "foreign", "unpaid"].iter().flat_map(|id| sale(id, "s-1", at, "10 EUR")).collect();
    // the payment of this one is never reported
    events.pop();
    events.push(shop_event("OrderReturned", at, json!({ "orderId": "granted", "refundAmount": 1, "currency": "EUR" })));
    // the back end reports a refund without its payment: there is only one
    events.push(shop_event(
        "PaymentProcessed",
        at,
        json!({ "orderId": "unnamed", "paymentStatus": "REFUNDED", "amount": 10, "currency": "EUR" }),
    ));
    events.push(shop_event("OrderReturned", at, json!({ "orderId": "foreign", "refundAmount": 3, "currency": "USD" })));
    events.push(shop_event("OrderReturned", at, json!({ "orderId": "unpaid", "refundAmount": 3, "currency": "EUR" })));
    market.send_events(&events).await;
    assert_eq!(market.dashboard("s-1", "").await["summary"]["pending_refunds"], 1, "only the foreign one is owed");
    assert_eq!(market.dashboard("s-2", "").await["summary"]["pending_refunds"], 0);
    let named = json!({ "orderId": "unnamed", "paymentId": "unnamed", "paymentStatus": "REFUNDED", "amount": 10, "currency": "EUR" });
    market.send_events(&[shop_event("PaymentProcessed", "2026-11-11T10:00:00Z", named)]).await;
    assert_eq!(market.dashboard("s-1", "").await["summary"]["pending_refunds"], 1, "reported again by name");
}

#[tokio::test]
async fn the_rating_is_the_mean_of_all_ratings_of_the_sellers_products() {
    let mut market = Market::open().await;
    let at = "2026-11-10T10:00:00Z";
    let mut events = Vec::new();
    for (product, seller) in [("p-1", "s-1"), ("p-2", "s-1"), ("p-3", "s-2"), ("gone", "s-1")] {
        events.push(shop_event("product.created", at, json!({ "productId": product, "sellerId": seller })));
    }
    for (id, product, rating) in [
        ("r-1", "p-1", 5),
        ("r-2", "p-1", 4),
        ("r-3", "p-2", 1),
        ("r-4", "p-3", 5),
        ("r-5", "gone", 5),
        ("r-6", "p-1", 0),
    ] {
        events.push(shop_event("rating.added", at, json!({ "ratingId": id, "productId": product, "rating": rating })));
    }
    events.push(shop_event("rating.deleted", at, json!({ "ratingId": "r-6" })));
    events.push(shop_event("product.deleted", at, json!({ "productId": "gone" })));
    market.send_events(&events).await;
    // (1 + 0.8 + 0.2) / 3
    assert_eq!(market.dashboard("s-1", "").await["summary"]["average_rating"], 0.666_667);
    assert_eq!(market.dashboard("s-2", "").await["summary"]["average_rating"], 1.0);
    let recount = "SELECT round(avg((content->>'score_micros')::numeric)) FROM analytic.shop_event AS given
                   WHERE event_type = 'rating_added' AND content->>'reference' IN ('p-1', 'p-2') AND NOT EXISTS (
                       SELECT FROM analytic.shop_event AS later WHERE later.event_type = 'rating_deleted' AND later.subject_id = given.subject_id)";
    assert_eq!(market.shop.database.number(recount).await, 666_667);
}

#[tokio::test]
async fn the_best_five_products_are_shown_by_name_and_ties_go_by_money_then_id() {
    let mut market = Market::open().await;
    let at = "2026-11-10T10:00:00Z";
    let mut events =
        vec![shop_event("product.created", at, json!({ "productId": "b", "sellerId": "s-1", "name": "Boots" }))];
    for (product, quantity, price) in [("a", 2, 5), ("b", 9, 1), ("c", 2, 7), ("d", 2, 5), ("e", 1, 99), ("f", 3, 1)] {
        let item = json!({ "productId": product, "sellerId": "s-1", "quantity": quantity, "price": price });
        events.push(shop_event("OrderCreated", at, json!({ "orderId": product, "items": [item] })));
        let paid =
            json!({ "orderId": product, "paymentId": product, "paymentStatus": "PAID", "amount": quantity * price });
        events.push(shop_event("PaymentProcessed", at, paid));
    }
    events.push(shop_event("OrderReturned", "2026-11-10T11:00:00Z", json!({ "orderId": "f", "refundAmount": 1 })));
    market.send_events(&events).await;
    let found = market.dashboard("s-1", "start=2026-11-10T00:00:00Z&end=2026-11-11T00:00:00Z").await;
    let product = |id: &str, name: Value, sold: u32, revenue: u32| json!({ "sku_id": id, "sku_name": name, "sold_count": sold, "revenue": revenue });
    let expected = json!([
        product("b", json!("Boots"), 9, 900),
        product("f", Value::Null, 3, 200),
        product("c", Value::Null, 2, 1400),
        product("a", Value::Null, 2, 1000),
        product("d", Value::Null, 2, 1000),
    ]);
    assert_eq!(found["top_products"], expected);
}
