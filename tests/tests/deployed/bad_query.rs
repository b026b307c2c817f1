//! Invalid queries, through the real gateway: each gets a 4xx in our envelope.

use reqwest::{Method, StatusCode};
use serde_json::Value;

use crate::bad_input::line;
use crate::shop::{RECORD, Shop, TOP, send};

/// Invalid queries, below the prefix.
const BROKEN_QUERIES: [&str; 13] = [
    "/popularity/top?limit=0",
    "/popularity/top?limit=101",
    "/popularity/top?limit=ten",
    "/popularity/top?limit=%00",
    "/popularity/top?page=0",
    "/popularity/top?page=99999999999999999999",
    "/popularity/top?page=1001",
    "/popularity/top?cursor=not-a-cursor",
    "/popularity/top?page=1&cursor=AQAAAAAADDUAAY86UnwefRCaNUvgwdLjAQ",
    "/popularity/00000000-0000-0000-0000-000000000000",
    "/popularity/00000000-0000-0000-0000-000000000001",
    "/popularity/top/",
    "/popularity",
];

#[tokio::test]
async fn a_query_that_cannot_be_answered_is_refused_with_its_reason() {
    let shop = Shop::open().await;
    let mut answers = String::new();
    for query in BROKEN_QUERIES {
        answers += &line(query, &shop.get(&format!("/api/v1/analytic{query}")).await);
    }
    insta::assert_snapshot!(answers, @r#"
    /popularity/top?limit=0: 400 validation, limit
    /popularity/top?limit=101: 400 validation, limit
    /popularity/top?limit=ten: 400 validation, limit
    /popularity/top?limit=%00: 400 validation, limit
    /popularity/top?page=0: 400 validation, page
    /popularity/top?page=99999999999999999999: 400 validation, page
    /popularity/top?page=1001: 400 validation, page
    /popularity/top?cursor=not-a-cursor: 400 validation, cursor
    /popularity/top?page=1&cursor=AQAAAAAADDUAAY86UnwefRCaNUvgwdLjAQ: 400 validation, cursor
    /popularity/00000000-0000-0000-0000-000000000000: 400 validation, spu_id
    /popularity/00000000-0000-0000-0000-000000000001: 404 not_found, no interaction with this product was scored yet
    /popularity/top/: 404 not_found, no interaction with this product was scored yet
    /popularity: 400 validation, ids
    "#);
}

#[tokio::test]
async fn another_method_is_told_which_one_it_takes() {
    let shop = Shop::open().await;
    for (path, takes) in [(RECORD, "POST"), ("/health", "GET"), (TOP, "GET")] {
        for method in [Method::DELETE, Method::PATCH, Method::PUT] {
            let answer = send(shop.request(method.clone(), path).json(&Value::Null)).await;
            line(path, &answer);
            assert_eq!(answer.status, StatusCode::METHOD_NOT_ALLOWED, "{method} {path}");
            let allow = answer.headers["allow"].to_str().unwrap();
            assert!(allow.contains(takes), "{method} {path}: {allow}");
        }
    }
}
