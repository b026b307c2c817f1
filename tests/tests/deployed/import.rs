//! A file with the shop's history through the deployed API: once, again, and interrupted in the middle.

use std::fmt::Write as _;
use std::io::Write as _;
use std::path::Path;
use std::time::Duration;

use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::{Value, json};
use tempfile::TempDir;
use uuid::Uuid;

use crate::shop::Shop;
use testkit::eventually;

/// Writes a compressed file in REES46's format, with products and users of this run only.
fn write(path: &Path, lines: usize, run: &str) {
    let mut text =
        "event_time,event_type,product_id,category_id,category_code,brand,price,user_id,user_session\n".to_owned();
    for n in 0..lines {
        let event = ["view", "view", "add_to_cart", "purchase"][n % 4];
        let (minute, second) = (n / 60 % 60, n % 60);
        writeln!(text, "2019-10-01 00:{minute:02}:{second:02} UTC,{event},{run}-{},21,,acme,9.99,{n},{run}", n % 7)
            .unwrap();
    }
    let mut packed = GzEncoder::new(std::fs::File::create(path).unwrap(), Compression::fast());
    packed.write_all(text.as_bytes()).unwrap();
    packed.finish().unwrap();
}

impl Shop {
    async fn import(&self, path: &Path) -> Value {
        let said =
            self.shopsignal(&["import", path.to_str().unwrap(), "--preset", "rees46", "--rate", "max", "--json"]).await;
        assert_eq!(said.code, Some(0), "{}", said.text);
        serde_json::from_str(&said.text).unwrap()
    }

    /// Counts the log and the scores of a run's products: events, and views, carts and purchases together.
    async fn counts(&self, run: &str) -> String {
        let counts = format!(
            "SELECT (SELECT count(*) FROM analytic.interaction WHERE ref_id LIKE '{run}-%'),
                    (SELECT sum(view_count + cart_count + purchase_count) FROM analytic.product_popularity WHERE id LIKE '{run}-%')"
        );
        self.rows(&counts).await.concat()
    }

    async fn assert_no_difference(&self) {
        let verified = self.shopsignal(&["verify", "--wait", "120"]).await;
        assert_eq!(verified.code, Some(0), "{}", verified.text);
        assert!(verified.text.contains("difference 0"), "{}", verified.text);
    }
}

fn figures(summary: &Value) -> [Value; 4] {
    ["lines", "accepted", "duplicate", "rejected"].map(|name| summary[name].clone())
}

#[tokio::test]
async fn a_file_is_imported_once_however_often_it_is_sent() {
    let shop = Shop::alone().await;
    let (folder, run) = (TempDir::new().unwrap(), Uuid::now_v7().simple().to_string());
    let path = folder.path().join("2019-Oct.csv.gz");
    write(&path, 2_500, &run);
    assert_eq!(figures(&shop.import(&path).await), [2_500, 2_500, 0, 0].map(|count| json!(count)));
    assert_eq!(shop.counts(&run).await, "2500 | 2500");
    shop.assert_no_difference().await;
    // when
    assert_eq!(figures(&shop.import(&path).await), [2_500, 0, 2_500, 0].map(|count| json!(count)));
    // then
    assert_eq!(shop.counts(&run).await, "2500 | 2500");
    shop.assert_no_difference().await;
}

#[tokio::test]
async fn an_import_that_is_killed_goes_on_and_loses_and_doubles_nothing() {
    let shop = Shop::alone().await;
    let (folder, run) = (TempDir::new().unwrap(), Uuid::now_v7().simple().to_string());
    let path = folder.path().join("2019-Nov.csv.gz");
    write(&path, 6_000, &run);
    // given: a slow run, killed after its first batch
    let mut slow = shop.start_shopsignal(&["import", path.to_str().unwrap(), "--preset", "rees46", "--rate", "1000"]);
    let state = folder.path().join("2019-Nov.csv.gz.import.json");
    eventually("a state file", Duration::from_secs(60), async || state.exists().then_some(())).await;
    slow.kill().await.unwrap();
    assert!(state.exists());
    // when
    let summary = shop.import(&path).await;
    // then
    assert!(summary["resumed_after"].as_u64() >= Some(1_001), "{summary}");
    let stored = summary["accepted"].as_u64().unwrap() + summary["duplicate"].as_u64().unwrap();
    assert_eq!((stored, &summary["lines"]), (6_000, &json!(6_000)), "{summary}");
    assert_eq!(shop.counts(&run).await, "6000 | 6000");
    shop.assert_no_difference().await;
}
