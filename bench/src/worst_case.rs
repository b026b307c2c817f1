//! The most expensive response of each route: the longest span, the time zone whose days need the finest stored spans,
//! the most rows; in a shop of five years with 100,000 orders a month. And the daily search for abandoned carts.

use std::time::Instant;

use serde_json::json;
use testkit::{Function, HttpEvent, TestDatabase};

use crate::figure::Figure;
use crate::rig::{Rig, drive};
use crate::sample::percentile;

/// Loads the figures of a number of days, as the projection would have left them.
const HISTORY: &str = include_str!("../sql/shop_history.sql");
const DAYS: u32 = 1_830;
/// Loads the data of the other routes.
const MORE: &str = include_str!("../sql/worst_case.sql");
/// Days of this zone start at a quarter hour (UTC+5:45), so none is a stored day.
const ZONE: &str = "Asia/Kathmandu";
/// Requests of each kind in a round.
const REQUESTS: usize = 20;
/// Carts: events of one account and product in an hour. The time per event should stay constant.
const CART_EVENTS: [u32; 4] = [10_000, 20_000, 40_000, 80_000];

/// Measures every route, then carts of one product.
pub(crate) async fn measure(rig: &Rig) -> Vec<Figure> {
    let database = TestDatabase::create().await;
    database.execute(&HISTORY.replace("$1", &DAYS.to_string())).await;
    database.execute(MORE).await;
    database.execute("VACUUM (ANALYZE)").await;
    let variables = [("SEGMENT_THRESHOLDS", "EUR:100000/20000")];
    let mut function = rig.function("answer-queries", database.url(), &variables).await;
    let mut figures = Vec::new();
    for (name, target) in reads() {
        // from here on the pages of the range are cached
        answered(&mut function, &target).await;
        let mut times = Vec::with_capacity(rig.rounds * REQUESTS);
        for _ in 0..rig.rounds * REQUESTS {
            times.push(answered(&mut function, &target).await);
        }
        for percent in [50, 99] {
            let case = format!("{name}, p{percent}");
            figures.push(Figure::alone("worst_case", case, "ms", percentile(&times, percent)));
        }
    }
    figures.extend(carts(rig).await);
    figures
}

/// Each route with its most expensive query.
fn reads() -> Vec<(&'static str, String)> {
    const V1: &str = "/api/v1/analytic";
    const ADMIN: &str = "/api/analytics";
    let now = jiff::Timestamp::now();
    let year = now - jiff::SignedDuration::from_hours(24 * 366);
    let date = |at: jiff::Timestamp| at.to_zoned(jiff::tz::TimeZone::UTC).date();
    let utc_days = format!("from={}&to={}", date(year), date(now));
    let days = format!("{utc_days}&tz={ZONE}");
    vec![
        ("popularity/top, page 10 of 100", format!("{V1}/popularity/top?page=10&limit=100")),
        ("alerts, 100 with the most evidence", format!("{V1}/alerts?limit=100")),
        ("seller-dashboard, 366 days", format!("{V1}/seller-dashboard?start={year}&tz={ZONE}")),
        ("sales/windows, 366 of a day", format!("{V1}/sales/windows?size=1d&start={year}&tz={ZONE}")),
        ("sales/windows, 1440 of an hour", format!("{V1}/sales/windows?size=1h&start={}", hours(now, 1_439))),
        ("sales/windows, 1440 of a minute", format!("{V1}/sales/windows?size=1m&start={}", minutes(now, 1_439))),
        ("sales/top-products, a day, 100", format!("{V1}/sales/top-products?window=1d&by=revenue&limit=100")),
        ("sales/categories, a day, 100", format!("{V1}/sales/categories?window=1d&by=revenue&limit=100")),
        ("sales/customer-segments", format!("{V1}/sales/customer-segments")),
        ("sales/months, 12", format!("{V1}/sales/months?months=12&tz={ZONE}")),
        ("analytics/dashboard", format!("{ADMIN}/dashboard?tz={ZONE}")),
        ("analytics/revenue, 366 days", format!("{ADMIN}/revenue?{days}")),
        ("analytics/revenue/payment-methods, 366 days", format!("{ADMIN}/revenue/payment-methods?{days}")),
        ("analytics/orders", format!("{ADMIN}/orders")),
        ("analytics/users, 366 days", format!("{ADMIN}/users?{days}")),
        ("analytics/events, 366 days", format!("{ADMIN}/events?{days}")),
        ("analytics/recommendations, 366 days", format!("{ADMIN}/recommendations?{utc_days}")),
    ]
}

fn hours(now: jiff::Timestamp, count: i64) -> jiff::Timestamp {
    now - jiff::SignedDuration::from_hours(count)
}

fn minutes(now: jiff::Timestamp, count: i64) -> jiff::Timestamp {
    now - jiff::SignedDuration::from_mins(count)
}

/// Milliseconds of one request, of a seller who is an admin too.
async fn answered(function: &mut Function, target: &str) -> f64 {
    let seller = if target.contains("seller-dashboard") { "seller-1" } else { "an-admin" };
    let event = HttpEvent::new("GET", target).claim("sub", seller).claim("cognito:groups", "[admin]");
    drive(function, vec![event.event().to_string()]).await * 1e3
}

/// Milliseconds of a run of judge-carts by the number of events of one product, half added and half removed.
async fn carts(rig: &Rig) -> Vec<Figure> {
    let mut figures = Vec::new();
    for events in CART_EVENTS {
        let database = TestDatabase::create().await;
        let insert = format!(
            "INSERT INTO analytic.interaction (origin, event_id, account_id, ref_type, ref_id, event_type, occurred_at,
                                               date_created)
             SELECT gen_random_uuid(), gen_random_uuid(), md5('account')::uuid, 'Product', md5('product')::uuid,
                    CASE WHEN n <= {events} / 2 THEN 'add_to_cart' ELSE 'remove_from_cart' END, at, at
             FROM generate_series(1, {events}) AS n,
                  LATERAL (SELECT now() - interval '40 hours' + make_interval(secs => n * 0.01)) AS moment (at)"
        );
        database.execute(&insert).await;
        database.execute("VACUUM (ANALYZE)").await;
        let mut function = rig.function("judge-carts", database.url(), &[("ABANDONED_CART_HOURS", "24")]).await;
        let mut times = Vec::new();
        for _ in 0..=rig.rounds {
            let started = Instant::now();
            function.invoke(&json!({})).await.answer();
            times.push(started.elapsed().as_secs_f64() * 1e3);
        }
        // the first one connects
        let case = format!("judge-carts, {events} events of one product, p50");
        figures.push(Figure::alone("worst_case", case, "ms", percentile(&times[1..], 50)));
    }
    figures
}
