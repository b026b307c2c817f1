//! The setup of each test: a database of scores, the function, and helpers for requests.

use serde_json::Value;
use testkit::{Function, HttpEvent, HttpReply, TestDatabase};

/// The top list.
pub(crate) const TOP: &str = "/api/v1/analytic/popularity/top";
/// The table with the columns that are not computed.
pub(crate) const SCORES: &str = "analytic.product_popularity
    (id, score_micros, view_count, purchase_count, favorite_count, cart_count, review_count, date_updated)";

/// Everything that one test needs.
pub(crate) struct Stage {
    pub(crate) database: TestDatabase,
    pub(crate) function: Function,
}

impl Stage {
    /// Sets the stage without any product.
    pub(crate) async fn empty() -> Self {
        let database = TestDatabase::create().await;
        let function = start(database.url()).await;
        Self { database, function }
    }

    /// Sets the stage with products, each as (last digits of its id, score in micro-points).
    pub(crate) async fn with_products(products: &[(u32, i64)]) -> Self {
        let stage = Self::empty().await;
        let row = |(number, score): &(u32, i64)| {
            format!("('{}', {score}, 1, 2, 3, 4, 5, '2026-11-20T12:00:00.25Z')", product(*number))
        };
        let rows: Vec<_> = products.iter().map(row).collect();
        stage.database.execute(&format!("INSERT INTO {SCORES} VALUES {}", rows.join(","))).await;
        stage
    }

    /// Requests a path.
    pub(crate) async fn get(&mut self, target: &str) -> HttpReply {
        self.send(&HttpEvent::new("GET", target)).await
    }

    /// Sends a request.
    pub(crate) async fn send(&mut self, request: &HttpEvent) -> HttpReply {
        self.function.request(request).await
    }
}

/// Starts the function on a database.
pub(crate) async fn start(database_url: &str) -> Function {
    start_with(database_url, &[]).await
}

/// As [`start`], with more variables.
pub(crate) async fn start_with(database_url: &str, variables: &[(&str, &str)]) -> Function {
    let all: Vec<_> = [("DATABASE_URL", database_url)].into_iter().chain(variables.iter().copied()).collect();
    Function::start("answer-queries", &all).await
}

/// The id of the product with a number.
pub(crate) fn product(number: u32) -> String {
    format!("0192e4a0-0000-7000-8000-2000{number:08x}")
}

/// Returns the products of a page as their numbers.
pub(crate) fn numbers(reply: &HttpReply) -> Vec<u32> {
    assert_eq!(reply.status, 200, "{reply:?}");
    let json = reply.json();
    let rows = json["data"].as_array().unwrap().iter();
    rows.map(|row| u32::from_str_radix(&row["id"].as_str().unwrap()[28..], 16).unwrap()).collect()
}

/// Returns the pagination of a page.
pub(crate) fn pagination(reply: &HttpReply) -> Value {
    reply.json()["pagination"].clone()
}

/// Returns status, code and message of an error in our envelope.
pub(crate) fn refusal(reply: &HttpReply) -> String {
    assert_eq!(
        (reply.header("content-type"), reply.header("cache-control")),
        ("application/json", "no-store"),
        "{reply:?}"
    );
    let error = &reply.json()["error"];
    assert_eq!(error["http_status"], reply.status, "{reply:?}");
    format!("{} {}: {}", reply.status, error["code"].as_str().unwrap(), error["message"].as_str().unwrap())
}
