//! The popularity of one product.

use serde_json::json;

use crate::stage::{Stage, product, refusal};

fn path(id: &str) -> String {
    format!("/api/v1/analytic/popularity/{id}")
}

#[tokio::test]
async fn a_product_is_found_by_its_id() {
    let mut stage = Stage::with_products(&[(1, 300_000), (2, 900_000)]).await;
    let expected = json!({ "data": {
        "id": product(1), "score": 0.3, "view_count": 1, "purchase_count": 2, "favorite_count": 3,
        "cart_count": 4, "review_count": 5, "date_updated": "2026-11-20T12:00:00.25Z",
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

#[tokio::test]
async fn a_product_id_that_is_no_uuid_is_refused_in_our_envelope() {
    let mut stage = Stage::empty().await;
    for id in [
        "42",
        "top2",
        "0192e4a0",
        "%00",
        "%FF",
        "%F0%9F%8E%81",
        "0192e4a0-0000-7000-8000-00000000000g",
        "%2e%2e%2f",
        "'",
    ] {
        assert_eq!(refusal(&stage.get(&path(id)).await), "400 validation: spu_id: must be a UUID", "{id}");
    }
}
