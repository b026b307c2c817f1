//! migrate: from an empty database to the schema, once, however often and concurrently it runs.

use cross_tests::shop::Shop;
use serde_json::json;
use testkit::{Function, Invoked, TestDatabase, TestProxy, TestSecret};

/// Everything that a schema is made of, as text.
const SCHEMA: &str = "
    SELECT format('%s %s %s %s', c.relkind, c.relname, a.attname, format_type(a.atttypid, a.atttypmod))
    FROM pg_class AS c JOIN pg_attribute AS a ON a.attrelid = c.oid AND a.attnum > 0
    WHERE c.relnamespace = 'analytic'::regnamespace ORDER BY 1";

async fn start(url: &str) -> Function {
    Function::start("migrate", &[("DATABASE_URL", url)]).await
}

/// The names of the migration files, as the runner writes them.
fn all_migrations() -> Vec<String> {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../migrations");
    let names = std::fs::read_dir(folder).unwrap().map(|file| file.unwrap().file_name().into_string().unwrap());
    let names = names.filter(|name| name.starts_with('V'));
    let mut names: Vec<_> = names.map(|name| name.trim_end_matches(".sql").to_owned()).collect();
    names.sort_by_key(|name| name[1..name.find("__").unwrap()].parse::<u32>().unwrap());
    names
}

#[tokio::test]
async fn an_empty_database_gets_every_migration_once() {
    let database = TestDatabase::create_empty().await;
    let mut migrate = start(database.url()).await;
    let answer = migrate.invoke(&json!({})).await.answer();
    assert_eq!(answer, json!({ "applied": all_migrations() }));
    assert_eq!(migrate.invoke(&json!({})).await.answer(), json!({ "applied": [] }));
    assert_eq!(start(database.url()).await.invoke(&json!({})).await.answer(), json!({ "applied": [] }));
    assert_eq!(database.number("SELECT count(*) FROM analytic.event_weight").await, 24);
    // and it is the schema that every other test runs on
    assert_eq!(database.rows(SCHEMA).await, Shop::open().await.database.rows(SCHEMA).await);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn several_at_once_apply_each_migration_once() {
    for _ in 0..3 {
        let database = TestDatabase::create_empty().await;
        let mut runners = Vec::new();
        for _ in 0..4 {
            let mut migrate = start(database.url()).await;
            runners.push(tokio::spawn(async move { migrate.invoke(&json!({})).await.answer() }));
        }
        let mut applied = Vec::new();
        for runner in runners {
            let answer = runner.await.unwrap();
            applied.extend(answer["applied"].as_array().unwrap().iter().map(|name| name.as_str().unwrap().to_owned()));
        }
        assert_eq!(applied, all_migrations(), "by one of them, in order");
    }
}

#[tokio::test]
async fn an_interrupted_migration_goes_on_where_it_was() {
    let database = TestDatabase::create_empty().await;
    // given: killed at some point, early or late
    for pause_ms in [20, 40, 60, 80, 120] {
        let mut victim = start(database.url()).await;
        let said = victim.begin(&json!({}));
        tokio::time::sleep(std::time::Duration::from_millis(pause_ms)).await;
        victim.kill().await;
        drop(said);
    }
    start(database.url()).await.invoke(&json!({})).await.answer();
    assert_eq!(database.rows(SCHEMA).await, Shop::open().await.database.rows(SCHEMA).await);
}

#[tokio::test]
async fn the_keys_that_the_secret_lacks_are_made_once() {
    let (database, secret) = (TestDatabase::create().await, TestSecret::create(&[]).await);
    let kept = r#"{"address_hash_key_3":"a key of before","alert_slack_url":"https://hooks.slack.com/services/x"}"#;
    secret.replace(kept).await;
    let mut migrate =
        Function::start("migrate", &[("DATABASE_URL", database.url()), ("APP_SECRET_ARN", secret.arn())]).await;
    migrate.invoke(&json!({})).await.answer();
    let made = secret.texts().await;
    let names: Vec<_> = made.keys().map(String::as_str).collect();
    assert_eq!(names, ["address_hash_key_3", "alert_signing_key_1", "alert_slack_url"]);
    assert_eq!(made["address_hash_key_3"], "a key of before");
    assert_eq!(made["alert_signing_key_1"].as_str().map(str::len), Some(64));
    migrate.invoke(&json!({})).await.answer();
    assert_eq!(secret.texts().await, made, "a key that is there is never touched");
    assert!(!migrate.output().contains(made["alert_signing_key_1"].as_str().unwrap()));
}

#[tokio::test]
async fn without_postgres_it_fails_and_says_so() {
    let database = TestDatabase::create_empty().await;
    let (proxy, url) = TestProxy::of_url(database.url()).await;
    proxy.cut();
    let said = start(&url).await.invoke(&json!({})).await;
    let Invoked::Failed(error) = said else { panic!("{said:?}") };
    assert_eq!(error["errorMessage"], "could not reach postgres");
}

#[tokio::test]
async fn recorded_interactions_and_scores_survive_it() {
    let shop = Shop::open().await;
    shop.record(&[("view", cross_tests::shop::product(1))]).await;
    let before = shop.pending().await;
    assert_eq!(start(shop.database.url()).await.invoke(&json!({})).await.answer(), json!({ "applied": [] }));
    assert_eq!(shop.pending().await, before);
}
