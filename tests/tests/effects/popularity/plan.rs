//! How Postgres finds the rows of a batch. A queue table has stale planner statistics: of an empty table, or of one
//! where only the other sink had a backlog.

use testkit::TestDatabase;

const FILL: &str =
    "INSERT INTO analytic.pending (sink, interaction_id, date_created, product_id, event_type, occurred_at, next_hint_at)
    SELECT sink, n, now(), md5(n::text)::uuid, 'view', now(), now() + interval '1 minute'
    FROM generate_series(1, 5000) AS n, unnest($sinks) AS sink";

async fn fill(database: &TestDatabase, sinks: &str) {
    database.execute(&FILL.replace("$sinks", sinks)).await;
}

/// Applies a hundred of five thousand rows and returns what Postgres did.
async fn explained(database: &TestDatabase) -> Vec<String> {
    let ids: Vec<_> = (1..=100).map(|id| id.to_string()).collect();
    let ids = format!("'{{{}}}'", ids.join(","));
    database.plan_of("apply_popularity", &[&ids], "ANALYZE, COSTS OFF, TIMING OFF, SUMMARY OFF").await
}

fn assert_looked_up(plan: &[String]) {
    let discarded = plan.iter().filter_map(|line| line.trim().strip_prefix("Rows Removed by "));
    let discarded = discarded.filter_map(|line| line.rsplit(' ').next()?.parse::<u64>().ok());
    assert!(discarded.max().unwrap_or_default() <= 100, "rows of other batches were looked at: {plan:#?}");
    // the order of this index is the order of the locks
    let deleted =
        plan.iter().skip_while(|line| !line.contains("Delete on pending")).find(|line| line.contains(" Scan "));
    assert!(deleted.is_some_and(|line| line.contains("Index Scan using pending_pkey")), "not in id order: {plan:#?}");
}

#[tokio::test]
async fn a_batch_looks_at_its_own_rows_only_when_the_statistics_are_of_an_empty_table() {
    let database = TestDatabase::create().await;
    fill(&database, "array['popularity', 'catalog']").await;
    database.execute("DELETE FROM analytic.pending; ANALYZE analytic.pending").await;
    fill(&database, "array['popularity', 'catalog']").await;
    assert_looked_up(&explained(&database).await);
}

#[tokio::test]
async fn a_batch_looks_at_its_own_rows_only_when_the_statistics_know_the_other_sink_alone() {
    let database = TestDatabase::create().await;
    fill(&database, "array['catalog']").await;
    database.execute("ANALYZE analytic.pending").await;
    fill(&database, "array['popularity']").await;
    assert_looked_up(&explained(&database).await);
}
