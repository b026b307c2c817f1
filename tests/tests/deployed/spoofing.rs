//! Spoofed headers and bodies, and requests from browsers of other sites.

use reqwest::{Method, StatusCode};
use serde_json::json;
use stack::issuer::Role;
use uuid::Uuid;

use crate::shop::{RECORD, Shop, TOP, event, send, view};
use crate::token;

/// The origin that the local stack allows.
const OUR_FRONT_END: &str = "http://localhost:3000";

/// Headers that a proxy in front of another system might set, and that anyone can send.
const SPOOFED: [(&str, &str); 8] = [
    ("x-user-id", "01926a3c-57d3-76c9-b5e8-02a4d1f98b3e"),
    ("x-user-roles", "admin"),
    ("x-user-scope", "analytic/trusted"),
    ("x-forwarded-for", "198.51.100.7, 198.51.100.8"),
    ("x-real-ip", "198.51.100.7"),
    ("forwarded", "for=198.51.100.7"),
    ("x-amzn-request-context", r#"{"authorizer":{"jwt":{"claims":{"scope":"analytic/trusted"}}}}"#),
    ("x-apigateway-event", "{}"),
];

#[tokio::test]
async fn headers_about_oneself_are_not_believed() {
    let shop = Shop::open().await;
    let (account, product) = (Uuid::now_v7(), Uuid::now_v7());
    let token = token::of(&shop, Role::Shopper, account);

    let body = json!({ "interactions": [view(product), event("purchase", product)] });
    let request = shop.request(Method::POST, RECORD).bearer_auth(token).json(&body);
    let answer = send(SPOOFED.iter().fold(request, |request, (name, value)| request.header(*name, *value))).await;

    assert_eq!(answer.status, StatusCode::OK, "{answer:?}");
    let statuses = [0, 1].map(|i| &answer.body["data"]["results"][i]);
    assert_eq!((&statuses[0]["status"], &statuses[1]["code"]), (&json!("accepted"), &json!("forbidden_event")));
    let stored = format!(
        "SELECT event_type, account_id = '{account}' AS own, ip_address FROM analytic.interaction WHERE ref_id = '{product}'"
    );
    assert_eq!(shop.rows(&stored).await, ["view | t | 127.0.0.0"]);
}

#[tokio::test]
async fn headers_do_not_replace_a_token() {
    let shop = Shop::open().await;
    let product = Uuid::now_v7();
    let request = shop.request(Method::POST, RECORD).json(&json!({ "interactions": [view(product)] }));
    let answer = send(SPOOFED.iter().fold(request, |request, (name, value)| request.header(*name, *value))).await;
    assert_eq!(answer.status, StatusCode::UNAUTHORIZED);
    let stored = format!("SELECT count(*) FROM analytic.interaction WHERE ref_id = '{product}'");
    assert_eq!(shop.number(&stored).await, 0);
}

#[tokio::test]
async fn the_name_of_the_authorization_header_may_be_written_in_any_case() {
    let shop = Shop::open().await;
    let token = token::of(&shop, Role::Shopper, Uuid::now_v7());
    // Header names in HTTP/1.1 are case-insensitive; this client writes "Authorization", the usual one "authorization".
    let title_case = reqwest::Client::builder().no_proxy().http1_title_case_headers().build().unwrap();
    for client in [&shop.http, &title_case] {
        let request = client.post(format!("{}{RECORD}", shop.stack.api_url)).bearer_auth(&token);
        let answer = send(request.json(&json!({ "interactions": [view(Uuid::now_v7())] }))).await;
        assert_eq!(answer.status, StatusCode::OK, "{answer:?}");
    }
}

#[tokio::test]
async fn a_body_speaks_for_its_own_account_only() {
    let shop = Shop::open().await;
    let (own, other) = (Uuid::now_v7(), Uuid::now_v7());
    let token = token::of(&shop, Role::Shopper, own);
    let of = |account: Uuid| {
        let mut item = view(Uuid::now_v7());
        item["account_id"] = json!(account);
        item
    };

    let items = shop.record(&token, json!([of(own), of(other)])).await;
    let whole = json!({ "interactions": [view(Uuid::now_v7())], "account_id": other });
    let whole = send(shop.request(Method::POST, RECORD).bearer_auth(&token).json(&whole)).await;

    assert_eq!(items.body["data"]["results"][0]["status"], "accepted");
    assert_eq!(items.body["data"]["results"][1]["code"], "foreign_account");
    assert_eq!((whole.status, whole.code()), (StatusCode::FORBIDDEN, "foreign_account"));
    let stored = format!("SELECT account_id FROM analytic.interaction WHERE account_id IN ('{own}', '{other}')");
    assert_eq!(shop.rows(&stored).await, [own.to_string()]);
}

#[tokio::test]
async fn a_guest_stays_a_guest_whatever_token_comes_along() {
    let shop = Shop::open().await;
    let (account, product) = (Uuid::now_v7(), Uuid::now_v7());
    let token = token::of(&shop, Role::Producer, account);
    let item = |event_type: &str| {
        let mut item = event(event_type, product);
        item["session_id"] = json!("spoofing");
        item
    };
    let body = json!({ "interactions": [item("view"), item("purchase")] });
    let answer = send(shop.request(Method::POST, crate::shop::RECORD_AS_GUEST).bearer_auth(token).json(&body)).await;

    assert_eq!(answer.body["data"]["results"][1]["code"], "forbidden_event", "{answer:?}");
    let stored = format!("SELECT event_type, account_id FROM analytic.interaction WHERE ref_id = '{product}'");
    assert_eq!(shop.rows(&stored).await, ["view | null"]);
}

#[tokio::test]
async fn a_browser_may_call_from_our_front_end_and_from_nowhere_else() {
    let shop = Shop::open().await;
    for (origin, allowed) in [
        (OUR_FRONT_END, true),
        ("http://localhost:3000.evil.example", false),
        ("https://localhost:3000", false),
        ("http://localhost:3001", false),
        ("null", false),
    ] {
        let preflight = shop
            .request(Method::OPTIONS, RECORD)
            .header("origin", origin)
            .header("access-control-request-method", "POST")
            .header("access-control-request-headers", "authorization,content-type");
        let read = shop.request(Method::GET, TOP).header("origin", origin);
        for answer in [send(preflight).await, send(read).await] {
            let allowed_origin = answer.headers.get("access-control-allow-origin").map(|value| value.to_str().unwrap());
            assert_eq!(allowed_origin, allowed.then_some(origin), "{origin}: {answer:?}");
            assert!(!answer.headers.contains_key("access-control-allow-credentials"), "{origin}: {answer:?}");
        }
    }
}

#[tokio::test]
async fn a_preflight_names_what_a_front_end_needs() {
    let shop = Shop::open().await;
    let preflight = shop
        .request(Method::OPTIONS, RECORD)
        .header("origin", OUR_FRONT_END)
        .header("access-control-request-method", "POST")
        .header("access-control-request-headers", "authorization,content-type");
    let answer = send(preflight).await;
    let header = |name: &str| answer.headers[name].to_str().unwrap().to_lowercase();
    assert!(answer.status.is_success(), "{answer:?}");
    assert!(header("access-control-allow-methods").contains("post"));
    for name in ["authorization", "content-encoding", "content-type", "if-none-match"] {
        assert!(header("access-control-allow-headers").contains(name), "{name}");
    }
    assert!(header("access-control-expose-headers").contains("retry-after"));
}
