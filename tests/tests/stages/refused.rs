//! What cannot work is refused before anything is deployed or kept.

use std::fs;

use crate::stage::{MACHINE, Stage};

const DATABASE: &str = "DatabaseUrl=postgres://postgres@127.0.0.1:1/none?sslmode=disable";

#[tokio::test]
async fn a_parameter_that_the_template_does_not_have() {
    let stage = Stage::new();
    stage.up(&[DATABASE, "LogLevl=DEBUG"]).await.must(1, "template.yaml has no parameter LogLevl");
    assert!(!stage.file().exists());
}

#[tokio::test]
async fn an_existing_database_without_an_address() {
    let stage = Stage::new();
    let said = stage.up(&["Database=existing", &format!("Architecture={MACHINE}")]).await;
    said.must(1, "DatabaseUrl is needed with Database = existing");
}

#[tokio::test]
async fn destroying_a_stack_whose_database_is_protected() {
    let stage = Stage::new();
    // What a stage that needed nothing leaves.
    fs::create_dir_all(stage.file().parent().unwrap()).unwrap();
    let kept = "version = 0.1\n[default.deploy.parameters]\nstack_name = \"none\"\n";
    fs::write(stage.file(), kept).unwrap();
    stage.destroy(&["--yes"]).await.must(1, "--set DatabaseDeletionProtection=false");
    fs::remove_file(stage.file()).unwrap();
}

#[tokio::test]
async fn a_password_that_would_be_kept_in_a_file() {
    let stage = Stage::new();
    let said = stage.up(&["DatabaseUrl=postgres://me:s3cret@db.example.com/shop?sslmode=require"]).await;
    let said = said.must(1, "DatabaseUrl must hold no password");
    assert!(!said.text.contains("s3cret") && !stage.file().exists(), "{}", said.text);
}

#[tokio::test]
async fn binaries_of_another_machine() {
    let stage = Stage::new();
    let other = if MACHINE == "arm64" { "x86_64" } else { "arm64" };
    let said = stage.up(&[DATABASE, &format!("Architecture={other}")]).await;
    said.must(1, &format!("accept-events/bootstrap as {other}: it is {MACHINE}"));
    fs::remove_file(stage.binaries().join("migrate/bootstrap")).unwrap();
    fs::write(stage.binaries().join("migrate/bootstrap"), "#!/bin/sh\nexec true # long enough for a header\n").unwrap();
    let said = stage.up(&[DATABASE, &format!("Architecture={MACHINE}")]).await;
    said.must(1, "it is no 64-bit Linux program");
    assert!(!stage.file().exists());
}

#[tokio::test]
async fn a_function_without_a_binary() {
    let stage = Stage::new();
    fs::remove_dir_all(stage.binaries().join("send-alerts")).unwrap();
    let said = stage.up(&[DATABASE, &format!("Architecture={MACHINE}")]).await;
    said.must(1, "send-alerts/bootstrap: every function of functions/ needs a bootstrap");
    assert!(!stage.file().exists());
}

#[tokio::test]
async fn destroying_what_does_not_exist() {
    let stage = Stage::new();
    stage.destroy(&["--yes"]).await.must(1, "there is no stage");
}
