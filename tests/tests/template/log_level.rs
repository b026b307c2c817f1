//! No log level that template.yaml offers makes a function log what a shopper sent.

use serde_json::json;
use testkit::template::Template;
use testkit::{Function, HttpEvent, TestDatabase, TestQueue};
use uuid::Uuid;

#[tokio::test]
async fn no_level_shows_a_token_a_body_or_an_address() {
    let database = TestDatabase::create().await;
    let (popularity, catalog) = (TestQueue::create().await, TestQueue::create().await);
    let template = Template::load().unwrap();
    for level in template.at("/Parameters/LogLevel/AllowedValues").as_array().unwrap() {
        let variables = [
            ("AWS_LAMBDA_LOG_LEVEL", level.as_str().unwrap()),
            ("DATABASE_URL", database.url()),
            ("POPULARITY_QUEUE_URL", popularity.url()),
            ("CATALOG_QUEUE_URL", catalog.url()),
        ];
        let mut function = Function::start("record-interactions", &variables).await;
        let item = json!({ "event_type": "view", "ref_type": "Category", "ref_id": "secret-shoes",
                           "session_id": "secret-session", "metadata": { "note": "secret-note" } });
        let request = HttpEvent::new("POST", "/api/v1/analytic/interaction")
            .account(Uuid::now_v7())
            .from_address("198.51.100.7")
            .header("authorization", "Bearer secret-token")
            .body(json!({ "interactions": [item] }).to_string());

        let answer = function.invoke(&request.event()).await.answer();

        assert_eq!(answer["statusCode"], 200, "{answer}");
        let output = function.output();
        assert!(output.contains(r#""message":"recorded""#), "{level}: {output}");
        for personal in ["secret-", "198.51.100"] {
            assert!(!output.contains(personal), "{level}: {output}");
        }
    }
}
