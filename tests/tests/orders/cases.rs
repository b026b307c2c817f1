//! The cases of tests/cases/orders.json through the shipped binaries: what real shops send over the bus and over HTTP,
//! shuffled and with repetitions, and the correct figures. The fold alone is tested with them in contracts.

use cross_tests::back_end::Shop;
use rand::prelude::*;
use rand_chacha::ChaCha8Rng;
use serde_json::Value;
use testkit::{Function, HttpEvent, TestQueue};

fn cases() -> Vec<Value> {
    let cases: Value = serde_json::from_str(include_str!("../../cases/orders.json")).unwrap();
    cases["cases"].as_array().unwrap().clone()
}

/// All events of all cases in some order, some of them twice.
fn delivery(cases: &[Value], random: &mut ChaCha8Rng) -> Vec<String> {
    let events = cases.iter().flat_map(|case| case["events"].as_array().unwrap());
    let events: Vec<_> =
        events.map(|event| event["__raw__"].as_str().map_or_else(|| event.to_string(), str::to_owned)).collect();
    let mut sent = events.clone();
    sent.extend(events.sample(random, events.len() / 2).cloned());
    sent.shuffle(random);
    sent
}

/// Writes an event as EventBridge delivers it.
fn on_the_bus(event: &str) -> String {
    format!(
        r#"{{"version":"0","id":"17793124-05d4-b198-2fde-7ededc63b103","detail-type":"shop event","source":"shop.orders",
            "account":"123456789012","time":"2026-11-18T09:00:00Z","region":"eu-central-1","resources":[],"detail":{event}}}"#
    )
}

/// Posts events to the shipped accept-events, a hundred at a time, and returns what it puts into the queue.
async fn over_http(events: &[String]) -> Vec<String> {
    let queue = TestQueue::create().await;
    let variables = [("ORDER_EVENTS_QUEUE_URL", queue.url()), ("SEND_TIMEOUT_MS", "5000"), ("DEFAULT_CURRENCY", "EUR")];
    let mut function = Function::start("accept-events", &variables).await;
    for part in events.chunks(100) {
        let body = format!(r#"{{"events":[{}]}}"#, part.join(","));
        let request = HttpEvent::new("POST", "/api/v1/analytic/event").claim("sub", "shop").trusted().body(body);
        let reply = function.request(&request).await;
        assert_eq!((reply.status, &reply.json()["data"]["accepted"]), (200, &part.len().into()), "{reply:?}");
    }
    queue.drain().await.into_iter().filter_map(|message| message.body).collect()
}

/// The results of a case: rows of the rollups of its day, and responses of the API.
struct Setup<'a> {
    shop: &'a Shop,
    queries: Function,
    day: String,
    name: String,
}

impl Setup<'_> {
    async fn ask(&mut self, path: &str, claims: [(&str, &str); 2]) -> Value {
        let request =
            claims.into_iter().fold(HttpEvent::new("GET", path), |event, (name, text)| event.claim(name, text));
        let reply = self.queries.request(&request).await;
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
        let names = ["orders", "gross", "refunds", "shipping", "tax", "fees"];
        let found = names.map(|name| {
            let shown = if name == "gross" { "gross_revenue" } else { name };
            (name, window[shown].as_f64().unwrap())
        });
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

    /// What the sellers see: their own dashboards.
    async fn check_sellers(&mut self, expected: &Value) {
        for (seller, right) in expected.as_object().unwrap() {
            let path = format!("/api/v1/analytic/seller-dashboard?start={0}T00:00:00Z&end={0}T23:59:59Z", self.day);
            let data = self.ask(&path, [("sub", seller), ("cognito:groups", "[]")]).await;
            let names = ["gross", "refunds", "items", "shipping", "tax", "fees"];
            let found = names.map(|name| {
                let shown = match name {
                    "gross" => "gross_revenue",
                    "items" => "items_sold",
                    name => name,
                };
                (name, data["summary"][shown].as_f64().unwrap())
            });
            self.compare(seller, right, &found);
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
                "sellers" => self.check_sellers(expected).await,
                "products" => self.check_money("product_rollup", "product_id", expected).await,
                code if code.len() == 3 => self.check_currency(code, expected).await,
                key => self.check_rest(key, expected).await,
            }
        }
    }
}

async fn assert_figures(cases: &[Value], delivery: &[String]) {
    let shop = Shop::open().await;
    // Six orders of guests within a minute would be a burst if they were one customer's.
    let thresholds = [("FRAUD_BURST_ORDERS", "3"), ("FRAUD_SIMILAR_ORDERS", "1000"), ("FRAUD_SIMILAR_SECONDS", "60")];
    let mut projection = shop.start_with_thresholds(&thresholds).await;
    shop.send_events(&mut projection, delivery, 30).await;
    shop.assert_exact().await;
    let queries = Function::start("answer-queries", &[("DATABASE_URL", shop.database.url())]).await;
    let mut setup = Setup { shop: &shop, queries, day: String::new(), name: String::new() };
    for case in cases {
        setup.check(case).await;
    }
}

#[tokio::test]
async fn every_case_of_a_real_shop_has_its_figures_over_the_bus() {
    let cases = cases();
    let delivery = delivery(&cases, &mut ChaCha8Rng::seed_from_u64(0));
    assert_figures(&cases, &delivery.iter().map(|event| on_the_bus(event)).collect::<Vec<_>>()).await;
}

#[tokio::test]
async fn every_case_of_a_real_shop_has_its_figures_over_http() {
    let cases = cases();
    let delivery = delivery(&cases, &mut ChaCha8Rng::seed_from_u64(1));
    assert_figures(&cases, &over_http(&delivery).await).await;
}
