//! The export: everything that an erasure would find, in one document.

use domain::Named;
use serde_json::Value;

use crate::shop::{JANE, JANE_EMAIL, JOHN, Shop, by_email, jane_hash};
use crate::trace::{of_jane, traces};

async fn export(shop: &Shop, named: &Named) -> Value {
    let mut out = Vec::new();
    let export = people::export(&shop.places(), named, jiff::Timestamp::now(), &mut out).await.unwrap();
    let document: Value = serde_json::from_slice(&out).unwrap();
    let lists = document.as_object().unwrap().values().filter_map(Value::as_array);
    assert_eq!(lists.map(Vec::len).sum::<usize>(), export.records);
    document
}

#[tokio::test]
async fn every_table_in_which_a_trace_is_found_is_exported() {
    let shop = Shop::busy().await;
    let document = export(&shop, &Named::Account(JANE)).await;
    for place in traces(&shop.database, &of_jane()).await {
        let table = place.split('.').nth(1).unwrap();
        let table = if table.starts_with("interaction_2") { "interaction" } else { table };
        assert!(!document[table].as_array().unwrap().is_empty(), "{place}");
    }
    assert_eq!(document["version"], 1);
    assert_eq!(document["person"]["accounts"], serde_json::json!([JANE]));
    assert_eq!(document["person"]["customers"], serde_json::json!([JANE, jane_hash()]));
    let orders: Vec<_> = document["sales_order"].as_array().unwrap().iter().map(|order| &order["order_id"]).collect();
    assert_eq!(orders, ["o-1", "o-2", "o-3"]);
    let lengths = [
        "interaction",
        "shop_event",
        "order_line",
        "payment",
        "opinion",
        "shop_user",
        "feed",
        "finding",
        "recommendation_click",
    ];
    let lengths: Vec<_> =
        lengths.iter().map(|name| format!("{name} {}", document[name].as_array().unwrap().len())).collect();
    insta::assert_snapshot!(lengths.join(", "), @"interaction 12, shop_event 11, order_line 3, payment 3, opinion 2, shop_user 1, feed 5, finding 5, recommendation_click 1");
}

#[tokio::test]
async fn an_export_holds_nothing_of_others_and_changes_nothing() {
    let shop = Shop::busy().await;
    let figures = shop.figures().await;
    let document = export(&shop, &by_email(JANE_EMAIL)).await.to_string();
    assert!(!document.contains(&JOHN.to_string()) && !document.contains("session-of-john"), "{document}");
    assert_eq!(shop.figures().await, figures);
}

#[tokio::test]
async fn after_an_erasure_an_export_is_empty() {
    let shop = Shop::busy().await;
    shop.erase(&Named::Account(JANE)).await;
    let document = export(&shop, &Named::Account(JANE)).await;
    let mut lists = document.as_object().unwrap().iter().filter_map(|(name, value)| Some((name, value.as_array()?)));
    assert_eq!(lists.find(|(_, list)| !list.is_empty()), None);
}

#[tokio::test]
async fn what_does_not_fit_on_one_page_is_exported_whole() {
    let shop = Shop::busy().await;
    let many = format!(
        "INSERT INTO analytic.interaction (origin, event_id, account_id, event_type, ref_type, ref_id, occurred_at, date_created)
         SELECT gen_random_uuid(), gen_random_uuid(), '{JANE}', 'viewed', 'Category', 'c', now(), now() FROM generate_series(1, 2500)"
    );
    shop.database.execute(&many).await;
    let document = export(&shop, &Named::Account(JANE)).await;
    let mut ids: Vec<_> =
        document["interaction"].as_array().unwrap().iter().map(|row| row["id"].as_i64().unwrap()).collect();
    let length = ids.len();
    assert!(ids.is_sorted() && length > 2_500);
    ids.dedup();
    assert_eq!(ids.len(), length);
}
