//! The figures of the whole shop for admins, against a recount of the log; and that no one else can read them.

use serde_json::{Value, json};
use testkit::{HttpEvent, TestProxy};

use crate::market::{Market, as_admin, as_seller, sale, shop_event};
use crate::stage::{refusal, start};

const ROUTES: [&str; 8] = [
    "/api/analytics/dashboard",
    "/api/analytics/revenue",
    "/api/analytics/revenue/payment-methods",
    "/api/analytics/orders",
    "/api/analytics/users",
    "/api/analytics/events",
    "/api/analytics/recommendations",
    "/api/analytics/flow",
];
/// Cells of the recount by minute, with their time.
const CELLS: &str =
    "(SELECT rollup, key, figures, to_timestamp(key[2]::bigint) AS at FROM recount WHERE key[1] = 'minute') AS cell";
const RANGES: [(&str, &str, &str); 4] = [
    ("2026-11-14", "2026-11-20", "UTC"),
    ("2026-11-16", "2026-11-18", "Asia/Ho_Chi_Minh"),
    ("2026-11-15", "2026-11-19", "America/St_Johns"),
    ("2026-10-24", "2026-11-18", "Europe/Berlin"),
];

fn lines(rows: &Value, line: impl Fn(&Value) -> String) -> Vec<String> {
    rows.as_array().unwrap().iter().map(line).collect()
}

/// Minor units as an amount string.
fn decimal(minor: i64) -> String {
    let sign = if minor < 0 { "-" } else { "" };
    format!("{sign}{}.{:02}", minor.abs() / 100, minor.abs() % 100)
}

#[tokio::test]
async fn the_totals_are_what_the_log_says() {
    let mut market = Market::with_history().await;
    let today = jiff::Timestamp::now().to_string();
    market.send_events(&sale("of-today", "seller-1", &today, "1234.50 EUR")).await;
    market
        .shop
        .database
        .execute("DROP TABLE recount; CREATE TEMPORARY TABLE recount AS SELECT * FROM analytic.sales_recount")
        .await;
    let whole = ("2000-01-01", "2100-01-01");
    let reply = market.report(ROUTES[0]).await;
    let found = reply.json();
    let users = "SELECT count(DISTINCT subject_id) FROM analytic.shop_event WHERE event_type = 'user_registered'";
    assert_eq!(found["totalUsers"], market.shop.database.number(users).await);
    let orders = "SELECT count(DISTINCT subject_id) FROM analytic.shop_event WHERE subject = 'order'";
    assert_eq!(found["totalOrders"], market.shop.database.number(orders).await);
    assert_eq!(found["ordersToday"], 1);
    assert_eq!(found["currency"], "EUR");
    let [_, _, gross, refunds] = market.recount("", "EUR", whole).await;
    assert!(reply.body.contains(&format!(r#""totalRevenue":{},"#, decimal(gross - refunds))), "{}", reply.body);
    for (place, currency) in ["EUR", "USD"].into_iter().enumerate() {
        let [_, _, gross, refunds] = market.recount("", currency, whole).await;
        let row = &found["revenueByCurrency"][place];
        let minor = json!([row["currency"], row["amountMinor"], row["grossMinor"], row["refundMinor"]]);
        assert_eq!(minor, json!([currency, gross - refunds, gross, refunds]));
    }
    let dollars = market.report(&format!("{}?currency=USD", ROUTES[0])).await;
    let [_, _, gross, refunds] = market.recount("", "USD", whole).await;
    assert!(dollars.body.contains(&format!(r#""totalRevenue":{},"#, decimal(gross - refunds))), "{}", dollars.body);
    let none = market.report(&format!("{}?currency=JPY", ROUTES[0])).await;
    assert!(none.body.contains(r#""totalRevenue":0,"#) && none.body.contains(r#""currency":"JPY""#), "{}", none.body);
}

#[tokio::test]
async fn revenue_by_day_is_what_the_log_says() {
    let mut market = Market::with_history().await;
    for (from, to, zone) in RANGES {
        let reply = market.report(&format!("{}?from={from}&to={to}&tz={zone}&currency=EUR", ROUTES[1])).await;
        let recount = format!(
            "SELECT bucket::date, coalesce(sum(figures[6] - figures[7]), 0), coalesce(sum(figures[6]), 0), coalesce(sum(figures[7]), 0)
             FROM generate_series('{from}'::timestamp, '{to}'::timestamp - interval '1 day', '1 day') AS bucket
             LEFT JOIN (SELECT * FROM {CELLS} WHERE rollup = 'sales' AND key[3] = '' AND key[4] = 'EUR') AS cell
               ON (at AT TIME ZONE '{zone}')::date = bucket::date
             GROUP BY bucket ORDER BY bucket"
        );
        let shown = lines(&reply.json()["dailyRevenue"], |day| {
            format!(
                "{} | {} | {} | {}",
                day["date"].as_str().unwrap(),
                day["amountMinor"],
                day["grossMinor"],
                day["refundMinor"]
            )
        });
        assert_eq!(shown, market.shop.database.rows(&recount).await, "{zone}");
        assert_eq!(reply.json()["currency"], "EUR");
    }
}

#[tokio::test]
async fn revenue_by_payment_method_is_what_the_log_says() {
    let mut market = Market::with_history().await;
    for (from, to, zone) in RANGES {
        for currency in ["EUR", "USD"] {
            let reply =
                market.report(&format!("{}?from={from}&to={to}&tz={zone}&currency={currency}", ROUTES[2])).await;
            let recount = format!(
                "SELECT CASE key[5] WHEN '' THEN 'unknown' ELSE key[5] END AS method, sum(figures[2]), sum(figures[6] - figures[7]), sum(figures[6]), sum(figures[7])
                 FROM {CELLS} WHERE rollup = 'sales' AND key[3] = '' AND key[4] = '{currency}'
                   AND at >= '{from}'::timestamp AT TIME ZONE '{zone}' AND at < '{to}'::timestamp AT TIME ZONE '{zone}'
                 GROUP BY method HAVING sum(figures[2]) + sum(figures[6]) + sum(figures[7]) > 0 ORDER BY 3 DESC, 1"
            );
            let shown = lines(&reply.json()["paymentMethods"], |row| {
                let method = row["method"].as_str().unwrap();
                format!(
                    "{method} | {} | {} | {} | {}",
                    row["orders"], row["amountMinor"], row["grossMinor"], row["refundMinor"]
                )
            });
            assert_eq!(shown, market.shop.database.rows(&recount).await, "{zone} {currency}");
        }
    }
}

#[tokio::test]
async fn what_was_only_placed_is_shown_nowhere_and_every_route_chooses_the_same_currency() {
    let mut market = Market::open().await;
    let now = jiff::Timestamp::now().to_string();
    let item = json!({ "productId": "p-1", "sellerId": "s-1", "quantity": 1, "price": 500 });
    let placed = json!({ "orderId": "o-1", "customerId": "c-1", "currency": "JPY", "items": [item] });
    market.send_events(&[shop_event("OrderCreated", &now, placed)]).await;
    let routes = ["windows", "top-products?window=1d", "categories?window=1d", "months"];
    let sales = routes.map(|route| as_admin(&format!("/api/v1/analytic/sales/{route}")));
    let questions: Vec<_> = ROUTES[..3].iter().map(|route| as_admin(route)).chain(sales).collect();
    let questions = [questions, vec![as_seller("s-1", "")]].concat();
    for question in &questions {
        let reply = market.reader.request(question).await;
        assert!(reply.body.contains(r#""currency":null"#), "{question:?}: {}", reply.body);
        assert!(!reply.body.contains("JPY") && !reply.body.contains("unknown"), "{question:?}: {}", reply.body);
    }
    let paid = json!({ "orderId": "o-1", "paymentStatus": "PAID", "amount": 500, "currency": "JPY" });
    market.send_events(&[shop_event("PaymentProcessed", &now, paid)]).await;
    for question in &questions {
        let reply = market.reader.request(question).await;
        assert!(reply.body.contains(r#""currency":"JPY""#), "{question:?}: {}", reply.body);
    }
    let methods = market.report(ROUTES[2]).await.json()["paymentMethods"].clone();
    assert_eq!((&methods[0]["method"], &methods[0]["amountMinor"]), (&json!("unknown"), &json!(500)));
}

#[tokio::test]
async fn orders_users_and_events_are_what_the_log_says() {
    let mut market = Market::with_history().await;
    let orders = market.report(ROUTES[3]).await.json();
    let by_status = orders["ordersByStatus"].as_object().unwrap();
    assert_eq!(by_status.len(), 10, "{orders}");
    let recount =
        "SELECT upper(key[2]), figures[1] FROM recount WHERE rollup = 'order_status' AND key[1] = '' ORDER BY 1";
    let shown: Vec<_> =
        by_status.iter().filter(|(_, n)| **n != 0).map(|(status, n)| format!("{status} | {n}")).collect();
    assert_eq!(shown, market.shop.database.rows(recount).await);
    let all = market
        .shop
        .database
        .number("SELECT count(DISTINCT subject_id) FROM analytic.shop_event WHERE subject = 'order'")
        .await;
    assert_eq!(orders["totalOrders"], all);
    for (from, to, zone) in RANGES {
        let query = format!("from={from}&to={to}&tz={zone}");
        let users = market.report(&format!("{}?{query}", ROUTES[4])).await.json();
        let recount = format!(
            "SELECT bucket::date, count(at) FROM generate_series('{from}'::timestamp, '{to}'::timestamp - interval '1 day', '1 day') AS bucket
             LEFT JOIN (SELECT min(occurred_at) AS at FROM analytic.shop_event WHERE event_type = 'user_registered' GROUP BY subject_id) AS users
               ON (at AT TIME ZONE '{zone}')::date = bucket::date GROUP BY bucket ORDER BY bucket"
        );
        let shown =
            lines(&users["dailyUsers"], |day| format!("{} | {}", day["date"].as_str().unwrap(), day["registered"]));
        assert_eq!(shown, market.shop.database.rows(&recount).await, "{zone}");
        assert_eq!(users["totalUsers"], 5);
        let events = market.report(&format!("{}?{query}", ROUTES[5])).await.json();
        let recount = format!(
            "SELECT service, event_type, count(*) FROM analytic.shop_event
             WHERE occurred_at >= '{from}'::timestamp AT TIME ZONE '{zone}' AND occurred_at < '{to}'::timestamp AT TIME ZONE '{zone}'
             GROUP BY service, event_type ORDER BY service COLLATE \"C\", event_type COLLATE \"C\""
        );
        let shown = lines(&events["eventCounts"], |row| {
            format!("{} | {} | {}", row["service"].as_str().unwrap(), row["eventType"].as_str().unwrap(), row["count"])
        });
        assert_eq!(shown, market.shop.database.rows(&recount).await, "{zone}");
    }
}

#[tokio::test]
async fn results_of_recommendations_are_shown_by_day_and_the_groups_are_compared() {
    let mut market = Market::open().await;
    market
        .shop
        .database
        .execute(
            "INSERT INTO analytic.recommendation_count VALUES ('2026-11-09', 'session', 'learned', 9, 9, 9),
                ('2026-11-10', 'session', 'learned', 60, 20, 2), ('2026-11-10', 'session', 'control', 50, 10, 0),
                ('2026-11-10', 'viewed', 'learned', 1000, 1, 0), ('2026-11-11', 'personal', 'learned', 40, 10, 1),
                ('2026-11-11', 'personal', 'control', 50, 10, 0), ('2026-11-12', 'session', 'learned', 9, 9, 9)",
        )
        .await;
    let found = market.report(&format!("{}?from=2026-11-10&to=2026-11-12", ROUTES[6])).await.json();
    let arm = |counts: &Value| format!("{}/{}/{}", counts["impressions"], counts["clicks"], counts["conversions"]);
    let shown = lines(&found["days"], |day| {
        let control = day["control"].as_object().map_or("none".to_owned(), |_| arm(&day["control"]));
        format!(
            "{} {} {} {control}",
            day["date"].as_str().unwrap(),
            day["placement"].as_str().unwrap(),
            arm(&day["learned"])
        )
    });
    assert_eq!(
        shown,
        [
            "2026-11-10 session 60/20/2 50/10/0",
            "2026-11-10 viewed 1000/1/0 none",
            "2026-11-11 personal 40/10/1 50/10/0"
        ]
    );
    let compared = &found["compared"];
    assert_eq!([arm(&compared["learned"]), arm(&compared["control"])], ["100/30/3", "100/20/0"]);
    assert_eq!((&compared["learned"]["clickRate"], &compared["learned"]["conversionRate"]), (&json!(0.3), &json!(0.1)));
    // computed by hand in domain::recommendation
    assert_eq!(compared["clickLift"], json!({ "ratio": 1.5, "low": 0.915_961, "high": 2.456_437 }));
    assert_eq!(compared["conversionLift"], Value::Null, "the control group has none");
}

#[tokio::test]
async fn amounts_are_numbers_with_every_digit_of_their_currency() {
    let mut market = Market::open().await;
    // more digits than a double has
    let mut events = sale("o-1", "s-1", "2026-11-10T10:00:00Z", "9007199254740.93 EUR");
    events.extend(sale("o-2", "s-1", "2026-11-10T10:00:00Z", "0.10 EUR"));
    events.extend(sale("o-3", "s-1", "2026-11-10T10:00:00Z", "150000 VND"));
    events.extend(sale("o-4", "s-1", "2026-11-10T10:00:00Z", "1.5 KWD"));
    events.push(shop_event(
        "OrderReturned",
        "2026-11-11T00:00:00Z",
        json!({ "orderId": "o-2", "refundAmount": "0.05", "currency": "EUR" }),
    ));
    market.send_events(&events).await;
    let range = "from=2026-11-10&to=2026-11-12";
    let euros = market.report(&format!("{}?{range}", ROUTES[1])).await.body;
    insta::assert_snapshot!(euros, @r#"{"currency":"EUR","dailyRevenue":[{"date":"2026-11-10","amount":9007199254741.03,"amountMinor":900719925474103,"grossMinor":900719925474103,"refundMinor":0},{"date":"2026-11-11","amount":-0.05,"amountMinor":-5,"grossMinor":0,"refundMinor":5}]}"#);
    let dong = market.report(&format!("{}?{range}&currency=VND", ROUTES[2])).await.body;
    insta::assert_snapshot!(dong, @r#"{"currency":"VND","paymentMethods":[{"method":"card","orders":1,"amount":150000,"amountMinor":150000,"grossMinor":150000,"refundMinor":0}]}"#);
    let totals = market.report(&format!("{}?currency=KWD", ROUTES[0])).await.body;
    insta::assert_snapshot!(totals, @r#"{"totalUsers":0,"totalOrders":4,"totalRevenue":1.500,"ordersToday":0,"currency":"KWD","revenueByCurrency":[{"currency":"EUR","amount":9007199254740.98,"amountMinor":900719925474098,"grossMinor":900719925474103,"refundMinor":5},{"currency":"KWD","amount":1.500,"amountMinor":1500,"grossMinor":1500,"refundMinor":0},{"currency":"VND","amount":150000,"amountMinor":150000,"grossMinor":150000,"refundMinor":0}]}"#);
}

#[tokio::test]
async fn a_shop_without_anything_is_all_zeros() {
    let mut market = Market::open().await;
    let mut shown = String::new();
    for (route, query) in
        ROUTES.iter().zip(["", "?from=2026-11-10&to=2026-11-11", "", "", "?from=2026-11-10&to=2026-11-11", "", ""])
    {
        shown += &format!("{}\n", market.report(&format!("{route}{query}")).await.body);
    }
    insta::assert_snapshot!(shown, @r#"
    {"totalUsers":0,"totalOrders":0,"totalRevenue":0,"ordersToday":0,"currency":null,"revenueByCurrency":[]}
    {"currency":null,"dailyRevenue":[{"date":"2026-11-10","amount":0,"amountMinor":0,"grossMinor":0,"refundMinor":0}]}
    {"currency":null,"paymentMethods":[]}
    {"totalOrders":0,"ordersByStatus":{"CANCELLED":0,"CONFIRMED":0,"CREATED":0,"DELIVERED":0,"PAID":0,"REJECTED":0,"RESERVED":0,"RETURNED":0,"SHIPPED":0,"UNKNOWN":0}}
    {"totalUsers":0,"dailyUsers":[{"date":"2026-11-10","registered":0}]}
    {"eventCounts":[]}
    {"days":[],"compared":{"learned":{"impressions":0,"clicks":0,"conversions":0,"clickRate":null,"conversionRate":null},"control":{"impressions":0,"clicks":0,"conversions":0,"clickRate":null,"conversionRate":null},"clickLift":null,"conversionLift":null}}
    "#);
}

#[tokio::test]
async fn nobody_but_an_admin_reads_them() {
    let mut market = Market::open().await;
    for route in ROUTES {
        let reply = market.report(route).await;
        assert_eq!((reply.status, reply.header("cache-control")), (200, "no-store"), "{reply:?}");
        let shopper = || HttpEvent::new("GET", route).claim("sub", "a-1");
        for request in [
            shopper(),
            shopper().trusted(),
            shopper().claim("cognito:groups", "[seller]"),
            shopper().claim("cognito:groups", "[administrator]"),
            shopper().header("x-user-role", "ADMIN"),
        ] {
            let reply = market.reader.request(&request).await;
            assert_eq!(refusal(&reply), "403 forbidden: only admins may read this", "{request:?}");
        }
        let nobody =
            HttpEvent::new("GET", route).header("x-user-email", "admin@example.com").header("x-user-role", "ADMIN");
        assert_eq!(refusal(&market.reader.request(&nobody).await), "401 unauthorized: a bearer token is required");
        let wrong = HttpEvent::new("POST", route).claim("sub", "a-1").claim("cognito:groups", "[admin]");
        assert_eq!(market.reader.request(&wrong).await.status, 405);
    }
}

#[tokio::test]
async fn odd_parameters_are_refused_by_name() {
    let mut market = Market::open().await;
    let date = |name: &str| format!("{name}: must be a date like 2026-11-20, from the year 2000 to 2199");
    let zone = "tz: must be a time zone of the IANA database, like Asia/Ho_Chi_Minh".to_owned();
    for (query, text) in [
        ("from=today", date("from")),
        ("from=2026-11-10T00:00:00Z", date("from")),
        ("to=2026-02-30", date("to")),
        ("from=2026-11-10&to=2026-11-10", "to: must be after from".to_owned()),
        ("from=2026-11-11&to=2026-11-10", "to: must be after from".to_owned()),
        ("from=2024-01-01&to=2025-01-02", "to: must be at most 366 days after from".to_owned()),
        ("from=2020-01-01", "to: must be at most 366 days after from".to_owned()),
        ("tz=", zone.clone()),
        ("tz=UTC&tz=UTC", "tz: must be given once".to_owned()),
    ] {
        let routes = [ROUTES[1], ROUTES[2], ROUTES[4], ROUTES[5], ROUTES[6]];
        for route in routes.into_iter().filter(|route| *route != ROUTES[6] || !query.starts_with("tz")) {
            let reply = market.report(&format!("{route}?{query}")).await;
            assert_eq!(refusal(&reply), format!("400 validation: {text}"), "{route} {query}");
        }
    }
    let no_code = "currency: must be a currency code of three capital letters, like EUR";
    let no_parameter = "currency: is not a query parameter of this route; known: from, to, tz";
    for (route, text) in [(1, no_code), (2, no_code), (4, no_parameter), (5, no_parameter)] {
        let reply = market.report(&format!("{}?currency=euro", ROUTES[route])).await;
        assert_eq!(refusal(&reply), format!("400 validation: {text}"), "{}", ROUTES[route]);
    }
    let reply = market.report(&format!("{}?tz=UTC", ROUTES[6])).await;
    assert_eq!(refusal(&reply), "400 validation: tz: is not a query parameter of this route; known: from, to");
    let reply = market.report(&format!("{}?tz=nowhere", ROUTES[0])).await;
    assert_eq!(refusal(&reply), format!("400 validation: {zone}"));
    assert_eq!(
        market.report(&format!("{}?from=2024-01-01&to=2025-01-01", ROUTES[1])).await.json()["dailyRevenue"]
            .as_array()
            .unwrap()
            .len(),
        366
    );
    for (unknown, name) in [("from=2026-11-10", "from"), ("tz[]=UTC", "tz[]"), ("tz%5B%5D=UTC", "tz[]")] {
        let reply = market.report(&format!("{}?{unknown}", ROUTES[3])).await;
        let text = format!("400 validation: {name}: is not a query parameter of this route; known: none");
        assert_eq!(refusal(&reply), text);
    }
}

#[tokio::test]
async fn with_postgres_down_they_are_503_until_it_is_back() {
    let market = Market::open().await;
    let (postgres, url) = TestProxy::of_url(market.shop.database.url()).await;
    let mut reader = start(&url).await;
    for route in ROUTES {
        assert_eq!(reader.request(&as_admin(route)).await.status, 200);
        postgres.cut();
        let reply = reader.request(&as_admin(route)).await;
        assert_eq!(refusal(&reply), "503 unavailable: the scores cannot be reached; try again", "{route}");
        postgres.restore();
    }
}
