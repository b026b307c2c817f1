//! Access to figures.

use cross_tests::back_end::event;
use serde_json::json;

use super::{Setup, admin, guest, seller};

const ROUTES: [&str; 6] = ["windows", "top-products", "orders", "categories", "customer-segments", "months"];

/// An order of two lines, one of each seller, both paid.
fn shared_order(id: &str, minute: i64) -> Vec<String> {
    let line = |seller: &str, price: &str| json!({ "productId": format!("p-{seller}"), "sellerId": seller, "quantity": 1, "price": price });
    let items = [line("seller-a", "7.00"), line("seller-b", "5.00")];
    let paid = json!({ "orderId": id, "paymentStatus": "SUCCESS", "amount": "12.00" });
    vec![
        event("OrderCreated", minute, json!({ "orderId": id, "items": items })),
        event("PaymentProcessed", minute, paid),
    ]
}

#[tokio::test]
async fn nobody_gets_in_without_a_verified_token() {
    let mut setup = Setup::open().await;
    for route in ROUTES {
        let forged = guest(route).header("authorization", "Bearer admin").header("x-user-id", "seller-a");
        for request in [guest(route), forged] {
            assert_eq!(setup.ask(&request).await.refusal(), "401 unauthorized: a bearer token is required", "{route}");
        }
    }
}

#[tokio::test]
async fn only_admins_read_what_is_of_the_whole_shop() {
    let mut setup = Setup::open().await;
    for route in ROUTES {
        assert_eq!(setup.ask(&admin(route)).await.status, 200, "{route}");
    }
    for route in &ROUTES[3..] {
        for caller in [
            seller("seller-a", route),
            seller("seller-a", route).trusted(),
            seller("seller-a", route).claim("cognito:groups", "[seller not-admin]"),
            seller("admin", route).claim("scope", "admin"),
        ] {
            assert_eq!(setup.ask(&caller).await.refusal(), "403 forbidden: only admins may read this", "{caller:?}");
        }
    }
}

#[tokio::test]
async fn a_seller_reads_nothing_of_another() {
    let mut setup = Setup::open().await;
    setup.send_events(&shared_order("o-1", 0)).await;
    let targets = [
        "windows?size=1h&start=2026-11-18T08:00:00Z&end=2026-11-18T11:00:00Z",
        "top-products?window=1h&end=2026-11-18T10:00:00Z",
    ];
    let mut before = Vec::new();
    for target in targets {
        before.push(setup.ask(&seller("seller-a", target)).await.body);
    }
    assert!(before[0].contains("\"gross_revenue\":700,") && !before[0].contains("1200"), "{}", before[0]);
    assert!(before[1].contains("p-seller-a") && !before[1].contains("p-seller-b"), "{}", before[1]);
    // whatever else is sold in the shop, also in another currency, changes nothing
    let foreign = json!({ "orderId": "o-2", "sellerId": "seller-b", "currency": "USD", "items": [] });
    let paid = json!({ "orderId": "o-2", "paymentStatus": "SUCCESS", "amount": "99.00", "currency": "USD" });
    setup.send_events(&[event("OrderCreated", 3, foreign), event("PaymentProcessed", 3, paid)]).await;
    for (target, before) in targets.iter().zip(before) {
        assert_eq!(setup.ask(&seller("seller-a", target)).await.body, before);
        assert!(setup.ask(&seller("seller-b", target)).await.body != before);
    }
}

#[tokio::test]
async fn asking_for_another_seller_is_refused_and_not_answered_with_ones_own() {
    let mut setup = Setup::open().await;
    setup.send_events(&shared_order("o-1", 0)).await;
    let refused = "403 forbidden: seller_id: only admins may read figures of another seller";
    for route in ["windows", "top-products", "orders"] {
        for other in ["seller-b", "SELLER-A", "%27%27", "nobody"] {
            let request = seller("seller-a", &format!("{route}?seller_id={other}"));
            assert_eq!(setup.ask(&request).await.refusal(), refused, "{other}");
        }
        // Surrounding spaces of an id are ignored.
        for own in ["seller-a", "seller-a%20"] {
            assert_eq!(setup.ask(&seller("seller-a", &format!("{route}?seller_id={own}"))).await.status, 200);
        }
    }
}

#[tokio::test]
async fn a_token_without_a_subject_is_not_the_whole_shop() {
    let mut setup = Setup::open().await;
    setup.send_events(&shared_order("o-1", 0)).await;
    let refused = "403 forbidden: the subject of the token cannot be a seller";
    for route in ["windows", "top-products", "orders"] {
        for request in [seller("", route), guest(route).claim("scope", "openid")] {
            assert_eq!(setup.ask(&request).await.refusal(), refused, "{request:?}");
        }
        let empty = setup.ask(&seller("seller-a", &format!("{route}?seller_id="))).await;
        assert_eq!(empty.refusal(), "400 validation: seller_id: must have 1 to 128 characters");
    }
}
