//! Invalid parameters, and Postgres down.

use testkit::HttpEvent;

use super::{SALES, Setup, admin, start};

const SIZE: &str = "size: must be one of 1m, 5m, 1h, 1d";
const OF_PRODUCT: &str = "size: must be 1h or 1d when product_id is given";
const WINDOW: &str = "window: must be one of 1m, 5m, 1h, 1d";
const LIMIT: &str = "limit: must be a whole number from 1 to 100";
const MONTHS: &str = "months: must be a whole number from 1 to 12";
const START: &str = "start: must be a time in RFC 3339, like 2026-11-20T10:00:00Z, from the year 2000 to 2199";
const END: &str = "end: must be a time in RFC 3339, like 2026-11-20T10:00:00Z, from the year 2000 to 2199";
const ORDER: &str = "end: must be after start";
const LONG: &str = "end: must be at most 366 days after start";
const MANY: &str = "size: the range must hold at most 1440 of them";
const TZ: &str = "tz: must be a time zone of the IANA database, like Asia/Ho_Chi_Minh";
const CURRENCY: &str = "currency: must be a currency code of three capital letters, like EUR";

const REFUSED: [(&str, &str); 39] = [
    ("windows?size=2m", SIZE),
    ("windows?size=", SIZE),
    ("windows?size=1M", SIZE),
    ("windows?start=yesterday", START),
    ("windows?start=2026-11-20", START),
    ("windows?start=1999-12-31T23:59:59Z", START),
    ("windows?end=2200-01-01T00:00:00Z", END),
    ("windows?end=%FF", END),
    ("windows?start=2026-11-20T10:00:00Z&end=2026-11-20T10:00:00Z", ORDER),
    ("windows?start=2026-11-20T10:00:00Z&end=2026-11-20T09:00:00Z", ORDER),
    ("windows?start=2026-11-19T00:00:00Z&end=2026-11-20T00:01:00Z", MANY),
    ("windows?size=1d&start=2000-01-01T00:00:00Z&end=2199-12-31T00:00:00Z", LONG),
    ("windows?size=5m&start=2000-01-01T00:00:00Z", LONG),
    ("windows?size=1d&start=2023-01-01T00:00:00Z&end=2024-01-03T00:00:00Z&tz=Asia/Kathmandu", LONG),
    ("windows?size=1h&start=2026-09-01T00:00:00Z&end=2026-11-20T00:00:00Z", MANY),
    ("windows?tz=Mars/Olympus", TZ),
    ("windows?tz=..%2F..%2Fetc%2Fpasswd", TZ),
    ("windows?currency=eur", CURRENCY),
    ("windows?seller_id=", "seller_id: must have 1 to 128 characters"),
    ("windows?seller_id=a%00b", "seller_id: must have 1 to 128 characters"),
    ("windows?product_id=p-1", OF_PRODUCT),
    ("windows?product_id=p-1&size=5m", OF_PRODUCT),
    ("orders?by=refunded", "by: must be one of paid, placed"),
    ("orders?limit=101", LIMIT),
    ("orders?cursor=AwAA", "cursor: must be a next_cursor of an earlier response, unchanged"),
    // Well formed, with a time before the first of Postgres.
    ("orders?cursor=BvrCH0hWOUXA", "cursor: must be a next_cursor of an earlier response, unchanged"),
    ("windows?size=1m&size=1m", "size: must be given once"),
    ("top-products?window=1w", WINDOW),
    ("top-products?by=orders", "by: must be one of quantity, revenue"),
    ("top-products?limit=0", LIMIT),
    ("top-products?limit=101", LIMIT),
    ("top-products?end=now", END),
    ("categories?window=60", WINDOW),
    ("categories?limit=%2B1", LIMIT),
    ("categories?currency=E%00R", CURRENCY),
    ("customer-segments?currency=EURO", CURRENCY),
    ("months?months=0", MONTHS),
    ("months?months=13", MONTHS),
    ("months?tz=", TZ),
];

#[tokio::test]
async fn parameters_that_make_no_sense_are_refused_by_name_even_without_postgres() {
    let mut function = start("postgres://postgres@127.0.0.1:1/none?sslmode=disable").await;
    for (target, reason) in REFUSED {
        let reply = function.request(&admin(target)).await;
        assert_eq!(reply.refusal(), format!("400 validation: {reason}"), "{target}");
    }
}

#[tokio::test]
async fn with_postgres_down_every_figure_is_503() {
    let mut function = start("postgres://postgres@127.0.0.1:1/none?sslmode=disable").await;
    for route in ["windows", "top-products", "orders", "categories", "customer-segments", "months"] {
        let reply = function.request(&admin(route)).await;
        assert_eq!(reply.refusal(), "503 unavailable: the scores cannot be reached; try again", "{route}");
        assert_eq!(reply.header("retry-after"), "1");
    }
}

#[tokio::test]
async fn parameters_at_their_limits_are_taken() {
    let mut setup = Setup::open().await;
    for target in [
        "windows?start=2026-11-19T00:00:00Z&end=2026-11-20T00:00:00Z",
        "windows?size=1d&start=2024-01-01T00:00:00Z&end=2025-01-01T00:00:00Z&tz=Asia/Kathmandu",
        "windows?size=1d&start=2011-12-01T00:00:00Z&end=2012-01-10T00:00:00Z&tz=Pacific/Apia",
        "windows?size=1d&end=2000-01-01T00:00:00Z",
        "windows?size=1d&end=2199-12-31T23:59:59.999999999Z",
        "top-products?limit=1",
        "categories?limit=100&window=1d",
        "customer-segments",
        "months?months=12",
        "months?months=1",
    ] {
        assert_eq!(setup.ask(&admin(target)).await.status, 200, "{target}");
    }
}

#[tokio::test]
async fn a_parameter_that_a_route_does_not_know_is_refused_by_name() {
    let mut setup = Setup::open().await;
    for (target, name, known) in [
        ("windows?start[]=2026-11-19T00:00:00Z", "start[]", "size, start, end, tz, currency, seller_id, product_id"),
        ("windows?Size=1d", "Size", "size, start, end, tz, currency, seller_id, product_id"),
        ("categories?seller_id=s-1", "seller_id", "window, by, limit, end, currency"),
        ("months?month=3", "month", "months, tz, currency"),
        ("customer-segments?months=99", "months", "currency"),
    ] {
        let wanted = format!("400 validation: {name}: is not a query parameter of this route; known: {known}");
        assert_eq!(setup.ask(&admin(target)).await.refusal(), wanted);
    }
}

#[tokio::test]
async fn other_methods_and_paths_are_answered_as_everywhere() {
    let mut setup = Setup::open().await;
    for route in ["windows", "top-products", "orders", "categories", "customer-segments", "months"] {
        let reply = setup.ask(&HttpEvent::new("POST", &format!("{SALES}/{route}")).body("{}")).await;
        assert_eq!(reply.refusal(), "405 method_not_allowed: this path takes GET only");
    }
    for path in ["", "/", "/windows/", "/nothing", "/windows/1m"] {
        let reply = setup.ask(&HttpEvent::new("GET", &format!("{SALES}{path}"))).await;
        assert_eq!(reply.refusal(), "404 not_found: no such path", "{path}");
    }
}
