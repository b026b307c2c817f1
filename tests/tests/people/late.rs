//! After an erasure: repeated events, late events of old orders, and the person as a new one.

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
    // one without an id is identified by its content alone
    events.extend(order("o-2", json!({ "customerId": JANE }), 6));
    events.push(event("user.created", 1, json!({ "userId": JANE, "userEmail": JANE_EMAIL })));
    events.push(event("rating.added", 9, json!({ "ratingId": "r", "productId": spu(1), "userId": JANE, "rating": 4 })));
    shop.send_events(&events).await;
    let figures = shop.figures().await;
    shop.erase(&Named::Account(JANE)).await;
    shop.send_events(&events).await;
    assert_eq!(traces(&shop.database, &of_jane()).await, [""; 0]);
    assert_eq!(shop.figures().await, figures);
    shop.assert_exact().await;
}

#[tokio::test]
async fn late_news_of_an_order_that_was_made_anonymous_names_nobody() {
    let mut shop = Shop::open().await;
    shop.send_events(&order("o-1", json!({ "customerId": JANE }), 5)).await;
    shop.send_events(&[event(
        "rating.added",
        9,
        json!({ "ratingId": "r", "productId": spu(1), "userId": JANE, "rating": 4 }),
    )])
    .await;
    let customers = shop.database.rows("SELECT * FROM analytic.customer_spend_rollup").await;
    shop.erase(&Named::Account(JANE)).await;
    // another service reports the same order, with an earlier clock, and the same rating
    let mut late = order("o-1", json!({ "customerId": JANE, "userEmail": JANE_EMAIL }), 1).to_vec();
    late.pop();
    late.push(event("rating.updated", 12, json!({ "ratingId": "r", "userId": JANE, "rating": 1 })));
    late.push(event("OrderReturned", 90, json!({ "orderId": "o-1" })));
    shop.send_events(&late).await;
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
    shop.send_events(&late).await;
    shop.assert_exact().await;
}

#[tokio::test]
async fn whoever_comes_back_is_somebody_new() {
    let mut shop = Shop::busy().await;
    shop.erase(&Named::Account(JANE)).await;
    shop.send_events(&order("o-9", json!({ "customerId": JANE }), 500)).await;
    let fresh = ("view", Uuid::from_u128(900));
    assert!(matches!(shop.record(Caller::Account(JANE), JANE_SESSION, JANE_NETWORK, fresh).await, Recorded::New(_)));
    // also under an id that she used before: that was another person; a repeated event of a service of the shop is a
    // duplicate
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

#[tokio::test]
async fn a_guest_who_goes_on_during_the_erasure_stays_a_new_person_in_the_feed_too() {
    let shop = Shop::busy().await;
    shop.erase_once(&Named::Account(JANE), std::time::Duration::from_secs(600)).await;
    shop.record(Caller::Guest, JANE_SESSION, JANE_NETWORK, ("view", Uuid::from_u128(903))).await;
    shop.apply().await;
    shop.erase(&Named::Account(JANE)).await;
    let known = format!("SELECT count(*) FROM analytic.interaction WHERE session_id = '{JANE_SESSION}'");
    assert_eq!(shop.database.number(&known).await, 1);
    let items = shop.feed_items().await;
    assert_eq!(items.iter().filter(|item| item.contains(JANE_SESSION)).count(), 1, "{items:?}");
}

#[tokio::test]
async fn an_identity_of_another_open_erasure_is_erased_by_the_one_that_completes() {
    let mut shop = Shop::busy().await;
    let another = "jane@another.example";
    shop.send_events(&order("o-84", json!({ "userEmail": another }), 500)).await;
    // given: two interrupted erasures, of identities that nothing links yet
    let first = shop.erase_once(&Named::Account(JANE), std::time::Duration::ZERO).await;
    let second = shop.erase_once(&crate::shop::by_email(another), std::time::Duration::ZERO).await;
    assert_ne!(first.id, second.id);
    // when an order names both
    shop.send_events(&order("o-85", json!({ "customerId": JANE, "userEmail": another }), 510)).await;
    shop.apply().await;
    let receipt = shop.erase(&Named::Account(JANE)).await;
    // then
    assert_eq!((receipt.id, receipt.linked.customers), (first.id, 3));
    let left = "SELECT order_id FROM analytic.sales_order WHERE order_id IN ('o-84', 'o-85') AND customer_key NOT LIKE 'erased:%'";
    assert_eq!(shop.database.rows(left).await, [""; 0]);
    assert_eq!(traces(&shop.database, &of_jane()).await, [""; 0]);
    shop.assert_exact().await;
}

#[tokio::test]
async fn an_order_and_what_follows_from_it_are_erased_together_or_not_at_all() {
    let mut shop = Shop::busy().await;
    let cut = shop.erase_once(&Named::Account(JANE), std::time::Duration::from_secs(600)).await;
    assert!(!cut.complete, "{cut:?}");
    // while the first call's items settle, she orders again
    shop.send_events(&order("o-77", json!({ "customerId": JANE }), 500)).await;
    shop.apply().await;
    shop.erase(&Named::Account(JANE)).await;
    let of_order = "SELECT customer_key FROM analytic.sales_order WHERE order_id = 'o-77'";
    let derived = format!(
        "SELECT DISTINCT event_type FROM analytic.interaction WHERE account_id = '{JANE}' AND event_type = 'purchase'"
    );
    assert_eq!(shop.database.rows(of_order).await, [JANE.to_string()]);
    assert_eq!(shop.database.rows(&derived).await, ["purchase"]);
    shop.assert_exact().await;
}

#[tokio::test]
async fn an_erasure_that_is_taken_up_weeks_later_covers_these_weeks() {
    let mut shop = Shop::busy().await;
    let cut = shop.erase_once(&Named::Account(JANE), std::time::Duration::from_secs(600)).await;
    assert!(!cut.complete, "{cut:?}");
    shop.database
        .execute("UPDATE analytic.erasure SET covered_until = covered_until - interval '20 days', settles_at = now()")
        .await;
    shop.record(Caller::Account(JANE), JANE_SESSION, JANE_NETWORK, ("view", Uuid::from_u128(902))).await;
    shop.send_events(&order("o-78", json!({ "customerId": JANE, "userEmail": "jane@another.example" }), 500)).await;
    shop.apply().await;
    let figures = shop.figures().await;
    let receipt = shop.erase(&Named::Account(JANE)).await;
    assert_eq!(receipt.id, cut.id);
    assert!(receipt.covered_until > cut.covered_until, "{receipt:?}");
    assert_eq!(traces(&shop.database, &of_jane()).await, [""; 0]);
    assert_eq!(shop.figures().await, figures);
    shop.assert_exact().await;
}

#[tokio::test]
async fn another_name_of_somebody_who_is_being_erased_takes_part_in_that_erasure() {
    let mut shop = Shop::busy().await;
    let cut = shop.erase_once(&Named::Account(JANE), std::time::Duration::ZERO).await;
    let another = "jane@another.example";
    shop.send_events(&order("o-79", json!({ "customerId": JANE, "userEmail": another }), 500)).await;
    shop.send_events(&order("o-80", json!({ "userEmail": another }), 510)).await;
    let receipt = shop.erase(&crate::shop::by_email(another)).await;
    assert_eq!(receipt.id, cut.id);
    assert_eq!(traces(&shop.database, &of_jane()).await, [""; 0]);
    let left = "SELECT order_id FROM analytic.sales_order WHERE order_id IN ('o-79', 'o-80') AND customer_key NOT LIKE 'erased:%'";
    assert_eq!(shop.database.rows(left).await, [""; 0]);
    assert_eq!(shop.database.number("SELECT count(*) FROM analytic.erasure").await, 1);
    shop.assert_exact().await;
}

#[tokio::test]
async fn an_erasure_that_another_one_took_over_completes_with_it() {
    let mut shop = Shop::busy().await;
    let another = "jane@another.example";
    shop.send_events(&order("o-83", json!({ "userEmail": another }), 500)).await;
    for named in [Named::Account(JANE), crate::shop::by_email(another)] {
        let cut = shop.erase_once(&named, std::time::Duration::ZERO).await;
        assert!(!cut.complete, "{cut:?}");
    }
    // Now an event says that both are one person.
    shop.send_events(&order("o-84", json!({ "customerId": JANE, "userEmail": another }), 510)).await;
    shop.database.execute("UPDATE analytic.erasure SET covered_until = now() - interval '1 hour'").await;
    let receipt = shop.erase(&Named::Account(JANE)).await;
    assert!(receipt.complete, "{receipt:?}");
    let open = "SELECT count(*) FROM analytic.erasure WHERE date_completed IS NULL OR covered_until IS NULL";
    assert_eq!(shop.database.number(open).await, 0);
    assert_eq!(shop.database.number("SELECT count(*) FROM analytic.erasure").await, 2);
    assert_eq!(traces(&shop.database, &of_jane()).await, [""; 0]);
    shop.assert_exact().await;
}

#[tokio::test]
async fn the_event_id_of_somebody_who_was_erased_is_not_free_for_another_event() {
    let mut shop = Shop::busy().await;
    let event_id = Uuid::from_u128(0xe).to_string();
    let placed =
        |id: &str, customer: &str| order(id, json!({ "customerId": customer, "eventId": event_id }), 500)[0].clone();
    shop.send_events(&[placed("o-81", "c-81")]).await;
    shop.erase(&crate::shop::by_id("c-81")).await;
    // the same event again is a duplicate, another one is a conflict: it is not lost silently
    shop.send_events(&[placed("o-81", "c-81")]).await;
    assert_eq!(shop.dead_letters().await, 0);
    shop.send_events(&[placed("o-82", "c-82")]).await;
    assert_eq!(shop.dead_letters().await, 1);
}
