//! Who may send events: the shop's own services, by the scope of a verified token and by nothing else.

use testkit::HttpEvent;
use uuid::Uuid;

use crate::stage::{ROUTE, Stage, body, shipped};

fn request() -> HttpEvent {
    HttpEvent::new("POST", ROUTE).body(body(&[shipped(1)]))
}

#[tokio::test]
async fn nobody_without_a_token_gets_in_whatever_the_headers_say() {
    let mut stage = Stage::set().await;
    let spoofed =
        request().header("authorization", "Bearer x").header("x-user-id", "1").header("scope", "analytic/trusted");
    for guest in [request(), spoofed] {
        assert_eq!(stage.send(&guest).await.refusal(), "401 unauthorized: a bearer token is required");
    }
    assert_eq!(stage.queue.depth().await, 0);
}

#[tokio::test]
async fn shoppers_sellers_and_admins_may_not_hand_over_events() {
    let mut stage = Stage::set().await;
    let account = || request().account(Uuid::from_u128(7));
    for stranger in [
        account(),
        account().claim("cognito:groups", "[admin]"),
        account().claim("scope", "openid analytic"),
        account().claim("scope", "analytic/trusted-not"),
        account().claim("scope", "analytic/admin"),
        account().claim("scp", "[openid analytic/trusted,admin]"),
        account().body("not even JSON"),
    ] {
        assert_eq!(stage.send(&stranger).await.refusal(), "403 forbidden: the token needs the scope analytic/trusted");
    }
    assert_eq!(stage.queue.depth().await, 0);
}

#[tokio::test]
async fn a_service_gets_in_with_and_without_an_account() {
    let mut stage = Stage::set().await;
    let with_account = request().account(Uuid::from_u128(7)).trusted();
    let listed = request().claim("sub", "order-service").claim("scp", "[openid analytic/trusted]");
    for service in [request().trusted(), request().claim("sub", "order-service").trusted(), with_account, listed] {
        assert_eq!(stage.send(&service).await.status, 200);
    }
}
