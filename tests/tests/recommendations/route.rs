//! Requests that nobody should send get an answer in our envelope.

use serde_json::json;
use testkit::{HttpEvent, TestProxy};

use crate::stage::{BASE, PRODUCT, SESSION, Stage, as_admin, ids, reasons};

#[tokio::test]
async fn what_is_wrong_is_named() {
    let mut stage = Stage::set().await;
    let long = "x".repeat(129);
    let many = (0..101).map(|n| n.to_string()).collect::<Vec<_>>().join(",");
    for (path, refused) in [
        (format!("{PRODUCT}/{long}"), "product_id: must have 1 to 128"),
        (format!("{PRODUCT}/a?kind=personal"), "kind: must be one of viewed, bought"),
        (format!("{PRODUCT}/a?limit=101"), "limit: must be a whole number from 1 to 100"),
        (format!("{PRODUCT}/a?limit=0"), "limit: must be a whole number from 1 to 100"),
        (format!("{PRODUCT}/a?page=2"), "page: is not a query parameter"),
        (format!("{PRODUCT}/a?category_id="), "category_id: must have 1 to 128"),
        (format!("{PRODUCT}/a?exclude={many}"), "exclude: must be 1 to 100 product ids"),
        (format!("{SESSION}/s?kind=bought"), "kind: is not a query parameter"),
        (format!("{SESSION}/jane%40example.com"), "session_id: must have 1 to 128"),
        (format!("{SESSION}/%00"), "session_id: must have 1 to 128"),
        (format!("{SESSION}/{long}"), "session_id: must have 1 to 128"),
    ] {
        let said = stage.get(&path).await.refusal();
        assert!(said.starts_with(&format!("400 validation: {refused}")), "{path}: {said}");
    }
    for body in ["", "[]", "{}", r#"{"products":[]}"#, r#"{"products":[1],"x":1}"#, "\u{0}"] {
        let reply = stage.send(&HttpEvent::new("POST", &format!("{BASE}/cart")).body(body)).await;
        assert!(reply.refusal().starts_with("400 validation: "), "{body}: {reply:?}");
    }
    assert_eq!(stage.cart(&["x"; 21], "").await.refusal(), "400 validation: products: must have 1 to 20 items, has 21");
    let packed = HttpEvent::new("POST", &format!("{BASE}/cart")).gzip(&json!({ "products": [1] }).to_string());
    assert_eq!(stage.send(&packed).await.status, 200);
}

#[tokio::test]
async fn ids_may_hold_slashes_and_anything_else() {
    let mut stage = Stage::set().await;
    let odd = "gid://shop/Product/1 ü";
    stage.visits(1, &["a", odd]).await;
    assert_eq!(ids(&stage.get(&format!("{PRODUCT}/a")).await), [odd]);
    assert_eq!(
        reasons(&stage.get(&format!("{PRODUCT}/gid://shop/Product/1%20%C3%BC")).await),
        [format!("a similar {odd}")]
    );
}

#[tokio::test]
async fn unknown_paths_and_wrong_methods_are_refused() {
    let mut stage = Stage::set().await;
    for (method, path, refused) in [
        ("GET", format!("{BASE}/nowhere"), "404 not_found: no such path"),
        ("GET", format!("{PRODUCT}/"), "404 not_found: no such path"),
        ("POST", format!("{PRODUCT}/a"), "405 method_not_allowed: this path takes GET only"),
        ("GET", format!("{BASE}/cart"), "405 method_not_allowed: this path takes POST only"),
        ("PUT", format!("{BASE}/rules"), "405 method_not_allowed: this path takes GET, POST only"),
        ("GET", format!("{BASE}/rules/1"), "405 method_not_allowed: this path takes DELETE only"),
    ] {
        assert_eq!(stage.send(&HttpEvent::new(method, &path)).await.refusal(), refused, "{method} {path}");
    }
}

#[tokio::test]
async fn without_postgres_the_caller_is_told_to_come_back() {
    let stage = Stage::set().await;
    let (proxy, url) = TestProxy::of_url(stage.database.url()).await;
    let mut function = testkit::Function::start("recommend", &[("DATABASE_URL", &url)]).await;
    let request = HttpEvent::new("GET", &format!("{PRODUCT}/a"));
    assert_eq!(function.request(&request).await.status, 200);
    proxy.cut();
    for request in [request, as_admin("GET", &format!("{BASE}/rules"))] {
        let reply = function.request(&request).await;
        assert_eq!((reply.status, reply.header("retry-after")), (503, "1"), "{reply:?}");
    }
}
