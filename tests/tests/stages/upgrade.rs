//! An upgrade under traffic: no request fails, and a release whose migration fails serves nothing.
//!
//! The next release is the same binaries behind `prelude`: its migrate adds a column, and its other functions do not start
//! without it. So code that serves before its migration fails requests here as it would in production.

use testkit::{Stack, TestDatabase};

use crate::stage::{MACHINE, Stage};
use crate::traffic::Traffic;

fn column(of: &str) -> String {
    format!("ALTER TABLE analytic.product_popularity ADD COLUMN IF NOT EXISTS {of} bigint;")
}

fn needs(column: &str) -> String {
    format!("SELECT {column} FROM analytic.product_popularity LIMIT 0;")
}

/// What a migration that somebody changed after it was applied looks like, and how it was.
const BREAK: &str = "ALTER TABLE refinery_schema_history ADD COLUMN IF NOT EXISTS kept text;
    UPDATE refinery_schema_history SET kept = coalesce(kept, checksum), checksum = '1' WHERE version = 2;";
const HEAL: &str = "ALTER TABLE refinery_schema_history ADD COLUMN IF NOT EXISTS kept text;
    UPDATE refinery_schema_history SET checksum = coalesce(kept, checksum);";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_upgrade_under_traffic_fails_no_request_and_a_failed_migration_leaves_the_old_code_serving() {
    let (database, stage) = (TestDatabase::create_empty().await, Stage::new());
    let set = [
        format!("DatabaseUrl={}", database.url()),
        format!("Architecture={MACHINE}"),
        format!("JwtIssuer={}", Stack::get().entry("issuer")),
        "JwtAudience=shopsignal".to_owned(),
        "PopularityVisibilitySeconds=4".to_owned(),
        "GuestEventsPerMinute=0".to_owned(),
        // What is scored is counted.
        "Probe=false".to_owned(),
    ];
    let set: Vec<&str> = set.iter().map(String::as_str).collect();
    let api = stage.up(&set).await.must(0, "was scored after").api();
    let has_column = "SELECT count(*) FROM pg_attribute WHERE attrelid = 'analytic.product_popularity'::regclass
        AND attname IN ('of_the_next', 'of_the_broken')";

    // when: upgraded, with other code that needs another schema
    let next = Stage::release(&format!("{HEAL}{}", column("of_the_next")), &needs("of_the_next"));
    let traffic = Traffic::start(&api);
    stage.up_with(next.path(), &[]).await.must(0, "deployed").must(0, "was scored after");
    let sent = traffic.stop().await;
    println!("{} views acknowledged and {} reads during the upgrade", sent.acknowledged, sent.read);
    assert!(sent.acknowledged > 50 && sent.read > 20, "traffic during the upgrade: {sent:?}");
    sent.must_be_whole(&database, 0).await;
    assert_eq!(database.number(has_column).await, 1, "the new release serves");

    // when: a migration fails
    let broken = Stage::release(BREAK, &needs("of_the_broken"));
    let traffic = Traffic::start(&api);
    stage.up_with(broken.path(), &[]).await.must(1, "The reason: could not apply the migrations");
    let more = traffic.stop().await;
    assert!(more.acknowledged > 20, "traffic during the failure: {more:?}");
    more.must_be_whole(&database, sent.acknowledged).await;
    assert_eq!(database.number(has_column).await, 1, "nothing of the broken release serves");

    // and the stage is not stuck: what served before can be deployed again
    stage.up_with(next.path(), &[]).await.must(0, "was scored after");
    stage.destroy(&["--yes"]).await.must(0, "removed");
}
