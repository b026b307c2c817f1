//! The cost of a query depends on its span, not on the age of the shop.

use std::time::Duration;

use testkit::{HttpEvent, TestDatabase, eventually};

use crate::market::{DASHBOARD, as_admin, as_seller};
use crate::stage::start;

/// A row every ten minutes, quarter and day, for a number of days until the end of the requested span.
const FILL: &str = "
    CREATE TEMPORARY TABLE cell AS
    SELECT grain, bucket FROM (VALUES ('minute', interval '10 minutes'), ('quarter', interval '15 minutes'), ('day', interval '1 day')) AS grain (grain, span),
        generate_series('2026-11-10'::timestamptz - interval '$1 days', '2026-11-09 23:59:00', span) AS bucket;
    INSERT INTO analytic.sales_rollup SELECT seller, grain, bucket, 'EUR', 'card', 1, 1, 0, 0, 1, 100, 0 FROM cell, unnest(ARRAY['', 's-1']) AS seller;
    INSERT INTO analytic.product_rollup SELECT 's-1', grain, bucket, 'p-1', 'EUR', 1, 1, 100, 0 FROM cell;
    INSERT INTO analytic.user_rollup SELECT grain, bucket, 1 FROM cell WHERE grain <> 'day';
    INSERT INTO analytic.event_rollup SELECT grain, bucket, 'shop', 'order_created', 1 FROM cell";

/// Requests the same ten days in a shop of the given age, and returns how many rows of figures Postgres read.
async fn rows_read(days: u32) -> Vec<i64> {
    let database = TestDatabase::create().await;
    database.execute(&FILL.replace("$1", &days.to_string())).await;
    database.execute("VACUUM ANALYZE").await;
    let span = "start=2026-10-31T00:07:00Z&end=2026-11-09T23:52:00Z&tz=Asia/Ho_Chi_Minh";
    let dates = "from=2026-10-31&to=2026-11-10&tz=Asia/Ho_Chi_Minh";
    let mut read = Vec::new();
    for request in [
        as_seller("s-1", span),
        as_admin(&format!("/api/analytics/revenue?{dates}")),
        as_admin(&format!("/api/analytics/revenue/payment-methods?{dates}")),
        as_admin(&format!("/api/analytics/users?{dates}")),
        as_admin(&format!("/api/analytics/events?{dates}")),
    ] {
        read.push(rows_read_for(&database, &request).await);
    }
    read
}

async fn rows_read_for(database: &TestDatabase, request: &HttpEvent) -> i64 {
    database.rows("SELECT pg_stat_reset()").await;
    let mut reader = start(database.url()).await;
    assert_eq!(reader.request(request).await.status, 200, "{request:?}");
    // A session reports what it read when it ends.
    drop(reader);
    let others = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'";
    let gone = async || (database.number(others).await == 0).then_some(());
    eventually("the end of the session", Duration::from_secs(10), gone).await;
    let read = "SELECT coalesce(sum(seq_tup_read + coalesce(idx_tup_fetch, 0)), 0) FROM pg_stat_user_tables WHERE relname LIKE '%\\_rollup'";
    database.number(read).await
}

#[tokio::test]
async fn a_question_reads_the_rows_of_its_span_however_old_the_shop_is() {
    let (young, old) = (rows_read(40).await, rows_read(800).await);
    println!("{DASHBOARD} and others read {young:?} rows in a young shop, {old:?} in one twenty times as old");
    for (young, old) in young.iter().zip(&old) {
        assert!(*young > 0 && *old <= young + young / 10, "{young} rows in a young shop, {old} in an old one");
    }
}
