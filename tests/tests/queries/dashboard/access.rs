//! Access to figures, rejected requests, and Postgres down.

use testkit::{HttpEvent, TestProxy};

use crate::market::{DASHBOARD, Market, as_seller, sale};
use crate::stage::{refusal, start};

const DAY: &str = "start=2026-11-10T00:00:00Z&end=2026-11-11T00:00:00Z";

#[tokio::test]
async fn a_seller_sees_the_own_figures_and_nobody_elses() {
    let mut market = Market::open().await;
    let mut events = sale("o-1", "s-1", "2026-11-10T10:00:00Z", "10 EUR");
    events.extend(sale("o-2", "s-2", "2026-11-10T10:00:00Z", "5 EUR"));
    market.send_events(&events).await;
    for (seller, revenue) in [("s-1", 1_000), ("s-2", 500), ("s-3", 0), ("S-1", 0), ("s-1 ", 0), ("%", 0), ("s-_", 0)] {
        // whatever the request claims
        let request = as_seller(seller, DAY).header("x-user-id", "s-1").claim("scope", "analytic/trusted");
        let reply = market.reader.request(&request).await.json();
        assert_eq!(reply["data"]["summary"]["total_revenue"], revenue, "{seller:?}");
        let products = reply["data"]["top_products"].to_string();
        assert!(!products.contains("p-s-") || products.contains(&format!("p-{seller}")), "{seller:?}: {products}");
    }
}

#[tokio::test]
async fn nobody_without_a_subject_gets_figures() {
    let mut market = Market::open().await;
    market.send_events(&sale("o-1", "s-1", "2026-11-10T10:00:00Z", "10 EUR")).await;
    let nobody = HttpEvent::new("GET", DASHBOARD).header("authorization", "Bearer s-1");
    assert_eq!(refusal(&market.reader.request(&nobody).await), "401 unauthorized: a bearer token is required");
    let id_token = as_seller("s-1", "").claim("token_use", "id");
    assert_eq!(market.reader.request(&id_token).await.status, 401);
    // the empty id is where the whole shop is kept
    for odd in ["", "\u{0}", "s-1\n", &"x".repeat(129)] {
        let reply = market.reader.request(&as_seller(odd, "")).await;
        assert_eq!(refusal(&reply), "403 forbidden: the subject of the token cannot be a seller", "{odd:?}");
    }
    let without = HttpEvent::new("GET", DASHBOARD).claim("scope", "analytic/trusted");
    assert_eq!(market.reader.request(&without).await.status, 403);
}

#[tokio::test]
async fn odd_parameters_are_refused_by_name() {
    let mut market = Market::open().await;
    let instant = |name: &str| {
        format!("{name}: must be a time in RFC 3339, like 2026-11-20T10:00:00Z, from the year 2000 to 2199")
    };
    for (query, text) in [
        ("start=yesterday", instant("start")),
        ("start=2026-11-10", instant("start")),
        ("end=", instant("end")),
        ("end=9999-12-31T23:59:59Z", instant("end")),
        ("start=2026-11-10T10:00:00+01:00", instant("start")),
        ("start=2026-11-11T00:00:00Z&end=2026-11-10T00:00:00Z", "end: must be after start".to_owned()),
        ("start=2026-11-10T00:00:00Z&end=2026-11-10T00:00:00Z", "end: must be after start".to_owned()),
        ("start=2024-01-01T00:00:00Z&end=2025-01-02T00:00:00Z", "end: must be at most 366 days after start".to_owned()),
        ("granularity=hour", "granularity: must be one of day, week, month".to_owned()),
        ("granularity=Day", "granularity: must be one of day, week, month".to_owned()),
        ("tz=Mars/Olympus", "tz: must be a time zone of the IANA database, like Asia/Ho_Chi_Minh".to_owned()),
        ("tz=%2B07:00", "tz: must be a time zone of the IANA database, like Asia/Ho_Chi_Minh".to_owned()),
        ("currency=eur", "currency: must be a currency code of three capital letters, like EUR".to_owned()),
        ("currency=EUR&currency=USD", "currency: must be given once".to_owned()),
        ("start=2026-11-10T00:00:00Z&start=2026-11-10T00:00:00Z", "start: must be given once".to_owned()),
    ] {
        let reply = market.reader.request(&as_seller("s-1", query)).await;
        assert_eq!(refusal(&reply), format!("400 validation: {text}"), "{query}");
    }
    for unknown in ["seller_id", "sub", "seller", "utm", "Granularity", "start[]"] {
        let reply = market.reader.request(&as_seller("s-2", &format!("{DAY}&{unknown}=s-1"))).await;
        let rule = "is not a query parameter of this route; known: start, end, granularity, tz, currency";
        assert_eq!(refusal(&reply), format!("400 validation: {unknown}: {rule}"));
    }
}

#[tokio::test]
async fn the_longest_range_is_answered() {
    let mut market = Market::open().await;
    market.send_events(&sale("o-1", "s-1", "2024-02-29T10:00:00Z", "10 EUR")).await;
    let year = "start=2024-01-01T00:00:00Z&end=2025-01-01T00:00:00Z&tz=Asia/Ho_Chi_Minh";
    let found = market.dashboard("s-1", year).await;
    assert_eq!(found["charts"]["orders"].as_array().unwrap().len(), 367, "both ends lie within a local day");
    assert_eq!(found["summary"]["total_revenue"], 1_000);
}

#[tokio::test]
async fn with_postgres_down_it_is_503_until_it_is_back() {
    let market = Market::open().await;
    let (postgres, url) = TestProxy::of_url(market.shop.database.url()).await;
    let mut reader = start(&url).await;
    for _ in 0..2 {
        assert_eq!(reader.request(&as_seller("s-1", DAY)).await.status, 200);
        postgres.cut();
        let reply = reader.request(&as_seller("s-1", DAY)).await;
        assert_eq!(refusal(&reply), "503 unavailable: the scores cannot be reached; try again");
        assert_eq!(reader.request(&as_seller("s-1", "granularity=x")).await.status, 400, "a wrong request stays wrong");
        postgres.restore();
    }
}
