//! The schema is documented, and its queue table is maintained like one.

use cross_tests::shop::Shop;

/// Tables, partitioned tables and views, but no partitions: those are copies.
const OBJECTS: &str = "pg_class AS c
    WHERE c.relnamespace = 'analytic'::regnamespace AND c.relkind IN ('r', 'p', 'v') AND NOT c.relispartition";

/// Names the tables, views, columns of tables and functions without a comment.
async fn unexplained(shop: &Shop) -> Vec<String> {
    let unexplained = format!(
        "SELECT relname FROM {OBJECTS} AND obj_description(c.oid, 'pg_class') IS NULL
         UNION ALL
         SELECT c.relname || '.' || a.attname
         FROM pg_attribute AS a JOIN (SELECT * FROM {OBJECTS} AND c.relkind <> 'v') AS c ON c.oid = a.attrelid
         WHERE a.attnum > 0 AND NOT a.attisdropped AND c.relname <> 'interaction_default'
           AND col_description(c.oid, a.attnum) IS NULL
         UNION ALL
         SELECT proname || '()' FROM pg_proc
         WHERE pronamespace = 'analytic'::regnamespace AND obj_description(oid, 'pg_proc') IS NULL
         ORDER BY 1"
    );
    shop.database.rows(&unexplained).await
}

#[tokio::test]
async fn every_table_view_column_and_function_is_explained() {
    let shop = Shop::open().await;
    assert_eq!(unexplained(&shop).await, [""; 0]);
    // and one that is not would be found
    shop.database
        .execute(
            "CREATE TABLE analytic.mystery (a int); CREATE VIEW analytic.riddle AS SELECT 1;
             CREATE FUNCTION analytic.enigma() RETURNS int LANGUAGE sql AS 'SELECT 1'",
        )
        .await;
    assert_eq!(unexplained(&shop).await, ["enigma()", "mystery", "mystery.a", "riddle"]);
}

#[tokio::test]
async fn the_queue_table_is_vacuumed_by_count_and_without_pauses() {
    let shop = Shop::open().await;
    let options = "SELECT unnest(reloptions) FROM pg_class WHERE oid = 'analytic.pending'::regclass ORDER BY 1";
    insta::assert_snapshot!(shop.database.rows(options).await.join("\n"), @r"
    autovacuum_analyze_scale_factor=0
    autovacuum_analyze_threshold=10000
    autovacuum_vacuum_cost_delay=0
    autovacuum_vacuum_insert_scale_factor=0
    autovacuum_vacuum_insert_threshold=50000
    autovacuum_vacuum_scale_factor=0
    autovacuum_vacuum_threshold=5000
    ");
}

#[tokio::test]
async fn what_the_schema_forbids_cannot_be_written() {
    let shop = Shop::open().await;
    let insert = |values: &str| {
        format!(
            "INSERT INTO analytic.interaction (origin, event_id, event_type, ref_type, ref_id, occurred_at, date_created)
             VALUES (gen_random_uuid(), gen_random_uuid(), {values}, now(), now())"
        )
    };
    let pending = |values: &str| {
        format!(
            "INSERT INTO analytic.pending (sink, interaction_id, date_created, event_type, occurred_at, next_hint_at, parked_at, parked_reason)
             VALUES ({values})"
        )
    };
    for (statement, constraint) in [
        (insert("'view', 'Product', ''"), "23514"),
        (insert("'view', 'Product', repeat('x', 129)"), "23514"),
        (insert("'View', 'Category', 'c'"), "23514"),
        (insert("'view', 'Shop', 'c'"), "23514"),
        (pending("'search', 1, now(), 'view', now(), now(), NULL, NULL"), "23514"),
        (pending("'catalog', 1, now(), 'view', now(), now(), now(), NULL"), "23514"),
        ("INSERT INTO analytic.activity VALUES (now(), 1, 0, 0, 'p-1', 'week', 'view')".to_owned(), "23514"),
        ("INSERT INTO analytic.activity VALUES (now(), 1, 0, 0, 'p-1', 'total', 'view')".to_owned(), "23514"),
        ("INSERT INTO analytic.activity VALUES ('-infinity', 1, 0, 0, 'p-1', 'day', 'view')".to_owned(), "23514"),
        ("INSERT INTO analytic.event_weight VALUES ('huge', 1000000001, NULL, false)".to_owned(), "23514"),
        ("INSERT INTO analytic.event_weight VALUES ('odd', 1, 'likes', false)".to_owned(), "23514"),
    ] {
        let error = shop.database.client().batch_execute(&statement).await.unwrap_err();
        assert_eq!(error.code().map(|code| code.code().to_owned()), Some(constraint.to_owned()), "{statement}");
    }
}
