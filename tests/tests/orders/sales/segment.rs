//! Customers by what they spent, against the log.

use cross_tests::back_end::event;
use serde_json::{Value, json};

use super::{Setup, admin, int};

/// A payment of a customer, and its refund.
fn spend(id: &str, customer: &str, (paid, back): (&str, &str), currency: &str) -> Vec<String> {
    let created = json!({ "orderId": id, "customerId": customer, "currency": currency, "items": [] });
    let payment = json!({ "orderId": id, "paymentStatus": "SUCCESS", "amount": paid, "currency": currency });
    let returned = json!({ "orderId": id, "refundAmount": back, "currency": currency });
    let mut events = vec![event("OrderCreated", 0, created), event("PaymentProcessed", 1, payment)];
    if back != "0" {
        events.push(event("OrderReturned", 9, returned));
    }
    events
}

/// Recounts the customers of a currency from the log: customers, orders, net spend of High, Medium and Low.
async fn recounted(setup: &Setup, currency: &str, (high, medium): (i64, i64)) -> [[i64; 3]; 3] {
    let sql = format!(
        "SELECT figures[1], figures[2], figures[3] FROM counted WHERE rollup = 'customer' AND key[2] = '{currency}'"
    );
    let mut sums = [[0; 3]; 3];
    for row in super::numbers(&setup.shop.database, &sql).await {
        let (orders, gross, net) = (row[0], row[1], row[1] - row[2]);
        if orders == 0 && gross == 0 {
            continue;
        }
        let segment = if net >= high { 0 } else { 1 + usize::from(net < medium) };
        sums[segment] = [sums[segment][0] + 1, sums[segment][1] + orders, sums[segment][2] + net];
    }
    sums
}

fn shown(data: &Value) -> [[i64; 3]; 3] {
    let segments = data["segments"].as_array().unwrap();
    let names: Vec<_> = segments.iter().map(|segment| segment["segment"].as_str().unwrap()).collect();
    assert_eq!(names, ["High", "Medium", "Low"]);
    [0, 1, 2].map(|place| ["customers", "orders", "revenue"].map(|figure| int(&segments[place][figure])))
}

#[tokio::test]
async fn customers_are_in_the_segment_of_their_net_spend_to_the_minor_unit() {
    let mut setup = Setup::open().await;
    let events = [
        spend("a", "c-high", ("1000.00", "0"), "EUR"),
        spend("b", "c-almost-high", ("999.99", "0"), "EUR"),
        spend("c", "c-medium", ("1200.00", "1000.00"), "EUR"),
        spend("d", "c-almost-medium", ("1200.00", "1000.01"), "EUR"),
        spend("e", "c-nothing-left", ("10.00", "10.00"), "EUR"),
        spend("f", "c-twice", ("600.00", "0"), "EUR"),
        spend("g", "c-twice", ("600.00", "0"), "EUR"),
        spend("h", "c-high", ("99.99", "0"), "USD"),
        spend("i", "c-yen", ("100", "0"), "JPY"),
        spend("j", "c-pounds", ("9000.00", "0"), "GBP"),
    ];
    setup.send_events(&events.concat()).await;
    setup
        .send_events(&[event("OrderCreated", 0, json!({ "orderId": "k", "customerId": "c-never-paid", "items": [] }))])
        .await;
    setup.recount().await;
    let data = setup.admin("customer-segments").await;
    assert_eq!(
        (&data["currency"], &data["thresholds"]),
        (&json!("EUR"), &json!({ "high": 100_000, "medium": 20_000 }))
    );
    assert_eq!(shown(&data), [[2, 3, 220_000], [2, 2, 119_999], [2, 2, 19_999]]);
    let averages: Vec<_> =
        data["segments"].as_array().unwrap().iter().map(|segment| int(&segment["average_revenue"])).collect();
    assert_eq!(averages, [110_000, 60_000, 10_000], "rounded half up");
    assert_eq!(shown(&data), recounted(&setup, "EUR", (100_000, 20_000)).await);
    assert_eq!(shown(&setup.admin("customer-segments?currency=USD").await), [[0; 3], [0; 3], [1, 1, 9_999]]);
    assert_eq!(shown(&setup.admin("customer-segments?currency=JPY").await), [[1, 1, 100], [0; 3], [0; 3]]);
    let unknown = setup.ask(&admin("customer-segments?currency=GBP")).await;
    assert_eq!(unknown.refusal(), "400 validation: currency: no thresholds are set for GBP (SegmentThresholds)");
    setup.shop.assert_exact().await;
}

#[tokio::test]
async fn a_whole_history_is_segmented_as_a_recount_says() {
    let mut setup = Setup::with_history(13, 300).await;
    for (currency, high, medium) in [("EUR", 100_000, 20_000), ("USD", 50_000, 15_000)] {
        let data = setup.admin(&format!("customer-segments?currency={currency}")).await;
        let expected = recounted(&setup, currency, (high, medium)).await;
        assert_eq!(shown(&data), expected);
        assert!(expected.iter().flatten().sum::<i64>() > 100_000, "{expected:?}");
    }
    setup.shop.assert_exact().await;
}

#[tokio::test]
async fn without_customers_every_segment_is_empty() {
    let mut setup = Setup::open().await;
    let data = setup.admin("customer-segments").await;
    assert_eq!((&data["currency"], &data["thresholds"]), (&Value::Null, &Value::Null));
    assert_eq!(shown(&data), [[0; 3]; 3]);
    assert_eq!(data["segments"][0]["average_revenue"], 0);
}

#[tokio::test]
async fn spend_is_cut_down_to_its_first_three_digits() {
    let setup = Setup::open().await;
    let sql = "SELECT analytic.spend_floor(net) FROM unnest(ARRAY[-5, 0, 7, 999, 1000, 1009, 1010, 1234567, 99999999,
               9223372036854775807]::bigint[]) AS net";
    let floors: Vec<_> = super::numbers(&setup.shop.database, sql).await.concat();
    assert_eq!(floors, [0, 0, 7, 999, 1_000, 1_000, 1_010, 1_230_000, 99_900_000, 9_220_000_000_000_000_000]);
}
