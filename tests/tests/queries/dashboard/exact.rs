//! Every figure equals plain SQL over the event log.

use serde_json::{Value, json};

use crate::market::{Market, points};

const RANGES: [(&str, &str, &str); 3] = [
    // start, end, as long before
    ("2026-11-14T00:00:00Z", "2026-11-19T00:00:00Z", "2026-11-09T00:00:00Z"),
    ("2026-11-16T13:07:00Z", "2026-11-17T22:41:00Z", "2026-11-15T03:33:00Z"),
    ("2026-11-17T00:00:00Z", "2026-11-18T00:00:00Z", "2026-11-16T00:00:00Z"),
];
const ZONES: [&str; 4] = ["UTC", "Asia/Ho_Chi_Minh", "America/St_Johns", "Asia/Kathmandu"];

fn change(now: i64, before: i64) -> Value {
    if before <= 0 {
        return Value::Null;
    }
    json!(((now - before) as f64 / before as f64 * 10_000.0).round() / 100.0)
}

#[tokio::test]
async fn the_summary_is_what_the_log_says() {
    let mut market = Market::with_history().await;
    let (mut compared, mut shipped) = (0, 0);
    for (start, end, before) in RANGES {
        for seller in ["seller-0", "seller-1", "seller-2", "seller-3", "seller-9"] {
            for currency in ["EUR", "USD"] {
                let query = format!("start={start}&end={end}&currency={currency}");
                let found = market.dashboard(seller, &query).await;
                let [orders, items, gross, refunds, shipping, tax, fees] =
                    market.recount_all(seller, currency, (start, end)).await;
                let [orders_before, items_before, gross_before, refunds_before] =
                    market.recount(seller, currency, (before, start)).await;
                let summary = &found["summary"];
                assert_eq!(summary["total_orders"], orders, "{seller} {query}");
                assert_eq!(summary["items_sold"], items);
                assert_eq!(summary["gross_revenue"], gross);
                assert_eq!(summary["refunds"], refunds);
                assert_eq!(summary["total_revenue"], gross - refunds);
                assert_eq!([&summary["shipping"], &summary["tax"], &summary["fees"]], [shipping, tax, fees]);
                let comparison = json!({
                    "revenue_change": change(gross - refunds, gross_before - refunds_before),
                    "orders_change": change(orders, orders_before), "items_sold_change": change(items, items_before),
                });
                assert_eq!(summary["comparison"], comparison, "{seller} {query}");
                compared += orders;
                shipped += shipping;
            }
        }
    }
    assert!(compared > 100, "too little was sold to compare: {compared}");
    assert!(shipped > 10_000, "too little was shipped to compare: {shipped}");
}

#[tokio::test]
async fn the_charts_are_what_the_log_says_in_any_time_zone() {
    let mut market = Market::with_history().await;
    for (start, end, _) in RANGES {
        for (granularity, zone) in ["day", "week", "month"].into_iter().flat_map(|unit| ZONES.map(|zone| (unit, zone)))
        {
            let query = format!("start={start}&end={end}&currency=EUR&granularity={granularity}&tz={zone}");
            let found = market.dashboard("seller-1", &query).await;
            for (chart, figure) in [("revenue", "figures[6] - figures[7]"), ("orders", "figures[2]")] {
                let recount = format!(
                    "SELECT to_char((bucket AT TIME ZONE '{zone}') AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"') || ' ' || coalesce(sum({figure}), 0)
                     FROM generate_series(date_trunc('{granularity}', '{start}'::timestamptz AT TIME ZONE '{zone}'),
                                          ('{end}'::timestamptz - interval '1 minute') AT TIME ZONE '{zone}', '1 {granularity}') AS bucket
                     LEFT JOIN (SELECT figures, to_timestamp(key[2]::bigint) AS at FROM recount
                                WHERE rollup = 'sales' AND key[1] = 'minute' AND key[3] = 'seller-1' AND key[4] = 'EUR') AS cell
                       ON date_trunc('{granularity}', at AT TIME ZONE '{zone}') = bucket AND at >= '{start}' AND at < '{end}'
                     GROUP BY bucket ORDER BY bucket"
                );
                let recounted = market.shop.database.rows(&recount).await.join("\n") + "\n";
                assert_eq!(points(&found["charts"][chart]), recounted, "{chart} {query}");
            }
        }
    }
}

#[tokio::test]
async fn the_top_products_are_what_the_log_says() {
    let mut market = Market::with_history().await;
    for (start, end, _) in RANGES {
        for (seller, currency) in
            ["seller-0", "seller-2", "seller-9"].into_iter().flat_map(|seller| [(seller, "EUR"), (seller, "USD")])
        {
            let found = market.dashboard(seller, &format!("start={start}&end={end}&currency={currency}")).await;
            let recount = format!(
                "SELECT key[4], (sum(figures[2]) / 1000)::bigint, sum(figures[3] - figures[4]) FROM recount
                 WHERE rollup = 'product' AND key[1] = 'minute' AND key[3] = '{seller}' AND key[5] = '{currency}'
                   AND to_timestamp(key[2]::bigint) >= '{start}' AND to_timestamp(key[2]::bigint) < '{end}'
                 GROUP BY key[4] HAVING sum(figures[2]) > 0 ORDER BY 2 DESC, 3 DESC, 1 LIMIT 5"
            );
            let shown: Vec<_> = found["top_products"]
                .as_array()
                .unwrap()
                .iter()
                .map(|product| {
                    format!(
                        "{} | {} | {}",
                        product["sku_id"].as_str().unwrap(),
                        product["sold_count"],
                        product["revenue"]
                    )
                })
                .collect();
            assert_eq!(shown, market.shop.database.rows(&recount).await, "{seller} {currency} {start}");
        }
    }
}

#[tokio::test]
async fn currencies_stand_side_by_side_and_the_one_with_most_paid_orders_is_shown() {
    let mut market = Market::with_history().await;
    let (start, end, _) = RANGES[0];
    let found = market.dashboard("seller-1", &format!("start={start}&end={end}")).await;
    let mut expected = Vec::new();
    for currency in ["EUR", "USD"] {
        let [orders, items, gross, refunds] = market.recount("seller-1", currency, (start, end)).await;
        expected.push(
            json!({ "currency": currency, "revenue": gross - refunds, "gross_revenue": gross, "refunds": refunds,
                              "orders": orders, "items_sold": items }),
        );
    }
    assert_eq!(found["currencies"], json!(expected));
    let shown = if expected[1]["orders"].as_i64() > expected[0]["orders"].as_i64() { "USD" } else { "EUR" };
    assert_eq!(found["currency"], shown);
    let asked = market.dashboard("seller-1", &format!("start={start}&end={end}&currency={shown}")).await;
    assert_eq!(asked, found);
}
