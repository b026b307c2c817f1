//! The life of a stage, one command each.

use std::fs;

use testkit::{Stack, TestDatabase};

use crate::stage::{MACHINE, Stage};

#[tokio::test]
async fn a_stage_is_deployed_upgraded_and_destroyed_by_one_command_each() {
    let database = TestDatabase::create_empty().await;
    let stage = Stage::new();
    let url = database.url().to_owned();
    let set = [
        format!("DatabaseUrl={url}"),
        format!("Architecture={MACHINE}"),
        format!("JwtIssuer={}", Stack::get().entry("issuer")),
        "JwtAudience=shopsignal".to_owned(),
        "PopularityVisibilitySeconds=4".to_owned(),
        "CatalogVisibilitySeconds=4".to_owned(),
    ];
    let set: Vec<&str> = set.iter().map(String::as_str).collect();

    let said = stage.up(&set).await.must(0, "probe: a view of the product shopsignal-probe was in its score after");
    let said = said.must(0, "us-east-1: deployed").must(0, "Changeset created successfully");
    assert!(said.text.contains("migrate: ") && said.text.contains("AlarmEmail"), "{}", said.text);
    assert_eq!(database.number("SELECT count(*) FROM analytic.interaction WHERE ref_id = 'shopsignal-probe'").await, 1);
    let kept = fs::read_to_string(stage.file()).unwrap();

    // the same again, without a setting: they are kept
    let said = stage.up(&[]).await.must(0, "already up to date, nothing was changed").must(0, "nothing to apply");
    said.must(0, "was in its score after");
    assert_eq!(fs::read_to_string(stage.file()).unwrap(), kept);

    // a database that is not there
    let missing = format!("DatabaseUrl={}", url.replace("?", "_missing?"));
    stage.up(&[&missing]).await.must(1, "migrate answered with an error: could not");

    stage.destroy(&[]).await.must(1, "--yes is needed");
    let said = stage.destroy(&["--yes"]).await.must(0, "aws dynamodb delete-table").must(0, "delete-secret");
    assert!(!stage.file().exists(), "{}", said.text);
}
