//! Every naughty string in every part of a query: path, parameters, headers.

use serde_json::Value;
use testkit::{Function, HttpEvent, HttpReply, TestDatabase};

use crate::naughty;

async fn ask(function: &mut Function, event: &Value) -> HttpReply {
    let reply = HttpReply::of(&function.invoke(event).await.answer());
    assert!(reply.status < 500, "{reply:?} to {event}");
    if reply.status != 304 {
        let key = if reply.status == 200 { "data" } else { "error" };
        assert!(reply.json().get(key).is_some(), "no envelope: {reply:?} to {event}");
    }
    reply
}

/// Percent-encodes every byte that is not plainly allowed.
pub(crate) fn encoded(text: &str) -> String {
    let byte = |byte: u8| match byte {
        b'0'..=b'9' | b'a'..=b'z' | b'A'..=b'Z' | b'-' | b'_' | b'.' | b'~' => char::from(byte).to_string(),
        _ => format!("%{byte:02X}"),
    };
    text.bytes().map(byte).collect()
}

#[tokio::test]
async fn a_question_of_any_text_gets_an_answer() {
    let database = TestDatabase::create().await;
    let mut function = Function::start("answer-queries", &[("DATABASE_URL", database.url())]).await;
    let top = "/api/v1/analytic/popularity/top";
    for text in naughty::all() {
        for name in ["page", "limit", "cursor"] {
            for value in [encoded(&text), text.clone()] {
                let reply = ask(&mut function, &HttpEvent::new("GET", &format!("{top}?{name}={value}")).event()).await;
                assert!(matches!(reply.status, 200 | 400), "{name}={value}: {reply:?}");
            }
        }
        // An unknown parameter is rejected.
        let name = format!("{top}?{}=1", encoded(&text).replace("page", "x"));
        assert_eq!(ask(&mut function, &HttpEvent::new("GET", &name).event()).await.status, 400, "{text:?}");
        // API Gateway decodes a path before the function sees it.
        for segment in [encoded(&text), text.clone()] {
            let path = format!("/api/v1/analytic/popularity/{segment}");
            let reply = ask(&mut function, &HttpEvent::new("GET", &path).event()).await;
            assert!(matches!(reply.status, 200 | 400 | 404), "{path}: {reply:?}");
        }
    }
}

#[tokio::test]
async fn headers_of_any_text_change_nothing() {
    let database = TestDatabase::create().await;
    let mut function = Function::start("answer-queries", &[("DATABASE_URL", database.url())]).await;
    for text in naughty::all().iter().filter(|text| !text.contains(|c: char| c.is_ascii_control() && c != '\t')) {
        for name in ["host", "x-forwarded-proto", "if-none-match", "accept", "cookie", "content-type", "x-anything"] {
            let request = HttpEvent::new("GET", "/api/v1/analytic/popularity/top").header(name, text);
            let status = ask(&mut function, &request.event()).await.status;
            // "*" would match any tag; none of the strings is one.
            assert_eq!(status, 200, "{name}: {text:?}");
        }
    }
}

#[tokio::test]
async fn the_description_is_served_and_not_sent_twice() {
    let database = TestDatabase::create().await;
    let mut function = Function::start("answer-queries", &[("DATABASE_URL", database.url())]).await;
    let request = HttpEvent::new("GET", "/api/v1/openapi.json");
    let first = function.request(&request).await;
    assert_eq!((first.status, first.header("cache-control")), (200, "public, max-age=300"));
    assert_eq!(first.body, include_str!("../../../docs/openapi.json"));
    let known = request.header("if-none-match", first.header("etag"));
    let again = function.request(&known).await;
    assert_eq!((again.status, again.body.as_str()), (304, ""));
}
