//! Months, each against the log.

use cross_tests::back_end::event;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use super::{Setup, assert_average, assert_change, int, numbers};

/// Recounts the months up to now from the log, by Postgres' own calendar, and one more before them: year and month,
/// orders, gross revenue, refunds.
async fn recounted(setup: &Setup, (months, tz, currency): (i64, &str, &str)) -> Vec<Vec<i64>> {
    let sql = format!(
        "SELECT to_char(local, 'YYYYMM')::bigint, coalesce(sum(figures[2]), 0), coalesce(sum(figures[6]), 0), coalesce(sum(figures[7]), 0)
         FROM (SELECT date_trunc('month', now() AT TIME ZONE '{tz}') - make_interval(months => n) AS local
               FROM generate_series(0, {months}) AS n) AS month
         LEFT JOIN counted ON rollup = 'sales' AND key[1] = '' AND key[2] = '{currency}'
              AND date_trunc('month', at AT TIME ZONE '{tz}') = local
         GROUP BY local ORDER BY local"
    );
    numbers(&setup.shop.database, &sql).await
}

async fn assert_months(setup: &Setup, data: &Value, (months, tz, currency): (i64, &str, &str)) {
    let expected = recounted(setup, (months, tz, currency)).await;
    let shown = data["months"].as_array().unwrap();
    assert_eq!((shown.len() + 1, &data["tz"], &data["currency"]), (expected.len(), &json!(tz), &json!(currency)));
    for (pair, shown) in expected.windows(2).zip(shown) {
        let [before, now] = pair else { panic!() };
        assert_eq!(shown["month"], format!("{}-{:02}", now[0] / 100, now[0] % 100));
        let (orders, gross, refunds) = (now[1], now[2], now[3]);
        assert_eq!((int(&shown["orders"]), int(&shown["gross_revenue"])), (orders, gross), "{shown}");
        assert_eq!((int(&shown["refunds"]), int(&shown["revenue"])), (refunds, gross - refunds), "{shown}");
        assert_average(&shown["average_order_value"], (gross, orders));
        assert_change(&shown["orders_change"], (orders, before[1]));
        assert_change(&shown["revenue_change"], (gross - refunds, before[2] - before[3]));
    }
}

/// Orders of about two years up to now, one every 35 hours, and each twentieth cancelled nine days later.
fn years() -> Vec<String> {
    let base: Timestamp = "2026-11-18T09:00:00Z".parse().unwrap();
    let now = Timestamp::now().duration_since(base).as_mins();
    let one = |number: i64| {
        let (id, minute) = (format!("o-{number}"), now - number * 35 * 60 - 1);
        let currency = if number % 4 == 1 { "USD" } else { "EUR" };
        let amount = format!("{}.{:02}", number % 90, number % 100);
        let paid = json!({ "orderId": id, "paymentStatus": "SUCCESS", "amount": amount, "currency": currency });
        let cancelled = event("OrderCancelled", (minute + 9 * 24 * 60).min(now), json!({ "orderId": id }));
        let paid = event("PaymentProcessed", minute, paid);
        if number % 20 == 5 { vec![paid, cancelled] } else { vec![paid] }
    };
    (0..500).flat_map(one).collect()
}

#[tokio::test]
async fn every_month_is_what_a_recount_says_and_the_first_is_compared_too() {
    let mut setup = Setup::open().await;
    setup.send_events(&years()).await;
    setup.recount().await;
    for (months, tz) in [(1, "UTC"), (12, "Asia/Ho_Chi_Minh"), (11, "Europe/Berlin"), (12, "America/New_York")] {
        // In the first hours of a month there may be nothing but a refund, in dollars.
        for currency in ["EUR", "USD"] {
            let data = setup.admin(&format!("months?months={months}&tz={tz}&currency={currency}")).await;
            assert_months(&setup, &data, (months, tz, currency)).await;
        }
    }
    let data = setup.admin("months").await;
    assert_months(&setup, &data, (12, "UTC", "EUR")).await;
    assert!(data["months"][0]["orders_change"].is_number(), "the month before the first is known");
}

#[tokio::test]
async fn the_last_moment_of_a_month_depends_on_the_zone() {
    let mut setup = Setup::open().await;
    let base: Timestamp = "2026-11-18T09:00:00Z".parse().unwrap();
    // 20:00Z on the last day of the month before last is the first of the next one in Saigon.
    let first = Timestamp::now().to_zoned(jiff::tz::TimeZone::UTC).first_of_month().unwrap().start_of_day().unwrap();
    let edge = first.checked_sub(jiff::Span::new().months(1)).unwrap().timestamp() - SignedDuration::from_hours(4);
    let paid = json!({ "orderId": "o-1", "paymentStatus": "SUCCESS", "amount": 1 });
    setup.send_events(&[event("PaymentProcessed", edge.duration_since(base).as_mins(), paid)]).await;
    setup.recount().await;
    for tz in ["UTC", "Asia/Ho_Chi_Minh"] {
        let data = setup.admin(&format!("months?months=4&tz={tz}")).await;
        assert_months(&setup, &data, (4, tz, "EUR")).await;
        let orders: Vec<_> = data["months"].as_array().unwrap().iter().map(|month| int(&month["orders"])).collect();
        assert_eq!(orders.iter().sum::<i64>(), 1, "{tz}: {orders:?}");
    }
    let months = async |setup: &mut Setup, tz: &str| {
        let data = setup.admin(&format!("months?months=6&tz={tz}")).await;
        let months = data["months"].as_array().unwrap().clone();
        months.iter().find(|month| month["orders"] == 1).unwrap()["month"].as_str().unwrap().to_owned()
    };
    assert!(months(&mut setup, "UTC").await < months(&mut setup, "Asia/Ho_Chi_Minh").await);
}
