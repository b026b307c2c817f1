//! The sales figures of answer-queries, to the minor unit, against a recount of the log in plain SQL.

mod access;
mod late;
mod month;
mod order;
mod parameter;
mod plan;
mod ranking;
mod same;
mod segment;
mod thirty_days;
mod window;

use cross_tests::back_end::Shop;
use cross_tests::history::history;
use serde_json::{Value, json};
use testkit::{Function, HttpEvent, HttpReply, TestDatabase};

/// Below this are the routes.
const SALES: &str = "/api/v1/analytic/sales";
/// Low enough that the customers of a generated shop are in all segments.
const THRESHOLDS: &str = "EUR:1000/200,USD:500/150,JPY:100/10";

/// A shop with a history, and answer-queries.
struct Setup {
    shop: Shop,
    function: Function,
}

impl Setup {
    async fn open() -> Self {
        let shop = Shop::open().await;
        let function = start(shop.database.url()).await;
        Self { shop, function }
    }

    /// Opens a shop with a generated history and its recount.
    async fn with_history(seed: u64, orders: usize) -> Self {
        let setup = Self::open().await;
        setup.send_events(&in_two_currencies(&history(seed, orders))).await;
        setup.recount().await;
        setup
    }

    async fn send_events(&self, events: &[String]) {
        let mut projection = self.shop.start().await;
        self.shop.send_events(&mut projection, events, 100).await;
    }

    /// Recounts the log, by the minute, into a temporary table.
    async fn recount(&self) {
        let recount = "DROP TABLE IF EXISTS pg_temp.counted;
             CREATE TEMPORARY TABLE counted AS
             WITH recount AS MATERIALIZED (SELECT * FROM analytic.sales_recount)
             SELECT rollup, to_timestamp(key[2]::bigint) AS at, key[3:] AS key, figures FROM recount
             WHERE rollup IN ('sales', 'product', 'category', 'user', 'event') AND key[1] = 'minute'
             UNION ALL SELECT rollup, NULL, key, figures FROM recount WHERE rollup IN ('customer', 'order_status')";
        self.shop.database.execute(recount).await;
    }

    async fn ask(&mut self, request: &HttpEvent) -> HttpReply {
        self.function.request(request).await
    }

    /// Requests a route as an admin, which must succeed.
    async fn admin(&mut self, target: &str) -> Value {
        self.data(&admin(target)).await
    }

    async fn data(&mut self, request: &HttpEvent) -> Value {
        let reply = self.ask(request).await;
        assert_eq!((reply.status, reply.header("cache-control")), (200, "no-store"), "{reply:?} to {request:?}");
        reply.json()["data"].clone()
    }
}

async fn start(database_url: &str) -> Function {
    let variables = [("DATABASE_URL", database_url), ("SEGMENT_THRESHOLDS", THRESHOLDS)];
    Function::start("answer-queries", &variables).await
}

fn guest(target: &str) -> HttpEvent {
    HttpEvent::new("GET", &format!("{SALES}/{target}"))
}

fn admin(target: &str) -> HttpEvent {
    guest(target).claim("sub", "an-admin").claim("cognito:groups", "[admin]")
}

fn seller(id: &str, target: &str) -> HttpEvent {
    guest(target).claim("sub", id)
}

/// Pays every third order in another currency.
fn in_two_currencies(events: &[String]) -> Vec<String> {
    let mark = |event: &String| {
        let mut event: Value = serde_json::from_str(event).unwrap();
        let order = event.get("orderId").and_then(Value::as_str).map(str::to_owned);
        let number = order.as_ref().and_then(|order| order.rsplit('-').next()?.parse::<u32>().ok());
        if number.is_some_and(|number| number % 3 == 0) {
            event["currency"] = json!("USD");
        }
        event.to_string()
    };
    events.iter().map(mark).collect()
}

/// Reads rows of numbers.
async fn numbers(database: &TestDatabase, sql: &str) -> Vec<Vec<i64>> {
    let rows = database.rows(sql).await;
    rows.iter().map(|row| row.split(" | ").map(|number| number.parse().unwrap()).collect()).collect()
}

fn int(value: &Value) -> i64 {
    value.as_i64().unwrap_or_else(|| panic!("{value} is no whole number"))
}

/// Checks a change in percent against the two figures, with other arithmetic than the product's.
fn assert_change(shown: &Value, (now, before): (i64, i64)) {
    if before == 0 {
        return assert_eq!(*shown, Value::Null, "{now} after {before}");
    }
    #[expect(clippy::cast_precision_loss, reason = "figures of a test are small")]
    let exact = (now - before) as f64 * 100.0 / before.abs() as f64;
    let shown = shown.as_f64().unwrap_or_else(|| panic!("{shown} for {now} after {before}"));
    assert!((shown - exact).abs() <= 0.005_000_1, "{shown} for {now} after {before}");
    assert!((shown * 100.0 - (shown * 100.0).round()).abs() < 1e-6, "{shown} has more than two decimals");
}

/// Checks an average of money against its parts: the nearest whole number, the upper one when two are as near.
fn assert_average(shown: &Value, (sum, count): (i64, i64)) {
    if count == 0 {
        return assert_eq!(*shown, Value::Null);
    }
    let off = 2 * (int(shown) * count - sum);
    assert!(-count < off && off <= count, "{shown} for {sum} / {count}");
}
