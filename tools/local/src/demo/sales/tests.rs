use domain::fraud::Rule;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::super::api::Data;
use super::*;

/// Reads a response as the demo does.
fn read<T: DeserializeOwned>(answer: &Value) -> T {
    serde_json::from_str(&answer.to_string()).unwrap()
}

/// A table cell's text, without borders.
fn cells(line: &str) -> Vec<&str> {
    line.split(['│', '┆']).map(str::trim).filter(|cell| !cell.is_empty()).collect()
}

fn row_with<'t>(text: &'t str, start: &str) -> Vec<&'t str> {
    let row = text.lines().map(cells).find(|cells| cells.first() == Some(&start));
    row.unwrap_or_else(|| panic!("no row of {start} in\n{text}"))
}

#[test]
fn a_dashboard_is_printed_in_the_major_unit_of_its_currency() {
    let point = |day: u8, value: u32| json!({ "date": format!("2026-11-{day}T00:00:00Z"), "value": value });
    let answer = json!({ "data": {
        "range": { "start": "2026-10-22T00:00:00Z", "end": "2026-11-21T00:00:00Z", "granularity": "day", "tz": "UTC" },
        "currency": "EUR",
        "summary": {
            "total_revenue": 812_340, "gross_revenue": 900_005, "refunds": 87_665, "total_orders": 134,
            "items_sold": 180, "average_rating": 0.834, "pending_items": 12, "pending_refunds": 3,
            "comparison": { "revenue_change": 12.34, "orders_change": -3.0, "items_sold_change": null },
        },
        "charts": {
            "revenue": [point(19, 0), point(20, 700)], "orders": [point(19, 0), point(20, 7)],
        },
        "top_products": [
            { "sku_id": "p-1", "sku_name": "Oak lamp", "sold_count": 40, "revenue": 159_600 },
            { "sku_id": "p-2", "sku_name": null, "sold_count": 9, "revenue": 5 },
        ],
        "currencies": [{ "currency": "EUR", "revenue": 812_340, "gross_revenue": 900_005, "refunds": 87_665,
                         "orders": 134, "items_sold": 180 }],
    } });
    let text = dashboard(&read::<Data<Dashboard>>(&answer).data);
    let first = "2026-10-22 to 2026-11-21: revenue 8123.40 EUR (gross 9000.05 EUR, refunds 876.65 EUR), \
                 134 paid orders, 180 pieces";
    assert_eq!(text.lines().next(), Some(first));
    assert!(text.contains("revenue +12.3 %, orders -3.0 %, pieces -\n"), "{text}");
    assert!(text.contains("rating 0.83 of 1; pending: 12 pieces, 3 refunds\nrevenue by day ▁█\n"), "{text}");
    assert_eq!(row_with(&text, "Oak lamp"), ["Oak lamp", "40", "1596.00 EUR"]);
    assert_eq!(row_with(&text, "p-2"), ["p-2", "9", "0.05 EUR"]);
}

#[test]
fn windows_show_the_last_days_and_the_curve_of_all() {
    let window = |day: i64| {
        let is_last = day == 20;
        let change = if is_last { json!(-50.04) } else { Value::Null };
        json!({ "start": format!("2026-11-{day:02}T00:00:00Z"), "end": format!("2026-11-{:02}T00:00:00Z", day + 1),
                "orders": day, "revenue": day * 1_000, "gross_revenue": day * 1_000, "refunds": 0,
                "average_order_value": if is_last { Value::Null } else { json!(1_000) },
                "trend": { "orders_change": null, "revenue_change": change } })
    };
    let answer = json!({ "data": {
        "size": "1d", "range": { "start": "2026-11-01T00:00:00Z", "end": "2026-11-21T00:00:00Z", "tz": "UTC" },
        "currency": "VND", "windows": (1..=20).map(window).collect::<Vec<_>>(), "currencies": [],
    } });
    let text = windows(&read::<Data<Windows>>(&answer).data);
    assert_eq!(text.lines().next(), Some("20 windows ▁▁▂▂▂▃▃▃▄▄▄▅▅▅▆▆▆▇▇█"));
    assert_eq!(row_with(&text, "2026-11-14"), ["2026-11-14", "14", "14000 VND", "0 VND", "1000 VND", "-"]);
    assert_eq!(row_with(&text, "2026-11-20"), ["2026-11-20", "20", "20000 VND", "0 VND", "-", "-50.0 %"]);
    assert!(!text.contains("2026-11-13"), "only the last seven");
}

#[test]
fn products_are_named_or_else_shown_by_id() {
    let product = |rank: u32, name: Option<&str>, before: Option<u32>| {
        json!({ "rank": rank, "product_id": format!("p-{rank}"), "name": name, "items": 5, "orders": 4, "revenue": -250,
                "gross_revenue": 0, "refunds": 250, "previous_rank": before, "change": null })
    };
    let answer = json!({ "data": {
        "window": { "size": "1d", "start": "2026-11-20T10:00:00Z", "end": "2026-11-21T10:00:00Z" }, "by": "quantity",
        "currency": "EUR", "products": [product(1, Some("Wool bag"), Some(3)), product(2, None, None)],
    } });
    let text = top_products(&read::<Data<TopProducts>>(&answer).data);
    assert_eq!(row_with(&text, "1"), ["1", "Wool bag", "5", "4", "-2.50 EUR", "3"]);
    assert_eq!(row_with(&text, "2"), ["2", "p-2", "5", "4", "-2.50 EUR", "-"]);
}

#[test]
fn a_planted_customer_whom_no_alert_names_is_missed() {
    let alert = |rule: Rule, subject: &str, evidence: Value| {
        json!({ "id": "2a54a6c8-353d-8c3e-8c87-d0ee30a9094c", "rule": rule.as_str(), "subject": subject,
                "window": "2026-11-20T10", "evidence": evidence,
                "date_created": "2026-11-20T10:00:11.5Z", "date_updated": "2026-11-20T10:00:11.5Z" })
    };
    let answer = json!({ "data": [
        alert(Rule::OrderBurst, "customer:a", json!({ "order_count": 6 })),
        alert(Rule::LargeOrder, "customer:c", json!({ "limit_minor": 200_000 })),
    ], "pagination": { "limit": 100, "next_cursor": null } });
    let found = read::<Data<Vec<Alert>>>(&answer).data;
    let planted = [(Rule::OrderBurst, "customer:a"), (Rule::LargeOrder, "customer:b")];
    let planted = planted.map(|(rule, subject)| Planted { rule, subject: subject.to_owned() });
    assert_eq!(
        alerts(&found, &planted),
        "order_burst     customer:a  2026-11-20T10, 6 orders\n\
         large_order     customer:c  2026-11-20T10\n\
         planted 2, found 1 of them\n  not found: large_order by customer:b"
    );
    assert_eq!(missing(&found, &planted[..1]), Vec::<&Planted>::new());
}

#[test]
fn a_shop_without_orders_is_printed_as_well() {
    let nothing = json!({ "currency": null, "windows": [] });
    assert_eq!(windows(&read::<Windows>(&nothing)).lines().next(), Some("0 windows "));
    assert_eq!(alerts(&[], &[]), "planted 0, found 0 of them");
}
