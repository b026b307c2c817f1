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
    // An error means that a provider is already installed, which is fine.
    rustls::crypto::aws_lc_rs::default_provider().install_default().ok();

    let said = stage.up(&set).await.must(0, "probe: a view of the product shopsignal-probe was scored after");
    let said = said.must(0, "us-east-1: deployed").must(0, "Changeset created successfully");
    assert!(said.text.contains("migrate: ") && said.text.contains("AlarmEmail"), "{}", said.text);
    assert_eq!(database.number("SELECT count(*) FROM analytic.interaction WHERE ref_id = 'shopsignal-probe'").await, 1);
    let kept = fs::read_to_string(stage.file()).unwrap();

    // the same again, without a setting: they are kept
    let said = stage.up(&[]).await.must(0, "already up to date, nothing was changed");
    let said = said.must(0, "was scored after");
    assert_eq!(fs::read_to_string(stage.file()).unwrap(), kept);

    // a second stage beside it, with a database of its own, outlives the first
    let (second, beside) = (TestDatabase::create_empty().await, Stage::new());
    let of_second = [&format!("DatabaseUrl={}", second.url()), set[1], set[2], set[3], set[4], set[5]];
    let api = beside.up(&of_second).await.must(0, "was scored after").api();
    assert_ne!(api, said.api());

    stage.destroy(&[]).await.must(1, "--yes is needed");
    let said = stage.destroy(&["--yes"]).await.must(0, "aws dynamodb delete-table").must(0, "delete-secret");
    assert!(!stage.file().exists(), "{}", said.text);
    assert_eq!(reqwest::get(format!("{api}/health")).await.unwrap().status(), 200);
    beside.destroy(&["--yes"]).await.must(0, "removed");
}
