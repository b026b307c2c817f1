//! Every naughty string in every parameter of the sales figures.

use testkit::{Function, HttpEvent, TestDatabase};

use crate::naughty;
use crate::query::encoded;

const ROUTES: [(&str, &[&str]); 5] = [
    ("windows", &["size", "start", "end", "tz", "currency", "seller_id"]),
    ("top-products", &["window", "by", "limit", "end", "currency", "seller_id"]),
    ("categories", &["window", "by", "limit", "end", "currency"]),
    ("customer-segments", &["currency"]),
    ("months", &["months", "tz", "currency"]),
];

#[tokio::test]
async fn a_parameter_of_any_text_is_taken_or_refused_by_its_name() {
    let database = TestDatabase::create().await;
    let mut function = Function::start("answer-queries", &[("DATABASE_URL", database.url())]).await;
    for text in naughty::all() {
        for (route, parameters) in ROUTES {
            for name in parameters {
                // Days, so that a time that can be read is not too far away.
                let days = if *name == "start" { "size=1d&" } else { "" };
                let target = format!("/api/v1/analytic/sales/{route}?{days}{name}={}", encoded(&text));
                let event = HttpEvent::new("GET", &target).claim("sub", "an-admin").claim("cognito:groups", "[admin]");
                let reply = function.request(&event).await;
                let body = reply.json();
                match reply.status {
                    200 => assert!(body["data"].is_object(), "{reply:?} to {target}"),
                    400 => {
                        let message = body["error"]["message"].as_str().unwrap();
                        assert!(message.starts_with(&format!("{name}: ")), "{message} to {target}");
                    }
                    _ => panic!("{reply:?} to {target}"),
                }
            }
        }
    }
}
