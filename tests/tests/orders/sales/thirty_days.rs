//! Thirty days of a simulated shop with two thousand orders: every figure against a recount of the log, money against
//! what the shop counted itself, the findings against the planted frauds, and the same bytes however the events were
//! delivered. `make demo` and `make bench` have larger ones.

use std::collections::{BTreeMap, BTreeSet};

use local_stack::simulate::ProductIds;
use local_stack::simulate::order::{Moved, Plan, Shop as Simulated, large_orders};
use rand::prelude::*;
use rand_chacha::ChaCha8Rng;
use serde_json::{Value, json};
use testkit::HttpEvent;

use super::window::assert_windows;
use super::{Setup, int, numbers};

/// The last thirty days are those before this.
const UNTIL: &str = "2026-11-20T12:00:00Z";
const RANGE: &str = "start=2026-10-21T12:00:00Z&end=2026-11-20T12:00:00Z";
const DAYS: &str = "from=2026-10-21&to=2026-11-21";
const SAIGON: &str = "Asia/Ho_Chi_Minh";

/// Enough for sales of each seller and in each currency on nearly every day; the time that a run takes grows with it.
const ORDERS: usize = 2_000;

fn simulate() -> Simulated {
    let until = UNTIL.parse().unwrap();
    let run = "thirty-days".to_owned();
    let product_ids = ProductIds::Integer;
    Simulated::open(&Plan {
        seed: 30,
        run,
        orders: ORDERS,
        until,
        days: 30,
        products: 200,
        product_ids,
        customers: 900,
    })
}

/// Delivers events in batches of these sizes, under the thresholds that fit the shop.
async fn deliver(setup: &Setup, events: &[String], size: impl FnMut() -> usize) {
    let large = large_orders();
    let thresholds = [("FRAUD_LARGE_ORDERS", &*large)];
    let mut projection = setup.shop.start_with_thresholds(&thresholds).await;
    setup.shop.send_in_batches(&mut projection, events, size).await;
}

/// Shuffles everything, and repeats a quarter of it.
fn shuffle(events: &[String], random: &mut ChaCha8Rng) -> Vec<String> {
    let mut sent = events.to_vec();
    sent.extend(events.sample(random, events.len() / 4).cloned());
    sent.shuffle(random);
    sent
}

fn admin(target: &str) -> HttpEvent {
    HttpEvent::new("GET", target).claim("sub", "an-admin").claim("cognito:groups", "[admin]")
}

fn dashboard(seller: &str, query: &str) -> HttpEvent {
    HttpEvent::new("GET", &format!("/api/v1/analytic/seller-dashboard?{RANGE}&{query}")).claim("sub", seller)
}

/// Every route, for the shop and each seller.
fn questions(sellers: &[String]) -> Vec<HttpEvent> {
    let mut asked = Vec::new();
    for tz in ["UTC", SAIGON] {
        for granularity in ["day", "week", "month"] {
            let query = format!("granularity={granularity}&tz={tz}");
            asked.extend(sellers.iter().map(|seller| dashboard(seller, &query)));
        }
        for route in ["revenue", "revenue/payment-methods", "users", "events"] {
            asked.push(admin(&format!("/api/analytics/{route}?{DAYS}&tz={tz}")));
        }
        for size in ["1h&start=2026-11-01T00:00:00Z&end=2026-11-20T12:00:00Z".to_owned(), format!("1d&{RANGE}")] {
            asked.push(admin(&format!("/api/v1/analytic/sales/windows?size={size}&tz={tz}")));
        }
        asked.push(admin(&format!("/api/v1/analytic/sales/months?months=3&tz={tz}")));
    }
    for by in ["quantity", "revenue"] {
        for list in ["top-products", "categories"] {
            asked.push(admin(&format!("/api/v1/analytic/sales/{list}?window=1d&end={UNTIL}&by={by}&limit=100")));
        }
    }
    asked.extend(["/api/analytics/dashboard", "/api/analytics/orders"].map(admin));
    asked.push(admin("/api/v1/analytic/sales/customer-segments"));
    asked
}

async fn answers(setup: &mut Setup, sellers: &[String]) -> Vec<String> {
    let mut answers = Vec::new();
    for question in questions(sellers) {
        let reply = setup.ask(&question).await;
        assert_eq!(reply.status, 200, "{reply:?} to {question:?}");
        answers.push(reply.body);
    }
    answers
}

async fn findings(setup: &Setup) -> Vec<String> {
    setup.shop.database.rows("SELECT id, rule, subject, window_name, evidence FROM analytic.finding ORDER BY id").await
}

/// Recounts what a dashboard shows of a seller in a currency: orders, quantity, gross revenue, refunds.
async fn sums(setup: &Setup, seller: &str, currency: &str) -> Vec<i64> {
    let sql = format!(
        "SELECT coalesce(sum(figures[2]), 0), coalesce((sum(figures[5]) / 1000)::bigint, 0), coalesce(sum(figures[6]), 0),
                coalesce(sum(figures[7]), 0)
         FROM counted WHERE rollup = 'sales' AND key[1] = '{seller}' AND key[2] = '{currency}'
         AND at >= timestamptz '2026-10-21T12:00:00Z' AND at < timestamptz '{UNTIL}'"
    );
    numbers(&setup.shop.database, &sql).await.remove(0)
}

/// Recounts net revenue and paid orders by local day, days without any left out.
async fn by_day(setup: &Setup, (seller, currency): (&str, &str), (from, to): (&str, &str)) -> Vec<Vec<i64>> {
    let sql = format!(
        "SELECT extract(epoch FROM date_trunc('day', at, '{SAIGON}'))::bigint AS day, sum(figures[6] - figures[7]),
                sum(figures[2])
         FROM counted WHERE rollup = 'sales' AND key[1] = '{seller}' AND key[2] = '{currency}'
         AND at >= timestamptz '{from}' AND at < timestamptz '{to}'
         GROUP BY 1 HAVING sum(figures[6] - figures[7]) <> 0 OR sum(figures[2]) <> 0 ORDER BY 1"
    );
    numbers(&setup.shop.database, &sql).await
}

async fn assert_dashboard(setup: &mut Setup, seller: &str, currency: &str) {
    let data = setup.data(&dashboard(seller, &format!("tz={SAIGON}&currency={currency}"))).await;
    let [orders, items, gross, refunds] = sums(setup, seller, currency).await[..] else { panic!() };
    assert!(orders > 20, "{seller} sold {orders} orders in {currency}");
    let summary = &data["summary"];
    let shown =
        ["total_orders", "items_sold", "gross_revenue", "refunds", "total_revenue"].map(|name| int(&summary[name]));
    assert_eq!(shown, [orders, items, gross, refunds, gross - refunds], "{seller} {currency}");
    let charts = [&data["charts"]["revenue"], &data["charts"]["orders"]].map(|chart| chart.as_array().unwrap());
    assert_eq!((charts[0].len(), charts[1].len()), (31, 31), "one point a local day");
    let points = charts[0].iter().zip(charts[1]).map(|(revenue, orders)| {
        assert_eq!(revenue["date"], orders["date"]);
        let day: jiff::Timestamp = revenue["date"].as_str().unwrap().parse().unwrap();
        vec![day.as_second(), int(&revenue["value"]), int(&orders["value"])]
    });
    let points: Vec<_> = points.filter(|point| point[1] != 0 || point[2] != 0).collect();
    let range = ("2026-10-21T12:00:00Z", UNTIL);
    assert_eq!(points, by_day(setup, (seller, currency), range).await, "{seller} {currency}");
}

/// The whole shop by day, as admins see it.
async fn assert_daily_revenue(setup: &mut Setup, currency: &str) {
    let target = format!("/api/analytics/revenue?{DAYS}&tz={SAIGON}&currency={currency}");
    let body = setup.ask(&admin(&target)).await.json();
    let days = body["dailyRevenue"].as_array().unwrap().iter().map(|day| int(&day["amountMinor"]));
    let days: Vec<_> = days.filter(|minor| *minor != 0).collect();
    let range = ("2026-10-20T17:00:00Z", "2026-11-20T17:00:00Z");
    let expected: Vec<_> = by_day(setup, ("", currency), range).await.into_iter().map(|day| day[1]).collect();
    assert!(expected.len() > 25, "{currency} was sold on most days");
    assert_eq!(days, expected.into_iter().filter(|minor| *minor != 0).collect::<Vec<_>>());
}

async fn assert_counts(setup: &mut Setup) {
    let statuses = "SELECT jsonb_object_agg(upper(key[2]), figures[1]) FROM counted
                    WHERE rollup = 'order_status' AND key[1] = ''";
    let statuses: Value = serde_json::from_str(&setup.shop.database.rows(statuses).await[0]).unwrap();
    let mut shown = setup.ask(&admin("/api/analytics/orders")).await.json()["ordersByStatus"].clone();
    shown.as_object_mut().unwrap().retain(|_, count| *count != json!(0));
    assert_eq!(shown, statuses);
    let overview = setup.ask(&admin("/api/analytics/dashboard")).await.json();
    let users = "SELECT sum(figures[1]) FROM counted WHERE rollup = 'user'";
    let placed = "SELECT sum(figures[1]) FROM counted WHERE rollup = 'sales' AND key[1] = ''";
    let expected = [setup.shop.database.number(users).await, setup.shop.database.number(placed).await];
    assert_eq!([int(&overview["totalUsers"]), int(&overview["totalOrders"])], expected);
}

/// The money by payment method, against what the shop itself counted while it made up its orders.
async fn assert_money(setup: &mut Setup, simulated: &Simulated) {
    for currency in ["EUR", "USD", "VND"] {
        let target = format!("/api/analytics/revenue/payment-methods?{DAYS}&currency={currency}");
        let body = setup.ask(&admin(&target)).await.json();
        let methods = body["paymentMethods"].as_array().unwrap().iter().map(|method| {
            let name = method["method"].as_str().unwrap().to_owned();
            let moved = Moved { paid_minor: int(&method["grossMinor"]), refunded_minor: int(&method["refundMinor"]) };
            (name, moved)
        });
        let methods: BTreeMap<_, _> = methods.collect();
        let of_currency = simulated.money.iter().filter(|((code, _), _)| *code == currency);
        // Methods are shown in lower case.
        let expected: BTreeMap<_, _> =
            of_currency.map(|((_, method), moved)| (method.to_lowercase(), *moved)).collect();
        assert_eq!(methods, expected, "{currency}");
        assert!(expected.len() == 5 && expected.values().all(|moved| moved.refunded_minor > 0), "{expected:?}");
    }
}

/// What each seller sold, and how many people registered, likewise.
async fn assert_sold(setup: &mut Setup, simulated: &Simulated) {
    for (seller, sold) in &simulated.sold {
        let mut items = 0;
        for currency in ["EUR", "USD", "VND"] {
            let query = format!("currency={currency}");
            items += int(&setup.data(&dashboard(&seller.to_string(), &query)).await["summary"]["items_sold"]);
        }
        assert_eq!(items, *sold, "{seller}");
    }
    let overview = setup.ask(&admin("/api/analytics/dashboard")).await.json();
    assert_eq!(overview["totalUsers"], json!(simulated.users));
    assert_eq!(overview["totalOrders"], json!(simulated.orders));
}

async fn assert_planted(setup: &Setup, simulated: &Simulated) {
    let found = setup.shop.database.rows("SELECT rule || ' ' || subject FROM analytic.finding").await;
    let planted = simulated.planted.iter().map(|planted| format!("{} {}", planted.rule.as_str(), planted.subject));
    let planted: BTreeSet<_> = planted.collect();
    assert!(planted.len() >= 3);
    assert_eq!(found.iter().cloned().collect::<BTreeSet<_>>(), planted);
    assert_eq!(found.len(), planted.len(), "each once");
}

#[tokio::test]
async fn every_figure_of_thirty_days_is_that_of_a_recount_however_the_events_came() {
    let simulated = simulate();
    let events: Vec<_> = simulated.events.iter().map(|event| event.body.to_string()).collect();
    assert!(simulated.orders >= ORDERS, "{} orders", simulated.orders);
    let mut random = ChaCha8Rng::seed_from_u64(30);
    let (mut ordered, mut scrambled) = (Setup::open().await, Setup::open().await);
    let shuffled = shuffle(&events, &mut random);
    // Side by side: this is the longest test of its suite.
    tokio::join!(deliver(&ordered, &events, || 100), deliver(&scrambled, &shuffled, || random.random_range(1..=100)),);
    tokio::join!(ordered.shop.assert_exact(), scrambled.shop.assert_exact());
    for setup in [&ordered, &scrambled] {
        assert_planted(setup, &simulated).await;
    }
    assert_eq!(findings(&ordered).await, findings(&scrambled).await);

    ordered.recount().await;
    let sellers: Vec<_> = simulated.sold.keys().map(ToString::to_string).collect();
    for seller in &sellers {
        assert_dashboard(&mut ordered, seller, "EUR").await;
    }
    for currency in ["EUR", "USD", "VND"] {
        assert_daily_revenue(&mut ordered, currency).await;
        let target = format!("/api/v1/analytic/sales/windows?size=1d&{RANGE}&tz={SAIGON}&currency={currency}");
        let windows = ordered.data(&admin(&target)).await;
        assert_windows(&ordered, &windows, "", ("1 day", SAIGON)).await;
    }
    assert_counts(&mut ordered).await;
    assert_money(&mut ordered, &simulated).await;
    assert_sold(&mut ordered, &simulated).await;

    let (expected, shown) = (answers(&mut ordered, &sellers).await, answers(&mut scrambled, &sellers).await);
    for (question, (shown, expected)) in questions(&sellers).iter().zip(shown.iter().zip(&expected)) {
        assert_eq!(shown, expected, "{question:?}");
    }
}
