//! What belongs to a period: its boundaries, its days, late events, later refunds.

use serde_json::{Value, json};

use crate::market::{Market, points, sale, shop_event};

fn at<'a>(found: &'a Value, pointer: &str) -> &'a Value {
    found.pointer(pointer).unwrap_or_else(|| panic!("no {pointer} in {found}"))
}

#[tokio::test]
async fn an_order_at_the_start_counts_and_one_at_the_end_does_not() {
    let mut market = Market::open().await;
    let mut events = Vec::new();
    for (id, time, price) in [
        ("before", "2026-11-09T23:59:59.999Z", "1.00 EUR"),
        ("start", "2026-11-10T00:00:00Z", "0.20 EUR"),
        ("last", "2026-11-10T23:59:59.999Z", "0.03 EUR"),
        ("end", "2026-11-11T00:00:00Z", "50.00 EUR"),
    ] {
        events.extend(sale(id, "s-1", time, price));
    }
    market.send_events(&events).await;
    let found = market.dashboard("s-1", "start=2026-11-10T00:00:00Z&end=2026-11-11T00:00:00Z").await;
    assert_eq!((at(&found, "/summary/total_orders"), at(&found, "/summary/total_revenue")), (&json!(2), &json!(23)));
    assert_eq!(points(&found["charts"]["revenue"]), "2026-11-10T00:00:00Z 23\n");
    // seconds do not matter: figures are stored by the minute, and the response contains the rounded range
    let found = market.dashboard("s-1", "start=2026-11-10T00:00:59.5Z&end=2026-11-10T23:59:00.1Z").await;
    assert_eq!(
        found["range"],
        json!({ "start": "2026-11-10T00:00:00Z", "end": "2026-11-11T00:00:00Z", "granularity": "day", "tz": "UTC" })
    );
    assert_eq!(at(&found, "/summary/total_revenue"), 23);
}

#[tokio::test]
async fn days_are_local_and_as_long_as_the_clock_makes_them() {
    let mut market = Market::open().await;
    let mut events = Vec::new();
    // Berlin: clocks went back on 2026-10-25, so this day has 25 hours, and forward on 2026-03-29.
    for (id, time, price) in [
        ("first", "2026-10-24T22:00:00Z", "1 EUR"),
        ("twenty-fifth hour", "2026-10-25T22:30:00Z", "0.10 EUR"),
        ("next day", "2026-10-25T23:00:00Z", "20 EUR"),
        ("last of the short day", "2026-03-29T21:59:00Z", "3 EUR"),
        ("behind the short day", "2026-03-29T22:00:00Z", "40 EUR"),
    ] {
        events.extend(sale(id, "s-1", time, price));
    }
    market.send_events(&events).await;
    let zone = "tz=Europe/Berlin";
    let found = market.dashboard("s-1", &format!("start=2026-10-23T22:00:00Z&end=2026-10-27T23:00:00Z&{zone}")).await;
    insta::assert_snapshot!(points(&found["charts"]["revenue"]), @r"
    2026-10-23T22:00:00Z 0
    2026-10-24T22:00:00Z 110
    2026-10-25T23:00:00Z 2000
    2026-10-26T23:00:00Z 0
    ");
    let found = market.dashboard("s-1", &format!("start=2026-03-28T23:00:00Z&end=2026-03-30T22:00:00Z&{zone}")).await;
    insta::assert_snapshot!(points(&found["charts"]["revenue"]), @r"
    2026-03-28T23:00:00Z 300
    2026-03-29T22:00:00Z 4000
    ");
    let found = market
        .dashboard("s-1", &format!("start=2026-10-22T10:00:00Z&end=2026-10-28T00:00:00Z&granularity=week&{zone}"))
        .await;
    insta::assert_snapshot!(points(&found["charts"]["orders"]), @r"
    2026-10-18T22:00:00Z 2
    2026-10-25T23:00:00Z 1
    ");
    let found = market
        .dashboard("s-1", &format!("start=2026-03-01T00:00:00Z&end=2026-11-01T00:00:00Z&granularity=month&{zone}"))
        .await;
    insta::assert_snapshot!(points(&found["charts"]["orders"]), @r"
    2026-02-28T23:00:00Z 2
    2026-03-31T22:00:00Z 0
    2026-04-30T22:00:00Z 0
    2026-05-31T22:00:00Z 0
    2026-06-30T22:00:00Z 0
    2026-07-31T22:00:00Z 0
    2026-08-31T22:00:00Z 0
    2026-09-30T22:00:00Z 3
    2026-10-31T23:00:00Z 0
    ");
}

#[tokio::test]
async fn a_change_is_a_percentage_or_nothing() {
    let mut market = Market::open().await;
    let mut events = sale("o-1", "s-1", "2026-11-11T10:00:00Z", "30 EUR");
    events.extend(sale("o-2", "s-1", "2026-11-12T10:00:00Z", "40 EUR"));
    market.send_events(&events).await;
    let day = |n: u32| format!("start=2026-11-{n}T00:00:00Z&end=2026-11-{}T00:00:00Z&currency=EUR", n + 1);
    let change = |revenue: Value, count: Value| json!({ "revenue_change": revenue, "orders_change": count, "items_sold_change": count });
    let found = market.dashboard("s-1", &day(11)).await;
    assert_eq!(found["summary"]["comparison"], change(Value::Null, Value::Null), "nothing before");
    let found = market.dashboard("s-1", &day(12)).await;
    assert_eq!(found["summary"]["comparison"], change(json!(33.33), json!(0.0)));
    let found = market.dashboard("s-1", &day(13)).await;
    assert_eq!(found["summary"]["comparison"], change(json!(-100.0), json!(-100.0)));
}

#[tokio::test]
async fn late_news_correct_the_day_they_belong_to() {
    let mut market = Market::open().await;
    market.send_events(&sale("o-1", "s-1", "2026-11-12T10:00:00Z", "10 EUR")).await;
    let days = "start=2026-11-10T00:00:00Z&end=2026-11-13T00:00:00Z";
    let found = market.dashboard("s-1", days).await;
    insta::assert_snapshot!(points(&found["charts"]["revenue"]), @r"
    2026-11-10T00:00:00Z 0
    2026-11-11T00:00:00Z 0
    2026-11-12T00:00:00Z 1000
    ");
    // another order of two days before, and an earlier payment of the one that is known
    let mut late = sale("o-2", "s-1", "2026-11-10T10:00:00Z", "7 EUR");
    let earlier =
        json!({ "orderId": "o-1", "paymentId": "deposit", "paymentStatus": "PAID", "amount": "3", "currency": "EUR" });
    late.push(shop_event("PaymentProcessed", "2026-11-11T09:00:00Z", earlier));
    market.send_events(&late).await;
    let found = market.dashboard("s-1", days).await;
    insta::assert_snapshot!(points(&found["charts"]["revenue"]), @r"
    2026-11-10T00:00:00Z 700
    2026-11-11T00:00:00Z 300
    2026-11-12T00:00:00Z 1000
    ");
    insta::assert_snapshot!(points(&found["charts"]["orders"]), @r"
    2026-11-10T00:00:00Z 1
    2026-11-11T00:00:00Z 1
    2026-11-12T00:00:00Z 0
    ");
}

#[tokio::test]
async fn money_that_goes_back_later_lowers_the_later_period() {
    let mut market = Market::open().await;
    let mut events = sale("o-1", "s-1", "2026-11-10T10:00:00Z", "10 EUR");
    events.push(shop_event(
        "OrderReturned",
        "2026-11-12T10:00:00Z",
        json!({ "orderId": "o-1", "refundAmount": "4.50", "currency": "EUR" }),
    ));
    market.send_events(&events).await;
    let sold = market.dashboard("s-1", "start=2026-11-10T00:00:00Z&end=2026-11-11T00:00:00Z").await;
    assert_eq!((at(&sold, "/summary/total_revenue"), at(&sold, "/summary/refunds")), (&json!(1000), &json!(0)));
    let returned = market.dashboard("s-1", "start=2026-11-12T00:00:00Z&end=2026-11-13T00:00:00Z&currency=EUR").await;
    insta::assert_snapshot!(format!("{} {} {}", returned["summary"]["total_revenue"], returned["summary"]["total_orders"], returned["currencies"]),
        @r#"-450 0 [{"currency":"EUR","gross_revenue":0,"items_sold":0,"orders":0,"refunds":450,"revenue":-450}]"#);
    assert_eq!(returned["top_products"], json!([]), "what only came back was not sold");
    // a currency with refunds only is one that figures are in
    let unasked = market.dashboard("s-1", "start=2026-11-12T00:00:00Z&end=2026-11-13T00:00:00Z").await;
    assert_eq!((&unasked["currency"], at(&unasked, "/summary/refunds")), (&json!("EUR"), &json!(450)));
}
