//! The routes about sales: windows, rankings, segments of customers, months.

use domain::RankBy;
use serde_json::{Value, json};
use utoipa::openapi::ComponentsBuilder;
use utoipa::openapi::path::{OperationBuilder, Parameter};
use utoipa::openapi::schema::{KnownFormat, ObjectBuilder, SchemaFormat, Type};

use super::response::{for_admins, invalid, one_of, success};
use super::route::{number, operation, query};
use crate::{
    CurrencySales, CustomerSegment, CustomerSegments, LIMIT_DEFAULT, LIMIT_MAX, MONTHS_DEFAULT, MONTHS_MAX,
    RankedCategory, RankedProduct, RankedWindow, SHOP_TEXT_MAX_CHARS, SPAN_MAX_DAYS, SalesMonth, SalesMonths,
    SalesRange, SalesWindow, SalesWindows, SegmentLimits, TopCategories, TopProducts, Trend, WINDOWS_DEFAULT,
    WINDOWS_MAX, WindowSize,
};

/// Adds the schemas.
pub(super) fn schemas(components: ComponentsBuilder) -> ComponentsBuilder {
    components
        .schema_from::<CurrencySales>()
        .schema_from::<WindowSize>()
        .schema_from::<SalesRange>()
        .schema_from::<Trend>()
        .schema_from::<SalesWindow>()
        .schema_from::<SalesWindows>()
        .schema_from::<RankedWindow>()
        .schema_from::<RankedProduct>()
        .schema_from::<TopProducts>()
        .schema_from::<RankedCategory>()
        .schema_from::<TopCategories>()
        .schema_from::<SegmentLimits>()
        .schema_from::<CustomerSegment>()
        .schema_from::<CustomerSegments>()
        .schema_from::<SalesMonth>()
        .schema_from::<SalesMonths>()
        .schema("SalesWindowsAnswer", one_of("SalesWindows"))
        .schema("TopProductsAnswer", one_of("TopProducts"))
        .schema("TopCategoriesAnswer", one_of("TopCategories"))
        .schema("CustomerSegmentsAnswer", one_of("CustomerSegments"))
        .schema("SalesMonthsAnswer", one_of("SalesMonths"))
}

/// An operation that needs a token: its name, summary, response schema, and an example.
fn secured((id, summary): (&str, &str), schema: &str, example: Value, refusal: &str) -> OperationBuilder {
    let found = success("Figures of one snapshot", schema, json!({ "data": example }));
    let mut answers = vec![("200", found), invalid(refusal)];
    answers.extend(for_admins());
    operation(id, summary, answers)
}

pub(crate) fn windows() -> OperationBuilder {
    let window = json!({ "start": "2026-11-20T10:00:00Z", "end": "2026-11-20T11:00:00Z", "orders": 2, "revenue": 4480,
                         "gross_revenue": 4980, "refunds": 500, "shipping": 490, "tax": 0, "fees": 0, "average_order_value": 2490,
                         "trend": { "orders_change": 100.0, "revenue_change": null } });
    let sales = json!({ "currency": "EUR", "revenue": 4480, "gross_revenue": 4980, "refunds": 500, "orders": 2, "items_sold": 3 });
    let range = json!({ "start": "2026-11-20T10:00:00Z", "end": "2026-11-20T11:00:00Z", "tz": "UTC" });
    let example =
        json!({ "size": "1h", "range": range, "currency": "EUR", "windows": [window], "currencies": [sales] });
    let refusal = format!("size: the range must hold at most {WINDOWS_MAX} of them");
    secured(("listSalesWindows", "Shows sales by window"), "SalesWindowsAnswer", example, &refusal)
        .description(Some("For sellers, their own figures; for admins, those of the whole shop or of one seller."))
        .parameter(size("size", "The size of each window. Days are those of `tz`."))
        .parameter(instant(
            "start",
            &format!("Rounded down to a whole window. Absent: {WINDOWS_DEFAULT} windows before the end."),
        ))
        .parameter(instant(
            "end",
            &format!("Rounded up to a whole window, at most {SPAN_MAX_DAYS} days after `start`. Absent: now."),
        ))
        .parameter(zone())
        .parameter(currency())
        .parameter(seller())
}

fn ranked(subject: Value) -> Value {
    let mut row = json!({ "rank": 1, "items": 3, "orders": 2, "revenue": 4480, "gross_revenue": 4980, "refunds": 500,
                          "previous_rank": 4, "change": 50.0 });
    if let (Some(row), Value::Object(subject)) = (row.as_object_mut(), subject) {
        row.extend(subject);
    }
    row
}

fn ranking(what: &str, row: Value) -> Value {
    let window = json!({ "size": "1h", "start": "2026-11-20T10:00:00Z", "end": "2026-11-20T11:00:00Z" });
    let mut answer = json!({ "window": window, "by": "quantity", "currency": "EUR" });
    answer[what] = json!([row]);
    answer
}

fn ranking_parameters(operation: OperationBuilder) -> OperationBuilder {
    let by = ObjectBuilder::new()
        .schema_type(Type::String)
        .enum_values(Some(RankBy::ALL.map(RankBy::as_str)))
        .default(Some(RankBy::Quantity.as_str().into()));
    operation
        .parameter(size("window", "Length of the window; a day has 24 hours."))
        .parameter(query("by", by, "The figure that determines the rank. Ties: the other figure, then the id."))
        .parameter(query("limit", number(LIMIT_DEFAULT, LIMIT_MAX), "The maximum number of entries."))
        .parameter(instant("end", "End of the window, rounded up to the minute. Absent: now."))
        .parameter(currency())
}

pub(crate) fn top_products() -> OperationBuilder {
    let row = ranked(json!({ "product_id": "0192e4a0-0000-7000-8000-000000000001", "name": "Trail shoe" }));
    let refusal = "by: must be one of quantity, revenue";
    let operation = secured(
        ("listTopProducts", "Lists the best-selling products of a window"),
        "TopProductsAnswer",
        ranking("products", row),
        refusal,
    );
    ranking_parameters(operation)
        .description(Some(
            "For sellers, their own products; for admins, those of the shop or of one seller. All in one currency.",
        ))
        .parameter(seller())
}

pub(crate) fn categories() -> OperationBuilder {
    let row = ranked(json!({ "category_id": "shoes" }));
    let refusal = "window: must be one of 1m, 5m, 1h, 1d";
    let operation = secured(
        ("listTopCategories", "Lists the best-selling categories of a window"),
        "TopCategoriesAnswer",
        ranking("categories", row),
        refusal,
    );
    ranking_parameters(operation).description(Some("For admins. All in one currency."))
}

pub(crate) fn segments() -> OperationBuilder {
    let segment = |name: &str, customers: i64, revenue: i64| {
        let average = revenue.checked_div(customers).unwrap_or_default();
        json!({ "segment": name, "customers": customers, "orders": customers, "revenue": revenue, "average_revenue": average })
    };
    let segments = [segment("High", 1, 120_000), segment("Medium", 0, 0), segment("Low", 2, 9_000)];
    let example =
        json!({ "currency": "EUR", "thresholds": { "high": 100_000, "medium": 20_000 }, "segments": segments });
    let refusal = "currency: no thresholds are set for JPY (SegmentThresholds)";
    let names = ("listCustomerSegments", "Shows all customers by lifetime spend");
    secured(names, "CustomerSegmentsAnswer", example, refusal).description(Some("For admins.")).parameter(currency())
}

pub(crate) fn months() -> OperationBuilder {
    let month = json!({ "month": "2026-11", "orders": 2, "revenue": 4480, "gross_revenue": 4980, "refunds": 500,
                        "shipping": 490, "tax": 0, "fees": 0, "average_order_value": 2490, "revenue_change": -10.5, "orders_change": null });
    let example = json!({ "currency": "EUR", "tz": "UTC", "months": [month] });
    let refusal = format!("months: must be a whole number from 1 to {MONTHS_MAX}");
    secured(("listSalesMonths", "Shows sales by month"), "SalesMonthsAnswer", example, &refusal)
        .description(Some("For admins."))
        .parameter(query(
            "months",
            number(MONTHS_DEFAULT, MONTHS_MAX),
            "The number of months, ending with the current one.",
        ))
        .parameter(zone())
        .parameter(currency())
}

fn size(name: &str, description: &str) -> Parameter {
    let names = WindowSize::ALL.map(|(name, _)| name);
    let size = ObjectBuilder::new().schema_type(Type::String).default(Some(names[0].into())).enum_values(Some(names));
    query(name, size, description)
}

fn instant(name: &str, description: &str) -> Parameter {
    let time = SchemaFormat::KnownFormat(KnownFormat::DateTime);
    query(name, ObjectBuilder::new().schema_type(Type::String).format(Some(time)), description)
}

fn zone() -> Parameter {
    let name =
        ObjectBuilder::new().schema_type(Type::String).default(Some("UTC".into())).examples(["Asia/Ho_Chi_Minh"]);
    query("tz", name, "The time zone, IANA name.")
}

fn currency() -> Parameter {
    let code = ObjectBuilder::new().schema_type(Type::String).pattern(Some("^[A-Z]{3}$"));
    query("currency", code, "Absent: the one with the most paid orders, ties alphabetically.")
}

fn seller() -> Parameter {
    let id = ObjectBuilder::new().schema_type(Type::String).min_length(Some(1)).max_length(Some(SHOP_TEXT_MAX_CHARS));
    query("seller_id", id, "Sellers may name only themselves. Admins get the whole shop without it.")
}
