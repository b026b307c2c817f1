//! What comes after an erasure: old events again, late news of old orders, and the person as somebody new.

use domain::{Caller, Named};
use serde_json::json;
use store::interaction::Recorded;
use uuid::Uuid;

use crate::shop::{JANE, JANE_EMAIL, JANE_NETWORK, JANE_SESSION, Shop, event, order, spu};
use crate::trace::{of_jane, traces};

#[tokio::test]
async fn events_that_come_again_are_duplicates_and_do_not_bring_the_person_back() {
    let mut shop = Shop::open().await;
    let named = json!({ "customerId": JANE, "userEmail": JANE_EMAIL, "eventId": "e-1" });
    let mut events = order("o-1", named, 5).to_vec();
    // one without an id is told from its content alone
    events.extend(order("o-2", json!({ "customerId": JANE }), 6));
    events.push(event("user.created", 1, json!({ "userId": JANE, "userEmail": JANE_EMAIL })));
    events.push(event("rating.added", 9, json!({ "ratingId": "r", "productId": spu(1), "userId": JANE, "rating": 4 })));
    shop.tell(&events).await;
    let figures = shop.figures().await;
    shop.erase(&Named::Account(JANE)).await;
    shop.tell(&events).await;
    assert_eq!(traces(&shop.database, &of_jane()).await, [""; 0]);
    assert_eq!(shop.figures().await, figures);
    shop.assert_exact().await;
}

#[tokio::test]
async fn late_news_of_an_order_that_was_made_anonymous_names_nobody() {
    let mut shop = Shop::open().await;
    shop.tell(&order("o-1", json!({ "customerId": JANE }), 5)).await;
    shop.tell(&[event(
        "rating.added",
        9,
        json!({ "ratingId": "r", "productId": spu(1), "userId": JANE, "rating": 4 }),
    )])
    .await;
    let customers = shop.database.rows("SELECT * FROM analytic.customer_spend_rollup").await;
    shop.erase(&Named::Account(JANE)).await;
    // another service tells of the same order, by an earlier clock, and of the same rating
    let mut late = order("o-1", json!({ "customerId": JANE, "userEmail": JANE_EMAIL }), 1).to_vec();
    late.pop();
    late.push(event("rating.updated", 12, json!({ "ratingId": "r", "userId": JANE, "rating": 1 })));
    late.push(event("OrderReturned", 90, json!({ "orderId": "o-1" })));
    shop.tell(&late).await;
    assert_eq!(traces(&shop.database, &of_jane()).await, [""; 0]);
    assert_eq!(shop.database.number("SELECT count(DISTINCT customer_key) FROM analytic.sales_order").await, 1);
    assert_eq!(shop.database.number("SELECT count(DISTINCT customer_key) FROM analytic.customer_rollup").await, 1);
    assert_eq!(
        shop.database.rows("SELECT score_micros FROM analytic.opinion").await,
        ["200000"],
        "the news itself counts"
    );
    assert_eq!(customers.len(), 1);
    shop.assert_exact().await;
    // and again it is a duplicate
    shop.tell(&late).await;
    shop.assert_exact().await;
}

#[tokio::test]
async fn whoever_comes_back_is_somebody_new() {
    let mut shop = Shop::busy().await;
    shop.erase(&Named::Account(JANE)).await;
    shop.tell(&order("o-9", json!({ "customerId": JANE }), 500)).await;
    let fresh = ("view", Uuid::from_u128(900));
    assert!(matches!(shop.record(Caller::Account(JANE), JANE_SESSION, JANE_NETWORK, fresh).await, Recorded::New(_)));
    // under an id that she used before, too: that was somebody else; what a service of the shop sends again is a duplicate
    let again = ("add_to_cart", Uuid::from_u128(2));
    assert!(matches!(shop.record(Caller::Account(JANE), JANE_SESSION, JANE_NETWORK, again).await, Recorded::New(_)));
    let of_service = ("write_review", Uuid::from_u128(4));
    let said = shop.record(Caller::Trusted, JANE_SESSION, JANE_NETWORK, of_service).await;
    assert!(matches!(said, Recorded::Duplicate(_)), "{said:?}");
    shop.apply().await;
    shop.assert_exact().await;
    let spent =
        format!("SELECT orders_paid, revenue_minor FROM analytic.customer_rollup WHERE customer_key = '{JANE}'");
    assert_eq!(shop.database.rows(&spent).await, ["1 | 6000"], "without what was before");
    // and can be erased again, alone
    let figures = shop.figures().await;
    let receipt = shop.erase(&Named::Account(JANE)).await;
    assert_eq!((receipt.counts["sales_order"], receipt.counts["shop_event"]), (1, 1));
    assert_eq!(traces(&shop.database, &of_jane()).await, [""; 0]);
    assert_eq!(shop.figures().await, figures);
    shop.assert_exact().await;
}

#[tokio::test]
async fn what_came_during_the_erasure_stays_a_new_persons() {
    let shop = Shop::busy().await;
    shop.erase_once(&Named::Account(JANE), std::time::Duration::from_secs(600)).await;
    let during = ("view", Uuid::from_u128(901));
    shop.record(Caller::Account(JANE), JANE_SESSION, JANE_NETWORK, during).await;
    shop.apply().await;
    shop.erase(&Named::Account(JANE)).await;
    let known = format!("SELECT count(*) FROM analytic.interaction WHERE account_id = '{JANE}'");
    assert_eq!(shop.database.number(&known).await, 1);
    let items = shop.feed_items().await;
    assert_eq!(items.iter().filter(|item| item.contains(&JANE.to_string())).count(), 1, "{items:?}");
}
