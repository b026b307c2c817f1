//! Which identities count as one person, and which are not followed.

use domain::Named;
use serde_json::json;

use crate::shop::{Shop, by_email, by_id, order};

async fn customers(shop: &Shop) -> Vec<String> {
    shop.database.rows("SELECT order_id FROM analytic.sales_order WHERE customer_key LIKE 'erased:%' ORDER BY 1").await
}

async fn erased(events: &[[String; 2]], named: &Named) -> (Vec<String>, usize) {
    let mut shop = Shop::open().await;
    shop.send_events(&events.concat()).await;
    let receipt = shop.erase(named).await;
    shop.assert_exact().await;
    (customers(&shop).await, receipt.linked.shared)
}

/// An id and an address in one event, then each alone.
fn told_together() -> Vec<[String; 2]> {
    vec![
        order("both", json!({ "customerId": "c-1", "userEmail": "a@example.com" }), 1),
        order("by-id", json!({ "customerId": "c-1" }), 10),
        order("by-address", json!({ "userEmail": "A@example.com" }), 20),
        order("other", json!({ "customerId": "c-2", "userEmail": "b@example.com" }), 30),
    ]
}

#[tokio::test]
async fn an_id_and_an_address_in_one_event_are_one_person() {
    let wanted = (vec!["both".to_owned(), "by-address".to_owned(), "by-id".to_owned()], 0);
    assert_eq!(erased(&told_together(), &by_id("c-1")).await, wanted);
    assert_eq!(erased(&told_together(), &by_email("a@example.com")).await, wanted);
}

#[tokio::test]
async fn an_id_and_an_address_that_two_services_name_for_one_order_are_one_person() {
    let mut events = vec![
        order("one", json!({ "customerId": "c-1" }), 1),
        order("by-address", json!({ "userEmail": "a@example.com" }), 20),
    ];
    let [placed, _] = order("one", json!({ "userEmail": "a@example.com" }), 2);
    events.push([placed, order("x", json!({ "customerId": "c-9" }), 40)[0].clone()]);
    let wanted = (vec!["by-address".to_owned(), "one".to_owned()], 0);
    assert_eq!(erased(&events, &by_id("c-1")).await, wanted);
    assert_eq!(erased(&events, &by_email("a@example.com")).await, wanted);
}

#[tokio::test]
async fn an_address_that_several_customers_use_is_nobodys() {
    let events = [
        order("first", json!({ "customerId": "c-1", "userEmail": "family@example.com" }), 1),
        order("second", json!({ "customerId": "c-2", "userEmail": "family@example.com" }), 10),
        order("guest", json!({ "userEmail": "family@example.com" }), 20),
    ];
    assert_eq!(erased(&events, &by_id("c-1")).await, (vec!["first".to_owned()], 1));
    // when the address is named explicitly, its data is erased, and neither customer's
    assert_eq!(erased(&events, &by_email("family@example.com")).await, (vec!["guest".to_owned()], 2));
}

#[tokio::test]
async fn several_addresses_of_one_customer_are_one_person() {
    let events = [
        order("first", json!({ "customerId": "c-1", "userEmail": "old@example.com" }), 1),
        order("second", json!({ "customerId": "c-1", "userEmail": "new@example.com" }), 10),
        order("third", json!({ "userEmail": "new@example.com" }), 20),
    ];
    let all = (vec!["first".to_owned(), "second".to_owned(), "third".to_owned()], 0);
    assert_eq!(erased(&events, &by_email("old@example.com")).await, all);
}

#[tokio::test]
async fn what_two_share_stays_shared_when_one_of_them_is_erased() {
    let mut shop = Shop::busy().await;
    let family = "family@example.com";
    shop.send_events(&order("first", json!({ "customerId": "c-1", "userEmail": family }), 600)).await;
    shop.send_events(&order("second", json!({ "customerId": "c-2", "userEmail": family }), 610)).await;
    shop.send_events(&order("guest", json!({ "userEmail": family }), 620)).await;
    shop.erase(&by_id("c-1")).await;
    let linked = "SELECT customer_key FROM analytic.customer_link WHERE customer_key NOT LIKE 'erased:%'
                  AND customer_key IN ('c-1', 'c-2')";
    assert_eq!(shop.database.rows(linked).await, ["c-2"], "the link stays, and no longer says whose it was");
    assert_eq!(shop.erase(&by_id("c-2")).await.linked.shared, 1);
    let guest = "SELECT count(*) FROM analytic.sales_order WHERE order_id = 'guest' AND customer_key LIKE 'erased:%'";
    assert_eq!(shop.database.number(guest).await, 0);
    // and so does a session in which both signed in
    shop.erase(&Named::Account(crate::shop::JANE)).await;
    let mut out = Vec::new();
    let john = Named::Account(crate::shop::JOHN);
    people::export(&shop.places(), &john, jiff::Timestamp::now(), &mut out).await.unwrap();
    let document: serde_json::Value = serde_json::from_slice(&out).unwrap();
    let of_guests = document["interaction"].as_array().unwrap().iter().filter(|row| row["account_id"].is_null());
    assert!(of_guests.clone().all(|row| row["session_id"] != crate::shop::SHARED_SESSION), "{document}");
    shop.assert_exact().await;
}
