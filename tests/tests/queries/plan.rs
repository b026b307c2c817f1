//! The cost of a page by cursor does not grow with its depth, and that of what is parked not with the log, according to the
//! query plans.

use std::fs;
use std::path::Path;

use serde_json::Value;
use testkit::TestDatabase;

use crate::stage::SCORES;

/// Enough that a planner would otherwise choose a scan or a sort of the table.
const PRODUCTS: u32 = 50_000;
/// Rows of a page.
const LIMIT: u64 = 101;
/// Each row may lie on another page than the one before, and each of the two ranges goes down the three levels of the
/// index and over some leaves; the ranges of announced products, of which there are none here, are a page each, and so is the
/// current generation. Skipping the rows above would read hundreds.
const MOST_PAGES: u64 = LIMIT + 13;

/// Runs the statement of the shipped code after a row, and returns its plan.
async fn plan(database: &TestDatabase, skipped: u32) -> Value {
    let row = format!(
        "SELECT score_micros, id FROM analytic.product_popularity ORDER BY score_micros DESC, id LIMIT 1 OFFSET {skipped}"
    );
    let row = database.rows(&row).await.remove(0);
    let (score, id) = row.split_once(" | ").unwrap();
    let (id, limit) = (format!("'{id}'"), LIMIT.to_string());
    let lines = database.plan_of("list_popularity_after", &[score, &id, &limit], "ANALYZE, BUFFERS, FORMAT JSON").await;
    let plan: Value = serde_json::from_str(&lines.join("\n")).unwrap();
    plan[0]["Plan"].clone()
}

/// Collects (node type, rows it gave) of a plan and of everything under it.
fn nodes(plan: &Value, into: &mut Vec<(String, f64)>) {
    into.push((plan["Node Type"].as_str().unwrap().to_owned(), plan["Actual Rows"].as_f64().unwrap()));
    for inner in plan["Plans"].as_array().into_iter().flatten() {
        nodes(inner, into);
    }
}

fn pages_read(plan: &Value) -> u64 {
    plan["Shared Hit Blocks"].as_u64().unwrap() + plan["Shared Read Blocks"].as_u64().unwrap()
}

#[tokio::test]
async fn a_page_by_cursor_follows_the_index_and_reads_no_more_at_depth() {
    let database = TestDatabase::create().await;
    // Ids in no order, but the same at every run: how many pages a page of the list lies on depends on them. And statistics
    // of every row (300 rows are read for each step of the target): those of a sample differ from run to run.
    let fill = format!(
        "INSERT INTO {SCORES}
         SELECT md5(n::text)::uuid, n / 40 * 1000, 0, 0, 0, 0, 0, now() FROM generate_series(1, {PRODUCTS}) AS n;
         SET default_statistics_target = 1000;
         VACUUM ANALYZE analytic.product_popularity"
    );
    for statement in fill.split(';') {
        database.execute(statement).await;
    }
    for skipped in [10, PRODUCTS / 2, PRODUCTS - 200] {
        let plan = plan(&database, skipped).await;
        let mut all = Vec::new();
        nodes(&plan, &mut all);
        for (node, rows) in &all {
            // What is sorted is what the ranges gave: no more than a page each.
            let known =
                ["Limit", "Append", "Subquery Scan", "Index Scan", "Index Only Scan", "Result", "CTE Scan", "Sort"]
                    .contains(&node.as_str());
            let most = if node == "Append" { 202.0 } else { 101.0 };
            assert!(known && *rows <= most, "{node} with {rows} rows after {skipped}: {plan:#}");
        }
        assert_eq!(all.iter().filter(|(node, _)| node.starts_with("Index")).count(), 5, "{plan:#}");
        let pages = pages_read(&plan);
        assert!(pages <= MOST_PAGES, "{pages} pages after {skipped}: {plan:#}");
    }
}

/// Rows that a plan takes from the partitions of the log, or looks at in vain.
fn logged_rows(plan: &Value) -> f64 {
    let is_log = plan["Relation Name"].as_str().is_some_and(|name| name.starts_with("interaction_"));
    let number = |name: &str| plan[name].as_f64().unwrap_or_default();
    let own = (number("Actual Rows") + number("Rows Removed by Filter")) * number("Actual Loops");
    let inner = plan["Plans"].as_array().into_iter().flatten();
    inner.map(logged_rows).sum::<f64>() + if is_log { own } else { 0.0 }
}

#[tokio::test]
async fn the_log_is_read_for_the_examples_only_however_much_is_parked() {
    let database = TestDatabase::create().await;
    let fill = "WITH logged AS (
            INSERT INTO analytic.interaction (origin, event_id, event_type, ref_type, ref_id, occurred_at, date_created)
            SELECT '00000000-0000-0000-0000-000000000002', gen_random_uuid(), 'view', 'Product', 'p-1', now(), now()
            FROM generate_series(1, 20000) RETURNING id, date_created)
        INSERT INTO analytic.pending
            (sink, interaction_id, date_created, product_id, event_type, occurred_at, next_hint_at, parked_at, parked_reason)
        SELECT 'catalog', id, date_created, 'p-1', 'view', now(), now(), now(), 'catalog_refused_' || id % 2 FROM logged";
    for statement in [fill, "VACUUM ANALYZE analytic.interaction", "VACUUM ANALYZE analytic.pending"] {
        database.execute(statement).await;
    }
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/store/sql/flow/list_parked.sql");
    let statement = fs::read_to_string(file).unwrap().replace("$1", "5");
    let lines = database.rows(&format!("EXPLAIN (ANALYZE, FORMAT JSON) {statement}")).await;
    let plan: Value = serde_json::from_str(&lines.join("\n")).unwrap();
    let plan = &plan[0]["Plan"];
    let (listed, read) = (plan["Actual Rows"].as_f64().unwrap(), logged_rows(plan));
    // five of each reason, and each of them once in the log
    assert!((9.5..10.5).contains(&listed) && (9.5..10.5).contains(&read), "{listed} rows, {read} of the log: {plan:#}");
}
