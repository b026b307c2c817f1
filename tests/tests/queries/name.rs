//! The names of products, for lists that hold ids.

use serde_json::{Value, json};
use testkit::{HttpEvent, HttpReply};

use crate::market::{Market, as_admin, shop_event};
use crate::stage::refusal;

async fn names(market: &mut Market, query: &str) -> HttpReply {
    let request = HttpEvent::new("GET", &format!("/api/v1/analytic/products?{query}")).claim("sub", "s-1");
    market.reader.request(&request).await
}

#[tokio::test]
async fn names_are_found_by_product_and_sku_in_the_order_of_the_request() {
    let mut market = Market::open().await;
    let announced = |at: &str, fields: Value| shop_event("product.updated", &format!("2026-11-{at}T09:00:00Z"), fields);
    let events = [
        announced("10", json!({ "productId": "p-1", "name": "Boots", "skuIds": ["sku-1"] })),
        announced("11", json!({ "productId": "p-1", "name": "Trail boots" })),
        announced("10", json!({ "productId": "gid://shop/2", "name": "Lamp <b>" })),
        announced("10", json!({ "productId": "p-3" })),
        shop_event("product.deleted", "2026-11-12T09:00:00Z", json!({ "productId": "gid://shop/2" })),
    ];
    market.send_events(&events).await;
    let reply = names(&mut market, "ids=p-3,gid%3A%2F%2Fshop%2F2,nobody,sku-1,p-1").await;
    let found = |requested: &str, id: &str, name: Value| json!({ "requested": requested, "id": id, "name": name });
    let expected = json!({ "data": {
        "products": [
            found("p-3", "p-3", Value::Null), found("gid://shop/2", "gid://shop/2", json!("Lamp <b>")),
            found("sku-1", "p-1", json!("Trail boots")), found("p-1", "p-1", json!("Trail boots")),
        ],
        "unknown": ["nobody"],
    } });
    assert_eq!((reply.status, reply.header("cache-control"), reply.json()), (200, "no-store", expected));
    let to_admin = market.reader.request(&as_admin("/api/v1/analytic/products?ids=p-1")).await;
    assert_eq!(to_admin.json()["data"]["products"][0]["name"], "Trail boots");
}

#[tokio::test]
async fn a_list_without_end_and_a_caller_without_a_token_are_refused() {
    let mut market = Market::open().await;
    let many: Vec<_> = (0..101).map(|id| id.to_string()).collect();
    for bad in ["", "ids=", "ids=a,,b", &format!("ids={}", many.join(","))] {
        let refused = refusal(&names(&mut market, bad).await);
        assert_eq!(refused, "400 validation: ids: must be 1 to 100 product ids, separated by commas", "{bad}");
    }
    let anonymous = HttpEvent::new("GET", "/api/v1/analytic/products?ids=p-1");
    assert_eq!(market.reader.request(&anonymous).await.status, 401);
}
