//! Recommendations through the deployed API: what is planted is found, and what happens now shows now.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use testkit::eventually;
use uuid::Uuid;

use crate::shop::{SOON, Shop, event};

const BASE: &str = "/api/v1/analytic/recommendations";
/// Visits of simulated shoppers with a taste.
const VISITS: &str = "100";

impl Shop {
    /// Announces products, of which the others of the shop are none.
    async fn announce(&self, products: &[String]) {
        let created = |product: &String| json!({ "event": "product.created", "timestamp": "2026-11-18T09:00:00Z", "productId": product });
        for some in products.chunks(100) {
            self.post_events(&some.iter().map(created).collect::<Vec<_>>()).await;
        }
        let known = format!("SELECT count(*) FROM analytic.product WHERE product_id IN ('{}')", products.join("','"));
        let expected = i64::try_from(products.len()).unwrap();
        let look = async || (self.number(&known).await == expected).then_some(());
        eventually("all products announced", SOON, look).await;
    }

    /// Reads a list: each product with the one because of which it is there.
    async fn recommended(&self, path: &str) -> Vec<(String, String)> {
        let answer = self.get(&format!("{BASE}{path}")).await;
        let items = answer.body["data"]["items"].as_array().unwrap_or_else(|| panic!("{answer:?}")).clone();
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        items.iter().map(|item| (text(&item["product_id"]), text(&item["reason"]["because"]))).collect()
    }
}

#[tokio::test]
async fn the_partners_that_simulated_tastes_plant_are_the_first_ones() {
    let shop = Shop::alone().await;
    let before = shop.number("SELECT coalesce(max(id), 0) FROM analytic.interaction").await;
    let run = Uuid::now_v7().to_string();
    let words = ["simulate", "--seed", "77", "--run", &run, "--interactions", "1000", "--products", "60", "--orders"];
    let said = shop.local_stack(&[&words[..], &["0", "--tastes", VISITS, "--json"]].concat()).await;
    assert_eq!(said.code, Some(0), "{}", said.text);
    let summary: Value = serde_json::from_str(&said.text).unwrap();
    let tastes: Vec<Vec<String>> = serde_json::from_value(summary["tastes"].clone()).unwrap();
    assert_eq!(tastes.iter().map(Vec::len).collect::<Vec<_>>(), [4; 5], "{summary}");
    // Given that all products that the crowd meets may be recommended, not only those of the tastes.
    let met = format!("SELECT DISTINCT ref_id FROM analytic.interaction WHERE id > {before} AND ref_type = 'Product'");
    let met = shop.rows(&met).await;
    assert!(met.len() > 50, "{met:?}");
    shop.announce(&met).await;
    for (taste, product) in tastes.iter().flat_map(|taste| taste.iter().map(move |product| (taste, product))) {
        let planted: BTreeSet<&String> = taste.iter().filter(|other| *other != product).collect();
        for kind in ["viewed", "bought"] {
            let path = format!("/product/{product}?kind={kind}&limit=3");
            eventually(&format!("{planted:?} beside {product}, {kind}"), SOON, async || {
                let found = shop.recommended(&path).await;
                let is_planted = found.iter().map(|(id, _)| id).collect::<BTreeSet<_>>() == planted;
                (is_planted && found.iter().all(|(_, because)| because == product)).then_some(())
            })
            .await;
        }
    }
    let verified = shop.shopsignal(&["verify", "--wait", "120", "--json"]).await;
    let figures: Value = serde_json::from_str(&verified.text).unwrap();
    assert!(figures["learning"]["products"].as_i64() > Some(0), "products with SKUs are recounted too: {figures}");
    assert_eq!(figures["learning"]["differences"], 0, "{figures}");
}

#[tokio::test]
async fn a_view_changes_the_list_of_its_visitor_at_once_and_those_of_others_within_seconds() {
    let shop = Shop::open().await;
    let (first, second) = (Uuid::now_v7(), Uuid::now_v7());
    shop.announce(&[first.to_string(), second.to_string()]).await;
    let view = |product: Uuid, session: &str| {
        let mut view = event("view", product);
        view["session_id"] = json!(session);
        view
    };
    let (visitor, other) = (format!("fresh-{}", Uuid::now_v7()), format!("fresh-{}", Uuid::now_v7()));
    let expected = (second.to_string(), first.to_string());
    // When somebody looks at both, everybody who looks at the first is led to the second, soon.
    shop.record_as_guest(json!([view(first, &other), view(second, &other)])).await;
    eventually("the second beside the first", SOON, async || {
        let beside = shop.recommended(&format!("/product/{first}?limit=1")).await;
        (beside.first() == Some(&expected)).then_some(())
    })
    .await;
    // And a visitor who has looked at the first is led to the second by the next request.
    let path = format!("/session/{visitor}?limit=1");
    assert_ne!(shop.recommended(&path).await.first(), Some(&expected));
    shop.record_as_guest(json!([view(first, &visitor)])).await;
    assert_eq!(shop.recommended(&path).await.first(), Some(&expected));
}
