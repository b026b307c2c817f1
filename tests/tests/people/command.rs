//! The shipped operator's command.

use std::process::Output;

use serde_json::Value;
use testkit::{TestSecret, shopsignal};

use crate::shop::{JANE, JANE_EMAIL, Shop};
use crate::trace::{of_jane, traces};

async fn run(shop: &Shop, words: &[&str]) -> Output {
    let secret = TestSecret::create(&[]).await;
    let mut command = shopsignal();
    command.arg("person").args(words).env("DATABASE_URL", shop.database.url()).env("APP_SECRET_ARN", secret.arn());
    command.env("CATALOG_TABLE", shop.table.name()).env("ORDER_EVENTS_DLQ_URL", shop.letters.url());
    command.output().await.unwrap()
}

#[tokio::test]
async fn a_person_is_exported_and_erased_by_command() {
    let shop = Shop::busy().await;
    let exported = run(&shop, &["export", "--email", JANE_EMAIL]).await;
    assert!(exported.status.success(), "{}", String::from_utf8_lossy(&exported.stderr));
    let document: Value = serde_json::from_slice(&exported.stdout).unwrap();
    assert_eq!(document["person"]["accounts"][0], JANE.to_string());

    let first = run(&shop, &["erase", "--account", &JANE.to_string(), "--no-wait", "--json"]).await;
    let receipt: Value = serde_json::from_slice(&first.stdout).unwrap();
    assert_eq!((first.status.code(), &receipt["complete"]), (Some(1), &Value::Bool(false)));
    shop.database.execute("UPDATE analytic.erasure SET settles_at = now()").await;
    let second = run(&shop, &["erase", "--account", &JANE.to_string()]).await;
    let said = String::from_utf8(second.stdout).unwrap();
    assert!(second.status.success() && said.contains("complete: no data of the person is left"), "{said}");
    assert!(of_jane().iter().all(|word| !said.contains(word)), "a receipt names nobody: {said}");
    assert_eq!(traces(&shop.database, &of_jane()).await, [""; 0]);
}

#[tokio::test]
async fn whom_it_is_about_is_checked_before_anything_happens() {
    let shop = Shop::open().await;
    for (words, wanted) in [
        (&["erase", "--account", "4711"][..], "--account must be a UUID"),
        (&["erase", "--customer", JANE_EMAIL], "an address goes with --email"),
        (&["export", "--email", "jane"], "--email must be an address"),
        (&["erase", "--customer", " "], "must not be empty"),
        (&["erase"], "required"),
        (&["erase", "--customer", "a", "--email", "b@c"], "cannot be used with"),
    ] {
        let output = run(&shop, words).await;
        let said = String::from_utf8(output.stderr).unwrap();
        assert!(!output.status.success() && said.contains(wanted), "{words:?}: {said}");
    }
    assert_eq!(shop.database.number("SELECT count(*) FROM analytic.erasure").await, 0);
}
