//! Windows, each against the log.

use cross_tests::back_end::{event, order, spu};
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use super::{Setup, assert_average, assert_change, int, numbers, seller};

/// Recounts windows from the log, by Postgres' own calendar: the one before, then each of the range. Start and end in
/// seconds since 1970, orders, gross revenue, refunds, shipping, tax, fees.
async fn recounted(
    setup: &Setup,
    (seller, currency): (&str, &str),
    (step, tz): (&str, &str),
    range: &Value,
) -> Vec<Vec<i64>> {
    let (start, end) = (range["start"].as_str().unwrap(), range["end"].as_str().unwrap());
    let sql = format!(
        "SELECT extract(epoch FROM lower)::bigint, extract(epoch FROM upper)::bigint, coalesce(sum(figures[2]), 0),
                coalesce(sum(figures[6]), 0), coalesce(sum(figures[7]), 0), coalesce(sum(figures[8]), 0),
                coalesce(sum(figures[9]), 0), coalesce(sum(figures[10]), 0)
         FROM (SELECT local AT TIME ZONE '{tz}' AS lower, (local + interval '{step}') AT TIME ZONE '{tz}' AS upper
               FROM generate_series((timestamptz '{start}' AT TIME ZONE '{tz}') - interval '{step}',
                    (timestamptz '{end}' AT TIME ZONE '{tz}') - interval '{step}', interval '{step}') AS local) AS span
         LEFT JOIN counted ON rollup = 'sales' AND at >= lower AND at < upper AND key[1] = '{seller}' AND key[2] = '{currency}'
         GROUP BY lower, upper ORDER BY lower"
    );
    numbers(&setup.shop.database, &sql).await
}

fn seconds(value: &Value) -> i64 {
    value.as_str().unwrap().parse::<Timestamp>().unwrap().as_second()
}

/// Checks every window, the first one too, and the sums by currency.
pub(super) async fn assert_windows(setup: &Setup, data: &Value, seller: &str, (step, tz): (&str, &str)) {
    let currency = data["currency"].as_str().unwrap();
    let expected = recounted(setup, (seller, currency), (step, tz), &data["range"]).await;
    let windows = data["windows"].as_array().unwrap();
    assert_eq!(windows.len() + 1, expected.len(), "{}", data["range"]);
    for (pair, shown) in expected.windows(2).zip(windows) {
        let [before, now] = pair else { panic!() };
        assert_eq!((seconds(&shown["start"]), seconds(&shown["end"])), (now[0], now[1]));
        let (orders, gross, refunds) = (now[2], now[3], now[4]);
        assert_eq!((int(&shown["orders"]), int(&shown["gross_revenue"])), (orders, gross), "{shown}");
        assert_eq!((int(&shown["refunds"]), int(&shown["revenue"])), (refunds, gross - refunds), "{shown}");
        assert_eq!(["shipping", "tax", "fees"].map(|name| int(&shown[name])), now[5..], "{shown}");
        assert_average(&shown["average_order_value"], (gross, orders));
        assert_change(&shown["trend"]["orders_change"], (orders, before[2]));
        assert_change(&shown["trend"]["revenue_change"], (gross - refunds, before[3] - before[4]));
    }
    let total = format!(
        "SELECT jsonb_agg(jsonb_build_object('currency', currency, 'orders', orders, 'items_sold', items, 'gross_revenue', gross,
                'refunds', refunds, 'revenue', gross - refunds) ORDER BY currency)
         FROM (SELECT key[2] AS currency, sum(figures[2]) AS orders, (sum(figures[5]) / 1000)::bigint AS items, sum(figures[6]) AS gross,
                      sum(figures[7]) AS refunds FROM counted
               WHERE rollup = 'sales' AND key[1] = '{seller}' AND at >= {} AND at < {} GROUP BY 1) AS sums",
        data["range"]["start"].to_string().replace('"', "'"),
        data["range"]["end"].to_string().replace('"', "'"),
    );
    let total: Value = serde_json::from_str(&setup.shop.database.rows(&total).await[0]).unwrap();
    assert_eq!(data["currencies"], total);
}

#[tokio::test]
async fn every_window_of_shop_and_seller_is_what_a_recount_says_in_each_currency() {
    let mut setup = Setup::with_history(11, 300).await;
    for (size, step, range) in [
        ("1m", "1 minute", "start=2026-11-17T08:00:30Z&end=2026-11-18T07:30:00Z"),
        ("5m", "5 minutes", "start=2026-11-15T10:02:00Z&end=2026-11-19T13:00:00Z"),
        ("1h", "1 hour", "start=2026-11-15T10:02:00Z&end=2026-11-19T13:00:01Z"),
        ("1d", "1 day", "start=2026-11-13T10:02:00Z&end=2026-11-19T13:00:00Z"),
    ] {
        for tz in ["UTC", "Asia/Kathmandu", "America/New_York"] {
            for currency in ["", "&currency=EUR", "&currency=USD"] {
                let target = format!("windows?size={size}&{range}&tz={tz}{currency}");
                let data = setup.admin(&target).await;
                assert_eq!((&data["size"], &data["range"]["tz"]), (&json!(size), &json!(tz)));
                assert_eq!(data["currency"], if currency == "&currency=USD" { "USD" } else { "EUR" }, "twice as many");
                assert_windows(&setup, &data, "", (step, if size == "1d" { tz } else { "UTC" })).await;
            }
        }
    }
    let target = "windows?size=1h&start=2026-11-15T00:00:00Z&end=2026-11-19T00:00:00Z";
    for id in ["seller-0", "seller-1", "seller-9"] {
        let own = setup.data(&seller(id, target)).await;
        assert_windows(&setup, &own, id, ("1 hour", "UTC")).await;
        assert_eq!(setup.admin(&format!("{target}&seller_id={id}")).await, own);
        assert_eq!(setup.data(&seller(id, &format!("{target}&seller_id={id}"))).await, own);
    }
}

#[tokio::test]
async fn windows_are_half_open_and_aligned() {
    let mut setup = Setup::open().await;
    // Paid at 09:01:00 exactly, for 20.01.
    setup.send_events(&order("o-1", &spu(1), "10.00")).await;
    let mut orders = async |target: &str| {
        let data = setup.admin(&format!("windows?{target}")).await;
        let windows = data["windows"].as_array().unwrap().clone();
        let shown = windows.iter().map(|window| format!("{} {}", window["start"].as_str().unwrap(), window["orders"]));
        shown.collect::<Vec<_>>()
    };
    let at = |time: &str| format!("2026-11-18T{time}Z");
    let minutes = orders("start=2026-11-18T09:00:00Z&end=2026-11-18T09:02:00Z").await;
    assert_eq!(minutes, [at("09:00:00") + " 0", at("09:01:00") + " 1"]);
    assert_eq!(orders("start=2026-11-18T09:00:59Z&end=2026-11-18T09:01:00Z").await, [at("09:00:00") + " 0"]);
    assert_eq!(orders("start=2026-11-18T09:01:59Z&end=2026-11-18T09:02:00Z").await, [at("09:01:00") + " 1"]);
    let touched = orders("start=2026-11-18T09:00:59Z&end=2026-11-18T09:01:00.000000001Z").await;
    assert_eq!(touched, [at("09:00:00") + " 0", at("09:01:00") + " 1"]);
    assert_eq!(orders("size=5m&start=2026-11-18T09:04:00Z&end=2026-11-18T09:05:00Z").await, [at("09:00:00") + " 1"]);
    assert_eq!(
        orders("size=1h&start=2026-11-18T10:00:00%2B01:00&end=2026-11-18T09:00:01Z").await,
        [at("09:00:00") + " 1"]
    );
}

#[tokio::test]
async fn a_day_has_as_many_hours_as_the_clocks_of_its_zone_gave_it() {
    let mut setup = Setup::open().await;
    let base: Timestamp = "2026-11-18T09:00:00Z".parse().unwrap();
    let paid = |id: &str, at: &str| {
        let minute = at.parse::<Timestamp>().unwrap().duration_since(base).as_mins();
        let fields = json!({ "orderId": id, "paymentStatus": "SUCCESS", "amount": "1.00" });
        event("PaymentProcessed", minute, fields)
    };
    // In Berlin the 25th of October 2026 lasts from 22:00Z to 23:00Z on the next day, 25 hours.
    let events = [
        paid("o-24", "2026-10-24T21:59:00Z"),
        paid("o-25-first", "2026-10-24T22:00:00Z"),
        paid("o-25-last", "2026-10-25T22:59:00Z"),
        paid("o-26", "2026-10-25T23:00:00Z"),
    ];
    setup.send_events(&events).await;
    setup.recount().await;
    let target = "windows?size=1d&tz=Europe/Berlin&start=2026-10-24T12:00:00Z&end=2026-10-26T12:00:00Z";
    let data = setup.admin(target).await;
    assert_windows(&setup, &data, "", ("1 day", "Europe/Berlin")).await;
    let days = data["windows"].as_array().unwrap();
    let shown: Vec<_> = days.iter().map(|day| (seconds(&day["end"]) - seconds(&day["start"])) / 3600).collect();
    assert_eq!(shown, [24, 25, 24]);
    assert_eq!(days.iter().map(|day| int(&day["orders"])).collect::<Vec<_>>(), [1, 2, 1]);
}

#[tokio::test]
async fn without_parameters_the_last_sixty_minutes_are_shown_with_the_current_one() {
    let mut setup = Setup::open().await;
    let now = Timestamp::now();
    let paid = |id: &str, minutes: i64| {
        let at = now - SignedDuration::from_mins(minutes);
        let event = json!({ "event": "PaymentProcessed", "timestamp": at.to_string(), "orderId": id, "paymentStatus": "SUCCESS", "amount": 5 });
        event.to_string()
    };
    setup.send_events(&[paid("now", 0), paid("recent", 50), paid("gone", 70)]).await;
    let data = setup.admin("windows").await;
    let windows = data["windows"].as_array().unwrap();
    assert_eq!(windows.len(), 60);
    assert_eq!(windows.iter().map(|window| int(&window["orders"])).sum::<i64>(), 2);
    assert_eq!((&data["size"], &data["currency"]), (&json!("1m"), &json!("EUR")));
    assert_eq!(data["currencies"][0]["gross_revenue"], 1_000);
}

#[tokio::test]
async fn where_nothing_was_sold_there_are_zeros_and_no_currency() {
    let mut setup = Setup::open().await;
    let data = setup.admin("windows?size=1d&start=2026-01-01T00:00:00Z&end=2026-01-02T00:00:00Z").await;
    insta::assert_snapshot!(data, @r#"{"currencies":[],"currency":null,"range":{"end":"2026-01-02T00:00:00Z","start":"2026-01-01T00:00:00Z","tz":"UTC"},"size":"1d","windows":[{"average_order_value":null,"end":"2026-01-02T00:00:00Z","fees":0,"gross_revenue":0,"orders":0,"refunds":0,"revenue":0,"shipping":0,"start":"2026-01-01T00:00:00Z","tax":0,"trend":{"orders_change":null,"revenue_change":null}}]}"#);
}

#[tokio::test]
async fn the_hours_and_days_of_a_product_are_what_a_recount_says() {
    let mut setup = Setup::with_history(12, 300).await;
    let product =
        "SELECT key[2] FROM counted WHERE rollup = 'product' GROUP BY 1 ORDER BY sum(figures[1]) DESC, 1 LIMIT 1";
    let product = setup.shop.database.rows(product).await.remove(0);
    let range = "start=2026-11-13T00:00:00Z&end=2026-11-20T00:00:00Z";
    let of = |seller: &str, currency: &str| {
        format!(
            "SELECT coalesce(sum(figures[1]), 0), coalesce(sum(figures[3]), 0), coalesce(sum(figures[4]), 0) FROM counted
             WHERE rollup = 'product' AND key[2] = '{product}' AND key[3] = '{currency}'
               AND ('{seller}' = '' OR key[1] = '{seller}') AND at >= '2026-11-13' AND at < '2026-11-20'"
        )
    };
    let mut sold = 0;
    for (size, tz) in [("1h", "UTC"), ("1d", "UTC"), ("1d", "Asia/Kathmandu")] {
        for (id, currency) in [("", "EUR"), ("", "USD"), ("seller-0", "EUR"), ("seller-1", "EUR"), ("seller-2", "EUR")]
        {
            let target = format!("windows?size={size}&{range}&tz={tz}&currency={currency}&product_id={product}");
            let data = match id {
                "" => setup.admin(&target).await,
                id => setup.data(&seller(id, &target)).await,
            };
            let sum =
                |name: &str| data["windows"].as_array().unwrap().iter().map(|window| int(&window[name])).sum::<i64>();
            let shown = vec![sum("orders"), sum("gross_revenue"), sum("refunds")];
            let counted = numbers(&setup.shop.database, &of(id, currency)).await.remove(0);
            assert_eq!(shown, counted, "{size} {tz} {id} {currency}");
            assert_eq!(sum("shipping") + sum("tax") + sum("fees"), 0, "products have no charges");
            sold += shown[0];
        }
    }
    assert!(sold > 20, "{sold} orders with {product}");
}
