//! What goes with products: beside one, and with a cart.

use domain::AnnouncedOnly;
use serde_json::json;

use crate::stage::{PRODUCT, Stage, ids, reasons, shopper};

#[tokio::test]
async fn what_is_seen_with_a_product_is_recommended_with_the_reason() {
    let mut stage = Stage::set().await;
    stage.visits(5, &["a", "b"]).await;
    stage.visits(2, &["a", "c"]).await;
    stage.visits(1, &["d", "e"]).await;
    stage.announce(&[("b", "shoes", "s-1")]).await;
    let reply = stage.get(&format!("{PRODUCT}/a")).await;
    assert_eq!(reasons(&reply), ["b similar a", "c similar a"]);
    let answer = reply.json();
    let first = &answer["data"]["items"][0];
    assert_eq!((&first["category_id"], &first["seller_id"]), (&json!("shoes"), &json!("s-1")));
    assert_eq!(first["reason"], json!({ "because": "a", "event": null }));
    // 5 of 7 views of a led to b, which had 5: 5 / (7^0.5 x 5^0.3). A day counts 2^(1/30), of which the roots leave a fifth.
    let score = first["score"].as_f64().unwrap();
    assert!((1.13..1.19).contains(&score), "{score}");
    assert!(score > answer["data"]["items"][1]["score"].as_f64().unwrap());
    assert!(answer["data"]["recommendation_id"].as_str().unwrap().starts_with("r1-viewed-l-"));
    let pagination =
        json!({ "limit": 10, "total": null, "page": null, "next_page": null, "cursor": null, "next_cursor": null });
    assert_eq!(answer["pagination"], pagination);
    // An id is another one at each request.
    let again = stage.get(&format!("{PRODUCT}/a")).await.json();
    assert_ne!(again["data"]["recommendation_id"], answer["data"]["recommendation_id"]);
}

#[tokio::test]
async fn what_is_bought_together_comes_before_what_is_seen_together() {
    let mut stage = Stage::set().await;
    stage.visits(3, &["a", "seen"]).await;
    stage.learn(shopper("s-1", 1), &[("purchase", "a"), ("purchase", "bought")]).await;
    let bought = stage.get(&format!("{PRODUCT}/a?kind=bought")).await;
    assert_eq!(ids(&bought)[..2], ["bought", "seen"]);
    assert!(bought.json()["data"]["recommendation_id"].as_str().unwrap().starts_with("r1-bought-l-"));
    let cart = stage.cart(&["a", "x"], "").await;
    assert_eq!(ids(&cart)[..2], ["bought", "seen"]);
    assert!(cart.json()["data"]["recommendation_id"].as_str().unwrap().starts_with("r1-cart-l-"));
    assert_eq!(
        ids(&stage.cart(&["a", "bought"], "").await),
        ["seen"],
        "what is in the cart is not recommended with it"
    );
}

#[tokio::test]
async fn what_is_missing_is_filled_up_from_trending() {
    let mut stage = Stage::set().await;
    stage.visits(2, &["a", "b"]).await;
    stage.announce(&[("a", "shoes", ""), ("t-2", "shoes", ""), ("b", "shoes", "")]).await;
    stage.trend(&["t-1", "a", "t-2", "b"]).await;
    // First those of the category, then those of the shop, and none twice.
    let reply = stage.get(&format!("{PRODUCT}/a")).await;
    assert_eq!(reasons(&reply), ["b similar a", "t-2 popular", "t-1 popular"]);
    // A product that nobody knows gets what is popular.
    assert_eq!(
        reasons(&stage.get(&format!("{PRODUCT}/nobody")).await),
        ["t-1 popular", "a popular", "t-2 popular", "b popular"]
    );
    assert_eq!(ids(&stage.get(&format!("{PRODUCT}/nobody?limit=2&exclude=t-1,b")).await), ["a", "t-2"]);
}

#[tokio::test]
async fn only_products_of_the_category_are_recommended() {
    let mut stage = Stage::set().await;
    stage.visits(3, &["a", "hat"]).await;
    stage.visits(2, &["a", "shoe"]).await;
    stage.announce(&[("hat", "hats", ""), ("shoe", "shoes", ""), ("boot", "shoes", "")]).await;
    stage.trend(&["hat", "boot", "other"]).await;
    let reply = stage.get(&format!("{PRODUCT}/a?category_id=shoes")).await;
    assert_eq!(reasons(&reply), ["shoe similar a", "boot popular"]);
}

#[tokio::test]
async fn variants_are_one_entry_under_their_product() {
    let mut stage = Stage::set().await;
    // Learned before anybody said that they are variants.
    stage.visits(2, &["a", "sku-b1"]).await;
    stage.visits(2, &["a", "sku-b2"]).await;
    stage.visits(1, &["a", "c"]).await;
    stage.announce(&[("a", "", ""), ("b", "", ""), ("c", "", "")]).await;
    for (sku, product) in [("sku-a", "a"), ("sku-b1", "b"), ("sku-b2", "b")] {
        stage.assign(sku, product).await;
    }
    stage.visits(1, &["a", "b"]).await;
    for asked in ["a", "sku-a"] {
        assert_eq!(ids(&stage.get(&format!("{PRODUCT}/{asked}")).await), ["b", "c"], "{asked}");
    }
    assert_eq!(ids(&stage.get(&format!("{PRODUCT}/a?exclude=sku-b2")).await), ["c"]);
    // Bought under a SKU, before it was one of the product: never again.
    let buyer = shopper("s-buyer", 9);
    stage.learn(buyer, &[("purchase", "sku-b1"), ("view", "a")]).await;
    stage.database.execute("UPDATE analytic.bought_product SET product_no = (SELECT product_no FROM analytic.learned_product WHERE product_id = 'sku-b1')").await;
    let personal = ids(&stage.get_as(buyer, "/me").await);
    assert!(personal.contains(&"c".to_owned()) && !personal.contains(&"b".to_owned()), "{personal:?}");
}

#[tokio::test]
async fn what_cannot_be_bought_is_not_recommended() {
    let mut stage = Stage::set().await;
    for other in ["sold-out", "withdrawn", "junk", "fine"] {
        stage.visits(1, &["a", other]).await;
    }
    stage
        .announce(&[("a", "", ""), ("sold-out", "", ""), ("withdrawn", "", ""), ("fine", "", ""), ("soon", "", "")])
        .await;
    stage.database.execute("UPDATE analytic.product SET available = product_id <> 'sold-out'").await;
    stage.database.execute("UPDATE analytic.product SET deleted_at = now() WHERE product_id = 'withdrawn'").await;
    let path = format!("{PRODUCT}/a");
    assert_eq!(ids(&stage.get(&path).await), ["fine", "junk"], "as long as lists hold whatever events name");
    stage.trend_when(&["soon", "sold-out", "withdrawn", "junk"], AnnouncedOnly::True).await;
    assert_eq!(ids(&stage.get(&path).await), ["fine", "soon"], "from then on announced products only");
    // Back in stock, from the next request on.
    stage.database.execute("UPDATE analytic.product SET available = NULL WHERE product_id = 'sold-out'").await;
    assert_eq!(ids(&stage.get(&path).await), ["fine", "sold-out", "soon"]);
}

#[tokio::test]
async fn a_page_is_full_however_many_of_the_first_may_not_be_shown() {
    let mut stage = Stage::set().await;
    let names: Vec<_> = (10..70).map(|n| format!("t-{n}")).collect();
    let names: Vec<_> = names.iter().map(String::as_str).collect();
    let (hot, rest) = names.split_at(45);
    stage.announce(&hot.iter().map(|id| (*id, "hot", "s")).collect::<Vec<_>>()).await;
    stage.announce(&rest.iter().map(|id| (*id, "mild", "t")).collect::<Vec<_>>()).await;
    stage.trend(&names).await;
    let path = format!("{PRODUCT}/nobody?limit=5");
    assert_eq!(ids(&stage.get(&path).await), hot[..5]);
    stage.database.execute("UPDATE analytic.product SET available = category_id <> 'hot'").await;
    assert_eq!(ids(&stage.get(&path).await), rest[..5], "sold out");
    stage.database.execute("UPDATE analytic.product SET available = NULL").await;
    // Also when it is a rule that leaves them out, or what the account bought.
    let ann = shopper("s-ann", 1);
    stage.learn(ann, &hot.iter().map(|id| ("purchase", *id)).collect::<Vec<_>>()).await;
    let mine = ids(&stage.get_as(ann, "/me?limit=5").await);
    assert_eq!(mine, rest[..5], "bought");
    let rule = json!({ "action": "exclude", "target": "category", "target_id": "hot", "reason": "recall" });
    stage.rule(rule).await;
    assert_eq!(ids(&stage.get(&path).await), rest[..5], "excluded");
    let rule = json!({ "action": "exclude", "target": "seller", "target_id": "t", "reason": "recall" });
    stage.rule(rule).await;
    assert_eq!(ids(&stage.get(&path).await), [""; 0], "there are no others");
}
