//! The popularity of one product.

use serde_json::json;

use crate::stage::{SCORES, Stage, product, refusal};

fn path(id: &str) -> String {
    format!("/api/v1/analytic/popularity/{id}")
}

#[tokio::test]
async fn a_product_is_found_by_its_id() {
    let mut stage = Stage::with_products(&[(1, 300_000), (2, 900_000)]).await;
    let expected = json!({ "data": {
        "id": product(1), "score": 0.3, "view_count": 1, "purchase_count": 2, "favorite_count": 3,
        "cart_count": 4, "review_count": 5, "date_updated": "2026-11-20T12:00:00.25Z", "ranks": null,
    } });
    for id in [product(1), product(1).to_uppercase()] {
        let reply = stage.get(&path(&id)).await;
        assert_eq!((reply.status, reply.json()), (200, expected.clone()));
    }
}

#[tokio::test]
async fn a_product_that_was_never_scored_is_not_found() {
    let mut stage = Stage::with_products(&[(1, 0)]).await;
    let reply = stage.get(&path(&product(2))).await;
    assert_eq!(refusal(&reply), "404 not_found: no interaction with this product was scored yet");
}

/// Ids of real shops, each as stored and as in a path.
const IDS: [(&str, &[&str]); 6] = [
    ("1004767", &["1004767", "%31004767"]),
    (
        "gid://shopify/Product/7982301249789",
        &["gid://shopify/Product/7982301249789", "gid%3A%2F%2Fshopify%2FProduct%2F7982301249789"],
    ),
    ("01JD3XK4Z8W9T6Q2M5N7P0R1S3", &["01JD3XK4Z8W9T6Q2M5N7P0R1S3"]),
    ("507f1f77bcf86cd799439011", &["507f1f77bcf86cd799439011"]),
    ("SKU 12/b", &["SKU%2012/b", "SKU%2012%2Fb", "SKU 12/b"]),
    ("schöne-schuhe+1", &["sch%C3%B6ne-schuhe+1", "schöne-schuhe+1", "sch%C3%B6ne-schuhe%2B1"]),
];

#[tokio::test]
async fn a_product_is_found_by_whatever_the_shop_calls_it() {
    let mut stage = Stage::empty().await;
    let rows: Vec<_> = IDS.iter().map(|(id, _)| format!("('{id}', 1, 0, 0, 0, 0, 0, now())")).collect();
    stage.database.execute(&format!("INSERT INTO {SCORES} VALUES {}", rows.join(","))).await;
    for (id, spellings) in IDS {
        for spelling in spellings {
            let reply = stage.get(&path(spelling)).await;
            assert_eq!((reply.status, reply.json()["data"]["id"].as_str()), (200, Some(id)), "{spelling}");
        }
    }
}

#[tokio::test]
async fn a_uuid_is_found_in_any_spelling() {
    let mut stage = Stage::with_products(&[(1, 0)]).await;
    let simple = product(1).replace('-', "");
    for id in
        [simple.clone(), format!("%7B{}%7D", product(1)), format!("urn:uuid:{}", product(1)), simple.to_uppercase()]
    {
        assert_eq!(stage.get(&path(&id)).await.json()["data"]["id"], json!(product(1)), "{id}");
    }
}

#[tokio::test]
async fn what_can_be_no_id_is_refused_in_our_envelope() {
    let mut stage = Stage::empty().await;
    let rule = "must have 1 to 128 characters and no control characters, and not be the nil UUID";
    let long = "x".repeat(129);
    for id in ["%00", "%FF", "a%0Ab", "%20", "00000000-0000-0000-0000-000000000000", &long] {
        assert_eq!(refusal(&stage.get(&path(id)).await), format!("400 validation: spu_id: {rule}"), "{id}");
    }
}
