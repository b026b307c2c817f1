//! A shop with back-end events, the readers of its figures, and the same figures in plain SQL.

use std::fmt::Write as _;

use cross_tests::back_end::Shop;
use cross_tests::history::history;
use serde_json::{Value, json};
use testkit::{Function, HttpEvent, HttpReply};

use crate::stage::start;

/// The seller's own figures.
pub(crate) const DASHBOARD: &str = "/api/v1/analytic/seller-dashboard";

/// A shop with project-orders and answer-queries.
pub(crate) struct Market {
    pub(crate) shop: Shop,
    teller: Function,
    pub(crate) reader: Function,
}

impl Market {
    pub(crate) async fn open() -> Self {
        let shop = Shop::open().await;
        let teller = shop.start().await;
        let reader = start(shop.database.url()).await;
        Self { shop, teller, reader }
    }

    /// Opens a shop that has sold for four days, most of it in euros, the rest in dollars.
    pub(crate) async fn with_history() -> Self {
        let mut market = Self::open().await;
        let dollars = history(5, 50).into_iter().map(|event| {
            let mut event: Value = serde_json::from_str(&event).unwrap();
            event["currency"] = json!("USD");
            event.to_string()
        });
        let events: Vec<_> = history(4, 110).into_iter().chain(dollars).collect();
        market.send_events(&events).await;
        market.shop.database.execute("CREATE TEMPORARY TABLE recount AS SELECT * FROM analytic.sales_recount").await;
        market
    }

    pub(crate) async fn send_events(&mut self, events: &[String]) {
        self.shop.send_events(&mut self.teller, events, 50).await;
    }

    /// Requests a seller's dashboard, which must succeed.
    pub(crate) async fn dashboard(&mut self, seller: &str, query: &str) -> Value {
        let reply = self.reader.request(&as_seller(seller, query)).await;
        assert_eq!((reply.status, reply.header("cache-control")), (200, "no-store"), "{reply:?}");
        reply.json()["data"].clone()
    }

    /// Requests figures of the whole shop.
    pub(crate) async fn report(&mut self, target: &str) -> HttpReply {
        self.reader.request(&as_admin(target)).await
    }

    /// Sums the minutes of a range in a recount of the log: paid orders, quantity, gross, refunds.
    pub(crate) async fn recount(&self, seller: &str, currency: &str, range: (&str, &str)) -> [i64; 4] {
        let [orders, items, gross, refunds, ..] = self.recount_all(seller, currency, range).await;
        [orders, items, gross, refunds]
    }

    /// As [`Self::recount`], and then shipping, tax and fees.
    pub(crate) async fn recount_all(&self, seller: &str, currency: &str, range: (&str, &str)) -> [i64; 7] {
        let (start, end) = range;
        let query = format!(
            "SELECT coalesce(sum(figures[2]), 0), coalesce((sum(figures[5]) / 1000)::bigint, 0), coalesce(sum(figures[6]), 0), coalesce(sum(figures[7]), 0),
                    coalesce(sum(figures[8]), 0), coalesce(sum(figures[9]), 0), coalesce(sum(figures[10]), 0)
             FROM recount WHERE rollup = 'sales' AND key[1] = 'minute' AND key[3] = '{seller}' AND key[4] = '{currency}'
               AND to_timestamp(key[2]::bigint) >= '{start}' AND to_timestamp(key[2]::bigint) < '{end}'"
        );
        let row = self.shop.database.rows(&query).await.remove(0);
        let figures: Vec<i64> = row.split(" | ").map(|figure| figure.parse().unwrap()).collect();
        figures.try_into().unwrap()
    }
}

/// A request for a seller's dashboard.
pub(crate) fn as_seller(seller: &str, query: &str) -> HttpEvent {
    HttpEvent::new("GET", &format!("{DASHBOARD}?{query}")).claim("sub", seller)
}

/// A request of an admin.
pub(crate) fn as_admin(target: &str) -> HttpEvent {
    HttpEvent::new("GET", target).claim("sub", "a-1").claim("cognito:groups", "[admin]")
}

/// An event in the lifecycle format at an instant.
pub(crate) fn shop_event(name: &str, at: &str, mut fields: Value) -> String {
    fields["event"] = json!(name);
    fields["timestamp"] = json!(at);
    fields.to_string()
}

/// An order of one piece at one seller, placed and paid at the same instant.
pub(crate) fn sale(id: &str, seller: &str, at: &str, price: &str) -> Vec<String> {
    let (amount, currency) = price.split_once(' ').unwrap();
    let item = json!({ "productId": format!("p-{seller}"), "sellerId": seller, "quantity": 1, "price": amount });
    vec![
        shop_event(
            "OrderCreated",
            at,
            json!({ "orderId": id, "currency": currency, "items": [item], "paymentMethod": "card" }),
        ),
        shop_event(
            "PaymentProcessed",
            at,
            json!({ "orderId": id, "paymentId": id, "paymentStatus": "PAID", "amount": amount, "currency": currency }),
        ),
    ]
}

/// Writes a chart as one line per point.
pub(crate) fn points(chart: &Value) -> String {
    chart.as_array().unwrap().iter().fold(String::new(), |mut text, point| {
        writeln!(text, "{} {}", point["date"].as_str().unwrap(), point["value"]).unwrap();
        text
    })
}
