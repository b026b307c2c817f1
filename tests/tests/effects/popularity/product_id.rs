//! A product has the shop's id: interactions, orders, the top list and the product's page refer to the same one.

use cross_tests::shop::Shop;
use serde_json::{Value, json};
use testkit::{Function, HttpEvent, interaction};

/// Product ids of shops: as in back-end events, as stored, and as in a path.
const IDS: [(&str, &str, &str); 6] = [
    ("1004767", "1004767", "1004767"),
    (
        "\"gid://shopify/Product/7982301249789\"",
        "gid://shopify/Product/7982301249789",
        "gid%3A%2F%2Fshopify%2FProduct%2F7982301249789",
    ),
    ("\"01JD3XK4Z8W9T6Q2M5N7P0R1S3\"", "01JD3XK4Z8W9T6Q2M5N7P0R1S3", "01JD3XK4Z8W9T6Q2M5N7P0R1S3"),
    ("\"507f1f77bcf86cd799439011\"", "507f1f77bcf86cd799439011", "507f1f77bcf86cd799439011"),
    ("\"SKU 12/ö\"", "SKU 12/ö", "SKU%2012/%C3%B6"),
    (
        "\"{5B0B0000-0000-4000-8000-0000000000AB}\"",
        "5b0b0000-0000-4000-8000-0000000000ab",
        "5b0b00000000400080000000000000ab",
    ),
];

/// A product that is announced, and one order of it that is placed and paid.
fn sale(product: &str) -> [String; 3] {
    let order = json!({ "orderId": format!("order of {product}") }).to_string();
    let event = |name: &str, minute: u32, fields: &str| {
        let order = order.trim_start_matches('{').trim_end_matches('}');
        format!(r#"{{"event":"{name}","timestamp":"2026-11-18T09:0{minute}:00Z",{order},{fields}}}"#)
    };
    [
        event("product.created", 0, &format!(r#""productId":{product}"#)),
        event("OrderCreated", 1, &format!(r#""items":[{{"productId":{product},"quantity":1,"price":"10.00"}}]"#)),
        event("PaymentProcessed", 2, r#""paymentStatus":"SUCCESS","amount":"10.00""#),
    ]
}

async fn get(queries: &mut Function, path: &str) -> Value {
    let reply = queries.request(&HttpEvent::new("GET", path)).await;
    assert_eq!(reply.status, 200, "{path}: {reply:?}");
    reply.json()["data"].clone()
}

#[tokio::test]
async fn an_interaction_and_an_order_of_one_product_meet_in_its_score() {
    let shop = Shop::open().await;
    let views: Vec<_> = IDS.iter().map(|(_, id, _)| interaction("view", id)).collect();
    shop.record_items(&views).await;
    let mut orders = shop.start_orders().await;
    let events: Vec<_> = IDS.iter().flat_map(|(product, ..)| sale(product)).collect();
    shop.send_events(&mut orders, &events).await;

    shop.score_all(&mut shop.start_scorer().await).await;

    // view 0.3, checkout_started 0.6, purchase 0.8; ties in byte order.
    let mut expected: Vec<_> = IDS.iter().map(|(_, id, _)| format!("{id} | 1700000 | 1 | 1 | 0 | 0 | 0")).collect();
    expected.sort();
    assert_eq!(shop.popularity().await, expected);
    let mut queries = shop.start("answer-queries", &[]).await;
    let mut listed = Vec::new();
    let mut path = "/api/v1/analytic/popularity/top?limit=2".to_owned();
    for _ in 0..IDS.len() / 2 {
        let reply = queries.request(&HttpEvent::new("GET", &path)).await.json();
        listed.extend(reply["data"].as_array().unwrap().clone());
        let cursor = &reply["pagination"]["next_cursor"];
        path = format!("/api/v1/analytic/popularity/top?limit=2&cursor={}", cursor.as_str().unwrap_or_default());
    }
    let names: Vec<_> = listed.iter().map(|row| row["id"].as_str().unwrap().to_owned()).collect();
    let ids: Vec<_> = expected.iter().map(|row| row.split_once(" | ").unwrap().0.to_owned()).collect();
    assert_eq!(names, ids);
    for (_, id, in_path) in IDS {
        let page = get(&mut queries, &format!("/api/v1/analytic/popularity/{in_path}")).await;
        // One by itself comes with its ranks.
        let mut listed = listed.iter().find(|row| row["id"] == id).unwrap().clone();
        listed["ranks"] = json!(null);
        assert_eq!(page, listed, "{in_path}");
    }
}
