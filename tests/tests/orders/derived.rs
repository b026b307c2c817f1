//! The event ids of derived interactions cannot be claimed by others; if one is taken nevertheless, it is reported.

use cross_tests::back_end::{Shop, event, order, spu};
use testkit::{all_done, sqs_event};

/// A product, and an order that is placed and paid.
fn events() -> Vec<String> {
    let product = event("product.created", 0, serde_json::json!({ "productId": spu(1), "name": "Boots" }));
    std::iter::once(product).chain(order("42", &spu(1), "10.00")).collect()
}

const DERIVED: &str = "SELECT event_type FROM analytic.interaction WHERE origin = '00000000-0000-0000-0000-000000000001' ORDER BY event_type";

/// The event id of the purchase of the order, in every shop.
async fn id_of_the_purchase() -> String {
    let shop = Shop::open().await;
    let mut function = shop.start().await;
    shop.send_events(&mut function, &events(), 10).await;
    assert_eq!(shop.database.rows(DERIVED).await, ["checkout_started", "purchase"]);
    shop.database.rows("SELECT event_id FROM analytic.interaction WHERE event_type = 'purchase'").await.concat()
}

fn key(id: &str, origin: &str, fingerprint: &str) -> String {
    format!("INSERT INTO analytic.interaction_key VALUES ('{id}', '{origin}', {fingerprint}, 1000000, now())")
}

#[tokio::test]
async fn an_id_that_somebody_else_used_first_does_not_stop_the_purchase() {
    let id = id_of_the_purchase().await;
    let shop = Shop::open().await;
    let mut function = shop.start().await;
    for origin in ["gen_random_uuid()", "'00000000-0000-0000-0000-000000000002'"] {
        let origin = shop.database.rows(&format!("SELECT {origin}")).await.concat();
        shop.database.execute(&key(&id, &origin, "'\\x00'")).await;
    }
    shop.send_events(&mut function, &events(), 10).await;
    assert_eq!(shop.database.rows(DERIVED).await, ["checkout_started", "purchase"]);
    shop.assert_exact().await;
    assert!(!function.output_with("\"projected\"").await.contains("DerivedConflicts"));
}

#[tokio::test]
async fn a_derived_interaction_that_meets_its_id_with_other_content_is_reported_and_stops_nothing() {
    let id = id_of_the_purchase().await;
    let shop = Shop::open().await;
    let mut function = shop.start().await;
    shop.database.execute(&key(&id, "00000000-0000-0000-0000-000000000001", "'\\x00'")).await;

    assert_eq!(function.invoke(&sqs_event(&events())).await, all_done());

    assert_eq!(shop.database.rows(DERIVED).await, ["checkout_started"]);
    let revenue = "SELECT sum(revenue_minor) FROM analytic.sales_rollup WHERE grain = 'day' AND seller_id = ''";
    assert_eq!(shop.database.rows(revenue).await, ["2001"]);
    let output = function.output_with("\"projected\"").await;
    let line =
        |text: &str| output.lines().find(|line| line.contains(text)).unwrap_or_else(|| panic!("no {text}: {output}"));
    assert!(line("\"projected\"").contains("\"DerivedConflicts\":1"), "{output}");
    let error = line("a derived interaction was recorded before with other content");
    assert!(error.contains("\"ERROR\"") && error.contains(&id), "{error}");
}
