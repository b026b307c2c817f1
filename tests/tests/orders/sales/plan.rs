//! The rows read for a response do not grow with the age of the shop, according to the query plans; nor do those that an
//! order costs with the number of orders, according to what Postgres counts.

use std::fs;
use std::path::Path;
use std::time::Duration;

use cross_tests::back_end::{Shop, event, order, spu};
use serde_json::{Value, json};
use testkit::TestDatabase;

/// Fills the rollups with a number of days of 20 products of one seller each, one order each in every quarter of an
/// hour.
async fn fill(database: &TestDatabase, days: u32) {
    let rows = format!(
        "INSERT INTO analytic.product_rollup
         SELECT 's-' || n % 5, grain, at, 'p-' || n, 'EUR', 1, 1, 100, 0
         FROM (VALUES ('quarter', interval '15 minutes'), ('day', interval '1 day')) AS grain (grain, span),
              generate_series(timestamptz '2026-11-20T00:00:00Z' - interval '{days} days', '2026-11-20T23:45:00Z', span) AS at,
              generate_series(1, 20) AS n;
         INSERT INTO analytic.category_rollup
         SELECT grain, bucket, 'c-' || product_id, currency, orders_paid, items_milli, revenue_minor, refund_minor FROM analytic.product_rollup;
         INSERT INTO analytic.sales_rollup
         SELECT DISTINCT '', grain, bucket, currency, 'card', 1, 1, 0, 0, 1, 100, 0 FROM analytic.product_rollup"
    );
    database.execute(&rows).await;
    // Statistics of every row, nearly: those of a sample differ from run to run.
    database.execute("SET default_statistics_target = 1000").await;
    for table in ["product_rollup", "category_rollup", "sales_rollup"] {
        database.execute(&format!("VACUUM ANALYZE analytic.{table}")).await;
    }
}

/// Pages that a shipped statement reads for the window of an hour and the one before, and what it scans from end to end.
async fn cost(database: &TestDatabase, statement: &str) -> (u64, Vec<String>) {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("../shared/store/sql/{statement}.sql"));
    let spans = [
        "'{0,1}'::int[]",
        "'{quarter,quarter}'::text[]",
        "'{2026-11-20T08:00:00Z,2026-11-20T09:00:00Z}'::timestamptz[]",
        "'{2026-11-20T09:00:00Z,2026-11-20T10:00:00Z}'::timestamptz[]",
    ];
    let mut values = match statement {
        "ranking/rank_categories" => vec![],
        "sales/sum_product" => vec!["''", "'p-7'"],
        _ => vec!["''"],
    };
    values.extend(spans);
    values.extend(["NULL", "'quantity'", "10"]);
    let mut sql = fs::read_to_string(file).unwrap();
    for (place, value) in values.iter().enumerate().rev() {
        sql = sql.replace(&format!("${}", place + 1), value);
    }
    let lines = database.rows(&format!("EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) {sql}")).await;
    let plan: Value = serde_json::from_str(&lines.join("\n")).unwrap();
    let plan = &plan[0]["Plan"];
    let mut scanned = Vec::new();
    scans(plan, &mut scanned);
    (plan["Shared Hit Blocks"].as_u64().unwrap() + plan["Shared Read Blocks"].as_u64().unwrap(), scanned)
}

fn scans(plan: &Value, into: &mut Vec<String>) {
    if plan["Node Type"] == "Seq Scan" {
        into.push(plan["Relation Name"].as_str().unwrap().to_owned());
    }
    for inner in plan["Plans"].as_array().into_iter().flatten() {
        scans(inner, into);
    }
}

#[tokio::test]
async fn an_hour_costs_the_same_in_a_shop_of_a_week_and_of_half_a_year() {
    let (week, half_a_year) = (TestDatabase::create().await, TestDatabase::create().await);
    fill(&week, 7).await;
    fill(&half_a_year, 180).await;
    for statement in ["ranking/rank_products", "ranking/rank_categories", "sales/sum", "sales/sum_product"] {
        let mut pages = Vec::new();
        for database in [&week, &half_a_year] {
            let (read, scanned) = cost(database, statement).await;
            assert!(scanned.iter().all(|table| !table.ends_with("_rollup")), "{statement}: {scanned:?}");
            pages.push(read);
        }
        assert!(pages[1] <= pages[0] * 2 && pages[1] < 1_000, "{statement}: {pages:?} pages");
    }
}

/// Fills a shop that sells an order a minute, every hundredth of them by one seller.
async fn sell(database: &TestDatabase, days: u32) {
    let minutes = format!(
        "generate_series(timestamptz '2026-11-20T12:00:00Z' - interval '{days} days', '2026-11-20T11:59:00Z', interval '1 minute')"
    );
    let rows = format!(
        "INSERT INTO analytic.sales_order (order_id, status, currency, payment_method, paid_minor, refund_minor, placed_at, paid_at)
         SELECT 'o-' || n, 'paid', 'EUR', 'card', 100, 0, at, at FROM {minutes} WITH ORDINALITY AS minute (at, n);
         INSERT INTO analytic.order_line (order_id, position, reference, seller_id, category_id, quantity_milli, price_minor, total_minor)
         SELECT 'o-' || n, 0, 'p-1', 's-' || n % 100, '', 1000, 100, 100 FROM {minutes} WITH ORDINALITY AS minute (at, n);
         INSERT INTO analytic.sales_rollup
         SELECT seller, 'minute', at, 'EUR', 'card', 1, 1, 0, 0, 1, 100, 0
         FROM {minutes} WITH ORDINALITY AS minute (at, n), LATERAL (VALUES (''), ('s-' || n % 100)) AS of (seller)"
    );
    database.execute(&rows).await;
    database.execute("SET default_statistics_target = 1000").await;
    for table in ["sales_order", "order_line", "sales_rollup"] {
        database.execute(&format!("VACUUM ANALYZE analytic.{table}")).await;
    }
}

#[tokio::test]
async fn a_page_of_orders_costs_the_same_in_an_old_shop_and_for_a_seller_who_sells_little() {
    let (week, month) = (TestDatabase::create().await, TestDatabase::create().await);
    sell(&week, 7).await;
    sell(&month, 30).await;
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/store/sql/order_list/list.sql");
    let statement = fs::read_to_string(file).unwrap();
    for seller in ["''", "'s-7'"] {
        let mut pages = Vec::new();
        for database in [&week, &month] {
            let statuses = "'{paid}'::text[]";
            let end = "'2026-11-20T12:00:00Z'::timestamptz";
            let values = [
                seller,
                "'2026-01-01T00:00:00Z'::timestamptz",
                end,
                end,
                "''",
                "'paid'",
                "51::bigint",
                statuses,
                "NULL",
                "20::bigint",
            ];
            let mut sql = statement.clone();
            for (place, value) in values.iter().enumerate().rev() {
                sql = sql.replace(&format!("${}", place + 1), value);
            }
            let lines = database.rows(&format!("EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) {sql}")).await;
            let plan: Value = serde_json::from_str(&lines.join("\n")).unwrap();
            let plan = &plan[0]["Plan"];
            let mut scanned = Vec::new();
            scans(plan, &mut scanned);
            assert_eq!(scanned, [""; 0], "{seller}: {plan:#}");
            assert!(plan["Actual Rows"].as_f64().unwrap() > 50.0, "{plan:#}");
            pages.push(plan["Shared Hit Blocks"].as_u64().unwrap() + plan["Shared Read Blocks"].as_u64().unwrap());
        }
        assert!(pages[1] <= pages[0] * 2 && pages[1] < 2_000, "{seller}: {pages:?} pages");
    }
}

/// Rows of our tables that Postgres reads for an order, in one session that began when the shop was empty.
async fn rows_an_order(orders: usize) -> f64 {
    const READ: &str =
        "SELECT sum(coalesce(seq_tup_read, 0) + coalesce(idx_tup_fetch, 0))::bigint FROM pg_stat_user_tables
                        WHERE schemaname = 'analytic'";
    const SESSIONS: &str = "SELECT count(*) FROM pg_stat_activity
                            WHERE datname = current_database() AND usename = 'shopsignal_project_orders'";
    let shop = Shop::open().await;
    let before = shop.database.number(READ).await;
    let mut function = shop.start().await;
    let product = |n| event("product.created", 0, json!({ "productId": spu(n), "sellerId": "s-1" }));
    let mut events: Vec<_> = (0..50).map(product).collect();
    for n in 0..orders {
        events.extend(order(&format!("o-{n}"), &spu(u32::try_from(n % 50).unwrap()), "10.005"));
    }
    shop.send_events(&mut function, &events, 99).await;
    function.kill().await;
    // A session reports what it has read at its end, at the latest.
    for _ in 0..100 {
        if shop.database.number(SESSIONS).await == 0 {
            break;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    let read = shop.database.number(READ).await - before;
    #[expect(clippy::cast_precision_loss, reason = "a ratio")]
    let rows = read as f64 / orders as f64;
    rows
}

#[tokio::test]
async fn an_order_costs_the_same_in_a_session_that_planned_when_the_shop_was_empty() {
    let (few, many) = (rows_an_order(66).await, rows_an_order(660).await);
    assert!(many < few * 1.5, "{few} rows of a shop with 66 orders, {many} with 660");
}
