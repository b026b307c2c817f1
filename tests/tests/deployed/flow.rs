//! An interaction appears within seconds in the product's popularity, in the top list and in the feed.

use std::collections::BTreeSet;

use domain::Sink;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use stack::issuer::Role;
use uuid::Uuid;

use crate::emulator::instant;
use crate::shop::{MOST_PAGES, SOON, Shop, TOP, event, send, view};
use crate::token;
use testkit::eventually;

impl Shop {
    /// Finds a product in the top list, page by page with the cursor.
    async fn in_top_list(&self, product: Uuid) -> Option<Value> {
        let mut path = format!("{TOP}?limit=100");
        for _ in 0..MOST_PAGES {
            let page = self.get(&path).await;
            assert_eq!(page.status, StatusCode::OK, "{page:?}");
            let rows = page.body["data"].as_array().unwrap();
            if let Some(found) = rows.iter().find(|row| row["id"] == product.to_string()) {
                return Some(found.clone());
            }
            path = format!("{TOP}?limit=100&cursor={}", page.body["pagination"]["next_cursor"].as_str()?);
        }
        panic!("the top list does not end");
    }

    /// Fails if a dead-letter queue has a message about one of these interactions.
    async fn assert_no_dead_letter(&self, ids: &BTreeSet<i64>) {
        for sink in [Sink::Popularity, Sink::Catalog] {
            for body in self.bodies_in(self.dlq_url(sink)).await {
                let hint: Value = serde_json::from_str(&body).unwrap_or_default();
                let about = hint["interaction_id"].as_i64();
                assert!(about.is_none_or(|id| !ids.contains(&id)), "{sink:?}: {body}");
            }
        }
    }
}

#[tokio::test]
async fn what_a_shopper_does_shows_everywhere_within_seconds() {
    // Given a shopper and an unknown product.
    let shop = Shop::open().await;
    let (account, product) = (Uuid::now_v7(), Uuid::now_v7());
    let token = token::of(&shop, Role::Shopper, account);
    assert_eq!(shop.popularity(product).await, None);

    // When the shopper views it, puts it into the cart and views a category.
    let category = json!({ "event_type": "view", "ref_type": "Category", "ref_id": "shoes" });
    let answer = shop.record(&token, json!([view(product), event("add_to_cart", product), category])).await;
    assert_eq!(answer.body["data"]["accepted"], 3, "{answer:?}");
    let ids = answer.ids();

    // Then the product, the top list and the feed show it, and nothing is left over.
    let mut popularity = shop.wait_for_score(product, 0.8).await;
    // The list does not say it.
    popularity.as_object_mut().unwrap().remove("ranks");
    assert_eq!((&popularity["view_count"], &popularity["cart_count"]), (&json!(1), &json!(1)));
    assert_eq!(shop.in_top_list(product).await, Some(popularity));
    shop.wait_until_settled(&ids).await;
    assert_eq!(shop.feed_of(&format!("account#{account}")).await, ids);
    shop.assert_no_dead_letter(&ids).await;
}

#[tokio::test]
async fn what_a_guest_does_is_kept_under_the_session() {
    let shop = Shop::open().await;
    let (session, product) = (format!("flow-{}", Uuid::now_v7()), Uuid::now_v7());
    let mut item = view(product);
    item["session_id"] = json!(session);

    let ids = shop.record_as_guest(json!([item])).await.ids();

    shop.wait_for_score(product, 0.3).await;
    shop.wait_until_settled(&ids).await;
    assert_eq!(shop.feed_of(&format!("session#{session}")).await, ids);
}

#[tokio::test]
async fn a_request_sent_again_counts_once() {
    let shop = Shop::open().await;
    let (account, product) = (Uuid::now_v7(), Uuid::now_v7());
    let token = token::of(&shop, Role::Producer, Uuid::now_v7());
    let mut bought = event("purchase", product);
    bought["event_id"] = json!(Uuid::now_v7());
    bought["account_id"] = json!(account);
    let items = json!([bought, bought]);

    // Given a client that got no response and retries many times concurrently.
    let answers = futures_of(&shop, &token, &items).await;

    let total = |field: &str| answers.iter().map(|answer| answer["data"][field].as_u64().unwrap()).sum::<u64>();
    assert_eq!((total("accepted"), total("duplicate"), total("rejected")), (1, 15, 0));
    let popularity = shop.wait_for_score(product, 0.8).await;
    assert_eq!(popularity["purchase_count"], 1);
    let ids = answers[0]["data"]["results"].as_array().unwrap().iter().map(|result| result["id"].as_i64().unwrap());
    let ids: BTreeSet<i64> = ids.collect();
    shop.wait_until_settled(&ids).await;
    assert_eq!(shop.feed_of(&format!("account#{account}")).await, ids);
}

/// Sends the same items eight times concurrently.
async fn futures_of(shop: &Shop, token: &str, items: &Value) -> Vec<Value> {
    let body = json!({ "interactions": items });
    let calls = (0..8).map(|_| {
        let request = shop.request(Method::POST, crate::shop::RECORD).bearer_auth(token).json(&body);
        tokio::spawn(send(request))
    });
    let mut answers = Vec::new();
    for call in calls.collect::<Vec<_>>() {
        answers.push(call.await.unwrap().body);
    }
    answers
}

#[tokio::test]
async fn one_trace_id_ties_the_logs_of_an_interaction_together() {
    let shop = Shop::open().await;
    let since = instant();
    let token = token::of(&shop, Role::Shopper, Uuid::now_v7());
    let answer = shop.record(&token, json!([view(Uuid::now_v7())])).await;
    let id = *answer.ids().first().unwrap();

    let recorded = shop.line_about("record-interactions", id, since).await;
    let trace = recorded["trace.id"].as_str().unwrap();

    assert!(trace.starts_with("1-") && trace.len() == 35, "{trace}");
    for consumer in ["update-popularity", "update-catalog"] {
        let line = shop.line_about(consumer, id, since).await;
        let traces = line["trace.ids"].as_str().unwrap();
        assert!(traces.contains(trace), "{consumer}: {traces} and not {trace}");
    }
}

#[tokio::test]
async fn the_logs_hold_nothing_of_a_shopper() {
    let shop = Shop::open().await;
    let since = instant();
    let (account, secret, product) = (Uuid::now_v7(), format!("secret-{}", Uuid::now_v7()), Uuid::now_v7());
    let token = token::of(&shop, Role::Shopper, account);
    let mut item = view(product);
    item["session_id"] = json!(secret);
    item["metadata"] = json!({ "note": secret });
    let mut broken = item.clone();
    broken["ref_type"] = json!(secret);
    let body = json!({ "interactions": [item, broken] });

    let request = shop.request(Method::POST, crate::shop::RECORD).bearer_auth(&token).json(&body);
    let answer = send(request.header("user-agent", &secret)).await;
    let id = *answer.ids().first().unwrap();

    for function in ["record-interactions", "update-popularity", "update-catalog"] {
        shop.line_about(function, id, since).await;
        for line in shop.logs(function, since).await {
            let text = line.to_string();
            for personal in [secret.as_str(), &account.to_string(), &token, "127.0.0"] {
                assert!(!text.contains(personal), "{function} logs {personal}: {text}");
            }
        }
    }
}

#[tokio::test]
async fn an_unchanged_answer_is_not_sent_again() {
    let shop = Shop::open().await;
    let product = Uuid::now_v7();
    let token = token::of(&shop, Role::Shopper, Uuid::now_v7());
    shop.record(&token, json!([view(product)])).await;
    shop.wait_for_score(product, 0.3).await;
    let path = format!("/api/v1/analytic/popularity/{product}");
    let tag = shop.get(&path).await.headers["etag"].to_str().unwrap().to_owned();
    let ask = || shop.request(Method::GET, &path).header("if-none-match", &tag);

    let unchanged = send(ask()).await;
    assert_eq!((unchanged.status, unchanged.body), (StatusCode::NOT_MODIFIED, Value::Null));

    shop.record(&token, json!([view(product)])).await;
    eventually("a changed answer", SOON, async || (send(ask()).await.status == StatusCode::OK).then_some(())).await;
}
