//! Late events correct windows that were shown before.

use cross_tests::back_end::{event, order, spu};
use serde_json::{Value, json};

use super::{Setup, int, seller};

const WINDOW: &str = "windows?size=1h&start=2026-11-18T09:00:00Z&end=2026-11-18T11:00:00Z";

fn figures(data: &Value) -> Vec<[i64; 4]> {
    let windows = data["windows"].as_array().unwrap().iter();
    let names = ["orders", "gross_revenue", "refunds", "revenue"];
    windows.map(|window| names.map(|name| int(&window[name]))).collect()
}

#[tokio::test]
async fn a_late_payment_return_and_product_correct_past_windows() {
    let mut setup = Setup::open().await;
    let events = order("o-1", "sku-1", "10.00");
    setup.send_events(&events[..1]).await;
    assert_eq!(figures(&setup.admin(WINDOW).await), [[0; 4], [0; 4]]);
    // the return arrives before the payment that it refunds
    setup.send_events(&[event("OrderReturned", 65, json!({ "orderId": "o-1", "refundAmount": "5.00" }))]).await;
    assert_eq!(figures(&setup.admin(WINDOW).await), [[0; 4], [0; 4]], "nothing can go back that never came");
    setup.send_events(&events[1..]).await;
    assert_eq!(figures(&setup.admin(WINDOW).await), [[1, 2_001, 0, 2_001], [0, 0, 500, -500]]);
    // the seller is known with the product
    assert_eq!(figures(&setup.data(&seller("s-1", WINDOW)).await), [[0; 4], [0; 4]]);
    let top = "top-products?window=1h&end=2026-11-18T10:00:00Z";
    assert_eq!(setup.admin(top).await["products"][0]["product_id"], "sku-1");
    let facts = json!({ "productId": spu(1), "sellerId": "s-1", "categoryId": "shoes", "skuIds": ["sku-1"] });
    setup.send_events(&[event("product.created", 90, facts)]).await;
    assert_eq!(figures(&setup.data(&seller("s-1", WINDOW)).await), [[1, 2_001, 0, 2_001], [0, 0, 500, -500]]);
    assert_eq!(setup.admin(top).await["products"][0]["product_id"], spu(1));
    let categories = setup.admin("categories?window=1h&end=2026-11-18T10:00:00Z").await;
    assert_eq!(categories["categories"].as_array().unwrap().len(), 1, "the unknown one is gone: {categories}");
    assert_eq!(categories["categories"][0]["category_id"], "shoes");
}

#[tokio::test]
async fn the_sales_of_a_sku_are_those_of_its_product_as_soon_as_it_is_known() {
    let mut setup = Setup::open().await;
    setup.send_events(&order("o-1", "sku-1", "10.00")).await;
    let of = |product: &str| format!("{WINDOW}&product_id={product}");
    let sold: [[i64; 4]; 2] = [[1, 2_001, 0, 2_001], [0; 4]];
    assert_eq!(figures(&setup.admin(&of("sku-1")).await), sold, "while its product is unknown");
    let facts = json!({ "productId": spu(1), "sellerId": "s-1", "skuIds": ["sku-1", "sku-2"] });
    setup.send_events(&[event("product.created", 90, facts)]).await;
    for product in [spu(1).as_str(), "sku-1", "sku-2"] {
        assert_eq!(figures(&setup.admin(&of(product)).await), sold, "{product}");
        assert_eq!(figures(&setup.data(&seller("s-1", &of(product))).await), sold, "{product}");
        assert_eq!(figures(&setup.data(&seller("s-2", &of(product))).await), [[0; 4]; 2], "{product}");
    }
    assert_eq!(figures(&setup.admin(&of("sku-3")).await), [[0; 4]; 2]);
}

#[tokio::test]
async fn a_product_with_nothing_but_refunds_in_the_window_is_not_ranked() {
    let mut setup = Setup::open().await;
    let mut events = order("o-1", &spu(1), "10.00");
    events.push(event("OrderReturned", 65, json!({ "orderId": "o-1", "refundAmount": "5.00" })));
    setup.send_events(&events).await;
    let ranks = setup.admin("top-products?window=1h&by=revenue&end=2026-11-18T11:00:00Z").await;
    assert_eq!((&ranks["currency"], &ranks["products"]), (&json!("EUR"), &json!([])));
    let before = setup.admin("top-products?window=1h&by=revenue&end=2026-11-18T10:00:00Z").await;
    assert_eq!(before["products"][0]["revenue"], 2_001);
}

#[tokio::test]
async fn what_was_taken_from_a_seller_leaves_nothing_behind_not_even_a_currency() {
    let mut setup = Setup::open().await;
    let claim = |number: u32, minute: i64| {
        let facts = json!({ "productId": spu(number), "sellerId": format!("s-{number}"), "skuId": "sku-1" });
        event("product.created", minute, facts)
    };
    setup.send_events(&order("o-1", "sku-1", "10.00")).await;
    let top = "top-products?window=1h&end=2026-11-18T10:00:00Z";
    let nothing = (setup.ask(&seller("s-2", WINDOW)).await.body, setup.ask(&seller("s-2", top)).await.body);
    setup.send_events(&[claim(2, 20)]).await;
    assert_eq!(setup.data(&seller("s-2", WINDOW)).await["currencies"][0]["gross_revenue"], 2_001);
    // an earlier claim to the SKU comes later
    setup.send_events(&[claim(1, 10)]).await;
    assert_eq!(setup.data(&seller("s-1", top)).await["products"][0]["revenue"], 2_001);
    let left = (setup.ask(&seller("s-2", WINDOW)).await.body, setup.ask(&seller("s-2", top)).await.body);
    assert_eq!(left, nothing);
}
