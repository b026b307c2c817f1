//! Every path and method gets a response in our envelope, also unknown ones.

use serde_json::json;
use testkit::HttpEvent;

use crate::stage::{Stage, TOP, product, refusal};

#[tokio::test]
async fn a_path_that_does_not_exist_is_not_found() {
    let mut stage = Stage::empty().await;
    let paths = [
        "/",
        "",
        "/health/",
        "/healthy",
        "/api/v1/analytic",
        "/api/v1/analytic/popularity/",
        "/api/v2/analytic/popularity/top",
        "/API/v1/analytic/popularity/top",
        "//health",
        "/../etc/passwd",
        "/%00",
        "/%FF%FE",
        "/a%20b",
        "/interaction",
        "/api/v1/analytic/seller-dashboard2",
    ];
    for path in paths {
        for method in ["GET", "POST", "DELETE"] {
            let reply = stage.send(&HttpEvent::new(method, path)).await;
            assert_eq!(refusal(&reply), "404 not_found: no such path", "{method} {path}");
        }
    }
}

#[tokio::test]
async fn what_no_url_may_hold_is_not_found_either() {
    let mut stage = Stage::empty().await;
    // API Gateway passes on a decoded path.
    for path in ["/a b", "/läden", "/<script>", "/\"", "/{spu_id}", "/a\\b", "/a|b", "/`", "/\u{7f}", "/x#y"] {
        let reply = stage.send(&HttpEvent::new("GET", path)).await;
        assert!((400..500).contains(&reply.status), "{path:?}: {reply:?}");
    }
    for query in ["a b", "q=\"x\"", "q=<x>", "q={}", "q=|", "q=\\", "q=^`", "q=ü", "#", "q=\u{7f}"] {
        let reply = stage.send(&HttpEvent::new("GET", &format!("/nowhere?{query}"))).await;
        assert!((400..500).contains(&reply.status), "{query:?}: {reply:?}");
    }
}

#[tokio::test]
async fn spoofed_forwarding_headers_break_nothing() {
    let mut stage = Stage::empty().await;
    for value in ["https", "gopher", "", " ", "%%", "a b", "https, http", "://", "ü"] {
        for name in
            ["x-forwarded-proto", "x-forwarded-for", "x-forwarded-port", "x-forwarded-host", "host", "forwarded"]
        {
            let reply = stage.send(&HttpEvent::new("GET", "/health").header(name, value)).await;
            assert_eq!(reply.status, 200, "{name}: {value}");
        }
    }
}

#[tokio::test]
async fn a_method_that_a_path_does_not_take_is_refused_with_the_one_it_takes() {
    let mut stage = Stage::with_products(&[(1, 0)]).await;
    for path in [TOP.to_owned(), format!("/api/v1/analytic/popularity/{}", product(1)), "/health".to_owned()] {
        for method in ["POST", "PUT", "PATCH", "DELETE", "TRACE", "PURGE"] {
            let reply = stage.send(&HttpEvent::new(method, &path).body("{}")).await;
            assert_eq!(refusal(&reply), "405 method_not_allowed: this path takes GET only", "{method} {path}");
            assert!(reply.header("allow").contains("GET"), "{method} {path}: {reply:?}");
        }
    }
    for path in ["interaction", "guest/interaction", "import/interaction", "event", "person/export", "person/erase"] {
        let path = format!("/api/v1/analytic/{path}");
        for method in ["GET", "PUT", "DELETE", "OPTIONS"] {
            let reply = stage.send(&HttpEvent::new(method, &path)).await;
            assert_eq!(refusal(&reply), "405 method_not_allowed: this path takes POST only", "{method} {path}");
            assert_eq!(reply.header("allow"), "POST");
        }
    }
}

#[tokio::test]
async fn health_says_that_postgres_is_there_and_which_version_runs() {
    let mut stage = Stage::empty().await;
    let reply = stage.get("/health").await;
    let expected = json!({ "data": { "status": "ok", "postgres": "ok", "version": env!("CARGO_PKG_VERSION") } });
    assert_eq!((reply.status, reply.json()), (200, expected));
    assert_eq!((reply.header("cache-control"), reply.header("content-type")), ("no-store", "application/json"));
}
