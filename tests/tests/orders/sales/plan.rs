//! The rows read for a response do not grow with the age of the shop, according to the query plans.

use std::fs;
use std::path::Path;

use serde_json::Value;
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
    let mut values = vec!["''"];
    if statement == "ranking/rank_categories" {
        values.clear();
    }
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
    for statement in ["ranking/rank_products", "ranking/rank_categories", "sales/sum"] {
        let mut pages = Vec::new();
        for database in [&week, &half_a_year] {
            let (read, scanned) = cost(database, statement).await;
            assert!(scanned.iter().all(|table| !table.ends_with("_rollup")), "{statement}: {scanned:?}");
            pages.push(read);
        }
        assert!(pages[1] <= pages[0] * 2 && pages[1] < 1_000, "{statement}: {pages:?} pages");
    }
}
