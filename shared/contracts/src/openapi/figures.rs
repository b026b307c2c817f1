//! The routes of the figures: the seller dashboard, and the figures of the whole shop for admins.

use serde_json::{Value, json};
use utoipa::ToSchema;
use utoipa::openapi::ComponentsBuilder;
use utoipa::openapi::path::{OperationBuilder, Parameter};
use utoipa::openapi::schema::{KnownFormat, ObjectBuilder, SchemaFormat, Type};

use super::response::{for_admins, invalid, one_of, success};
use super::route::{operation, query};
use crate::{
    DailyRevenue, Events, Granularity, Orders, Overview, PaymentMethods, SPAN_DEFAULT_DAYS, SPAN_MAX_DAYS,
    SellerDashboard, Users,
};

/// Adds the schemas.
pub(super) fn schemas(components: ComponentsBuilder) -> ComponentsBuilder {
    let components = with_parts::<SellerDashboard>(with_parts::<Overview>(components));
    let components = with_parts::<DailyRevenue>(with_parts::<PaymentMethods>(components));
    let components = with_parts::<Orders>(with_parts::<Users>(components));
    with_parts::<Events>(components).schema("SellerDashboardAnswer", one_of("SellerDashboard"))
}

/// Adds the schema of an answer and those that it refers to.
fn with_parts<T: ToSchema>(components: ComponentsBuilder) -> ComponentsBuilder {
    let mut parts = Vec::new();
    T::schemas(&mut parts);
    components.schema_from::<T>().schemas_from_iter(parts)
}

pub(crate) fn seller_dashboard() -> OperationBuilder {
    let point = |value: i64| json!([{ "date": "2026-11-20T00:00:00Z", "value": value }]);
    let example = json!({ "data": {
        "range": { "start": "2026-11-20T00:00:00Z", "end": "2026-11-21T00:00:00Z", "granularity": "day", "tz": "UTC" },
        "currency": "EUR",
        "summary": { "total_revenue": 1500, "gross_revenue": 2000, "refunds": 500, "shipping": 490,
                     "tax": 0, "fees": 0, "total_orders": 1, "items_sold": 2,
                     "average_rating": 0.8, "ratings": 5, "pending_items": 0, "pending_refunds": 0,
                     "comparison": { "revenue_change": 50.0, "orders_change": 0.0, "items_sold_change": null } },
        "charts": { "revenue": point(1500), "orders": point(1) },
        "top_products": [{ "sku_id": "p-1", "sku_name": "Boots", "sold_count": 2, "revenue": 1500 }],
        "currencies": [{ "currency": "EUR", "revenue": 1500, "gross_revenue": 2000, "refunds": 500, "orders": 1, "items_sold": 2 }],
    } });
    let found = success("The figures of the caller only", "SellerDashboardAnswer", example);
    let mut answers = vec![("200", found), invalid("end: must be after start")];
    answers.extend(for_admins());
    let instant = |name, text: &str| query(name, formatted(KnownFormat::DateTime), text);
    let granularity =
        ObjectBuilder::new().schema_type(Type::String).enum_values(Some(Granularity::ALL.map(|choice| choice.0)));
    let limit = format!("End of the range (exclusive), at most {SPAN_MAX_DAYS} days after `start`; now when absent.");
    operation("showSellerDashboard", "Shows the seller's own sales", answers)
        .description(Some("The seller is the `sub` of the token. Money is in minor units of `currency`."))
        .parameter(instant(
            "start",
            &format!("Start of the range (inclusive); {SPAN_DEFAULT_DAYS} days before `end` when absent."),
        ))
        .parameter(instant("end", &limit))
        .parameter(query("granularity", granularity, "The granularity of the charts; `day` when absent."))
        .parameter(zone())
        .parameter(currency())
}

pub(crate) fn overview() -> OperationBuilder {
    let money = money(json!({ "currency": "EUR" }));
    let example = json!({ "totalUsers": 3, "totalOrders": 2, "totalRevenue": 15.00, "ordersToday": 1, "currency": "EUR",
                          "revenueByCurrency": [money] });
    let id = ("showShopDashboard", "Shows the totals of the shop", "Overview");
    for_admin(id, example, Some("tz: must be a time zone of the IANA database, like Asia/Ho_Chi_Minh"))
        .parameter(zone())
        .parameter(currency())
}

pub(crate) fn daily_revenue() -> OperationBuilder {
    let example = json!({ "currency": "EUR", "dailyRevenue": [money(json!({ "date": "2026-11-20" }))] });
    of_days(("listDailyRevenue", "Lists the revenue of the shop by day", "DailyRevenue"), example).parameter(currency())
}

pub(crate) fn payment_methods() -> OperationBuilder {
    let example = json!({ "currency": "EUR", "paymentMethods": [money(json!({ "method": "card", "orders": 1 }))] });
    of_days(("listPaymentMethods", "Lists the revenue of the shop by payment method", "PaymentMethods"), example)
        .parameter(currency())
}

pub(crate) fn orders() -> OperationBuilder {
    let counts = domain::OrderStatus::ALL.map(|status| (status.as_str().to_uppercase(), json!(0)));
    let example = json!({ "totalOrders": 0, "ordersByStatus": Value::Object(counts.into_iter().collect()) });
    for_admin(("countOrders", "Counts the orders by status", "Orders"), example, None)
}

pub(crate) fn users() -> OperationBuilder {
    let example = json!({ "totalUsers": 3, "dailyUsers": [{ "date": "2026-11-20", "registered": 1 }] });
    of_days(("countUsers", "Counts the registered users", "Users"), example)
}

pub(crate) fn events() -> OperationBuilder {
    let count = json!({ "service": "ORDER_SERVICE", "eventType": "order_created", "count": 2 });
    of_days(("countEvents", "Counts the back-end events", "Events"), json!({ "eventCounts": [count] }))
}

/// An operation with a range of local days.
fn of_days(id: (&str, &str, &str), example: Value) -> OperationBuilder {
    of_utc_days(id, example).parameter(zone())
}

/// An operation with a range of days.
pub(crate) fn of_utc_days(id: (&str, &str, &str), example: Value) -> OperationBuilder {
    let date = |name, text: &str| query(name, formatted(KnownFormat::Date), text);
    let from = format!("The first day; {SPAN_DEFAULT_DAYS} days before `to` when absent.");
    let to = format!("The day after the last one, at most {SPAN_MAX_DAYS} days after `from`; tomorrow when absent.");
    for_admin(id, example, Some("to: must be after from")).parameter(date("from", &from)).parameter(date("to", &to))
}

/// An operation with its id, summary and response schema.
pub(crate) fn for_admin(
    (id, summary, schema): (&str, &str, &str),
    example: Value,
    refusal: Option<&str>,
) -> OperationBuilder {
    let mut answers = vec![("200", success("Without an envelope", schema, example))];
    answers.extend(refusal.map(invalid));
    answers.extend(for_admins());
    operation(id, summary, answers).description(Some("For admins. Amounts are exact numbers of the major unit."))
}

/// Adds the fields of some revenue to an object.
fn money(mut object: Value) -> Value {
    for (name, value) in [
        ("amount", json!(15.00)),
        ("amountMinor", json!(1500)),
        ("grossMinor", json!(2000)),
        ("refundMinor", json!(500)),
    ] {
        object[name] = value;
    }
    object
}

fn zone() -> Parameter {
    let name = ObjectBuilder::new().schema_type(Type::String).examples(["Asia/Ho_Chi_Minh"]);
    query("tz", name, "The time zone of the days, IANA name; `UTC` when absent.")
}

fn currency() -> Parameter {
    let code = ObjectBuilder::new().schema_type(Type::String).pattern(Some("^[A-Z]{3}$"));
    query("currency", code, "The currency to show; the one with the most paid orders when absent.")
}

fn formatted(format: KnownFormat) -> ObjectBuilder {
    ObjectBuilder::new().schema_type(Type::String).format(Some(SchemaFormat::KnownFormat(format)))
}
