//! The cases of tests/cases/orders.json through the shipped binary: what real shops send, shuffled and with repeats, and the
//! figures that are right. The fold alone is tested with them in contracts.

use rand::prelude::*;
use rand_chacha::ChaCha8Rng;
use serde_json::Value;
use testkit::{Function, HttpEvent, HttpReply};

use crate::shop::Shop;

fn cases() -> Vec<Value> {
    let cases: Value = serde_json::from_str(include_str!("../../cases/orders.json")).unwrap();
    cases["cases"].as_array().unwrap().clone()
}

/// All events of all cases in some order, some of them twice.
fn delivery(cases: &[Value], random: &mut ChaCha8Rng) -> Vec<String> {
    let events = cases.iter().flat_map(|case| case["events"].as_array().unwrap());
    let events: Vec<_> =
        events.map(|event| event["__raw__"].as_str().map_or_else(|| event.to_string(), str::to_owned)).collect();
    let mut told = events.clone();
    told.extend(events.sample(random, events.len() / 2).cloned());
    told.shuffle(random);
    told
}

/// What is asked for a case: rows of the rollups of its day, and answers of the API.
struct Desk<'a> {
    shop: &'a Shop,
    queries: Function,
    day: String,
    name: String,
}

impl Desk<'_> {
    async fn ask(&mut self, path: &str, claims: [(&str, &str); 2]) -> Value {
        let request = claims.into_iter().fold(HttpEvent::new("GET", path), |it, (name, text)| it.claim(name, text));
        let reply = HttpReply::of(&self.queries.invoke(&request.event()).await.answer());
        assert_eq!(reply.status, 200, "{}: {reply:?}", self.name);
        reply.json()["data"].clone()
    }

    /// Sums figures of a rollup over the day of the case.
    async fn sum(&self, rollup: &str, figures: &str, wanted: &str) -> Vec<f64> {
        let sql = format!(
            "SELECT {figures} FROM analytic.{rollup} WHERE grain = 'day' AND bucket = '{}' AND {wanted}",
            self.day
        );
        let rows = self.shop.database.rows(&sql).await;
        rows[0].split(" | ").map(|figure| figure.parse().unwrap_or_default()).collect()
    }

    fn compare(&self, of: &str, expected: &Value, found: &[(&str, f64)]) {
        for (figure, right) in expected.as_object().unwrap() {
            let shown = found.iter().find(|(name, _)| name == figure).map(|(_, found)| *found);
            assert_eq!(shown, right.as_f64(), "{}: {figure} of {of}", self.name);
        }
    }

    async fn check_currency(&mut self, currency: &str, expected: &Value) {
        let path = format!(
            "/api/v1/analytic/sales/windows?size=1d&start={0}T00:00:00Z&end={0}T23:59:59Z&currency={currency}",
            self.day
        );
        let data = self.ask(&path, [("sub", "an-admin"), ("cognito:groups", "[admin]")]).await;
        let window = &data["windows"][0];
        let found = [("orders", "orders"), ("gross", "gross_revenue"), ("refunds", "refunds")];
        let found = found.map(|(name, shown)| (name, window[shown].as_f64().unwrap()));
        self.compare(currency, expected, &found);
    }

    async fn check_money(&self, rollup: &str, column: &str, expected: &Value) {
        for (id, right) in expected.as_object().unwrap() {
            let figures = "coalesce(sum(revenue_minor), 0), coalesce(sum(refund_minor), 0), coalesce(sum(items_milli), 0) / 1000.0";
            let whole = if column == "payment_method" { " AND seller_id = ''" } else { "" };
            let found = self.sum(rollup, figures, &format!("{column} = '{id}'{whole}")).await;
            self.compare(id, right, &[("gross", found[0]), ("refunds", found[1]), ("items", found[2])]);
        }
    }

    async fn check_rest(&mut self, key: &str, expected: &Value) {
        let (name, day) = (self.name.clone(), self.day.clone());
        match key {
            "status" => {
                let status = format!("SELECT status FROM analytic.sales_order WHERE placed_at::date = '{day}'");
                assert_eq!(
                    self.shop.database.rows(&status).await,
                    [expected.as_str().unwrap().to_lowercase()],
                    "{name}"
                );
            }
            "derived" => {
                for (event_type, right) in expected.as_object().unwrap() {
                    let derived = format!(
                        "SELECT count(*) FROM analytic.interaction WHERE event_type = '{event_type}' AND occurred_at::date = '{day}'"
                    );
                    assert_eq!(Some(self.shop.database.number(&derived).await), right.as_i64(), "{name}");
                }
            }
            "findings" => {
                let findings = "SELECT count(*) FROM analytic.finding";
                assert_eq!(Some(self.shop.database.number(findings).await), expected.as_i64(), "{name}");
            }
            "users" => {
                let users = self.sum("user_rollup", "coalesce(sum(registered), 0)", "true").await;
                assert_eq!(Some(users[0]), expected.as_f64(), "{name}");
            }
            "seller_rating" => {
                for (seller, right) in expected.as_object().unwrap() {
                    let data = self
                        .ask("/api/v1/analytic/seller-dashboard", [("sub", seller), ("cognito:groups", "[]")])
                        .await;
                    assert_eq!(data["summary"]["average_rating"], *right, "{name}");
                }
            }
            other => panic!("{name}: nothing checks {other}"),
        }
    }

    async fn check(&mut self, case: &Value) {
        self.day = case["day"].as_str().unwrap().to_owned();
        self.name = case["name"].as_str().unwrap().to_owned();
        for (key, expected) in case["expect"].as_object().unwrap() {
            match key.as_str() {
                "methods" => self.check_money("sales_rollup", "payment_method", expected).await,
                "sellers" => self.check_money("sales_rollup", "seller_id", expected).await,
                "products" => self.check_money("product_rollup", "product_id", expected).await,
                code if code.len() == 3 => self.check_currency(code, expected).await,
                key => self.check_rest(key, expected).await,
            }
        }
    }
}

#[tokio::test]
async fn every_case_of_a_real_shop_has_its_figures_however_it_is_delivered() {
    let cases = cases();
    for seed in 0..2 {
        let mut random = ChaCha8Rng::seed_from_u64(seed);
        let shop = Shop::open().await;
        // Six orders of guests within a minute would be a burst if they were one customer's.
        let thresholds =
            [("FRAUD_BURST_ORDERS", "3"), ("FRAUD_SIMILAR_ORDERS", "1000"), ("FRAUD_SIMILAR_SECONDS", "60")];
        let mut projection = shop.start_judging(&thresholds).await;
        shop.tell(&mut projection, &delivery(&cases, &mut random), 30).await;
        shop.assert_exact().await;
        let queries = Function::start("answer-queries", &[("DATABASE_URL", shop.database.url())]).await;
        let mut desk = Desk { shop: &shop, queries, day: String::new(), name: String::new() };
        for case in &cases {
            desk.check(case).await;
        }
    }
}
