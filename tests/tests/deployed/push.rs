//! Whoever pushes a product as fast as they can moves it by the daily caps, and no further.

use std::time::{Duration, Instant};

use reqwest::Method;
use serde_json::{Value, json};
use stack::issuer::Role;
use testkit::eventually;
use uuid::Uuid;

use crate::shop::{RECORD, RECORD_AS_GUEST, SOON, Shop, event, send};
use crate::token;

/// How long each of them pushes.
const PUSHING: Duration = Duration::from_secs(4);
/// Items of a request.
const ITEMS: usize = 100;

/// Sends requests until the time is over, and returns how many events were accepted.
async fn push(shop: &Shop, path: &str, token: Option<&str>, items: impl Fn() -> Value) -> u64 {
    let (started, mut accepted) = (Instant::now(), 0);
    while started.elapsed() < PUSHING {
        let request = shop.request(Method::POST, path).json(&json!({ "interactions": items() }));
        let request =
            token.map_or_else(|| request.try_clone().unwrap(), |token| request.try_clone().unwrap().bearer_auth(token));
        accepted += send(request).await.body["data"]["accepted"].as_u64().unwrap_or_default();
    }
    accepted
}

/// Waits until the product has these counts of views: counted, and beyond the caps.
async fn wait_for_counts(shop: &Shop, product: Uuid, applied: u64) -> (u64, u64) {
    let what = format!("{applied} applied events");
    eventually(&what, SOON, async || {
        let answer = shop.get(&format!("/api/v1/analytic/popularity/{product}/explain")).await;
        let events = answer.body["data"]["events"].as_array()?.clone();
        let sum = |field: &str| events.iter().map(|event| event[field].as_u64().unwrap()).sum::<u64>();
        let counts = (sum("counted"), sum("capped"));
        (counts.0 + counts.1 == applied).then_some(counts)
    })
    .await
}

#[tokio::test]
async fn an_account_that_pushes_moves_a_product_by_the_caps() {
    let shop = Shop::open().await;
    let product = Uuid::now_v7();
    let token = token::of(&shop, Role::Shopper, Uuid::now_v7());
    let mix = ["view", "add_to_cart", "add_to_favorites", "click_from_search"];
    let items = || (0..ITEMS).map(|n| event(mix[n % mix.len()], product)).collect::<Value>();

    let accepted = push(&shop, RECORD, Some(&token), items).await;

    assert!(accepted >= 100, "{accepted} were accepted");
    let (counted, capped) = wait_for_counts(&shop, product, accepted).await;
    // Five views, three additions to the cart, one favorite, five clicks.
    assert_eq!((counted, capped), (14, accepted - 14));
    shop.wait_for_score(product, 5.0 * 0.3 + 3.0 * 0.5 + 0.6 + 5.0 * 0.2).await;
    let popularity = shop.popularity(product).await.unwrap();
    let counters = ["view_count", "cart_count", "favorite_count"].map(|name| popularity[name].as_u64().unwrap());
    assert_eq!(counters, [5, 3, 1]);
}

#[tokio::test]
async fn guests_who_push_move_a_product_by_the_caps_of_a_session_and_of_their_network() {
    let shop = Shop::open().await;
    let (alone, crowded) = (Uuid::now_v7(), Uuid::now_v7());
    let view = |product: Uuid, session: String| {
        let mut view = event("view", product);
        view["session_id"] = json!(session);
        view
    };
    let session = Uuid::now_v7();
    let one = || (0..ITEMS).map(|_| view(alone, format!("push-{session}"))).collect::<Value>();
    let many = || (0..ITEMS).map(|_| view(crowded, format!("push-{}", Uuid::now_v7()))).collect::<Value>();

    let from_one = push(&shop, RECORD_AS_GUEST, None, one).await;
    let from_many = push(&shop, RECORD_AS_GUEST, None, many).await;

    assert!(from_one >= 100 && from_many >= 100, "{from_one} and {from_many} were accepted");
    assert_eq!(wait_for_counts(&shop, alone, from_one).await, (5, from_one - 5), "one session");
    assert_eq!(wait_for_counts(&shop, crowded, from_many).await, (50, from_many - 50), "one network");
}
