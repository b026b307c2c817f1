//! resend-pending: whatever was lost is hinted at again, at a bounded rate.

mod due;
mod measure;
mod pace;

use std::collections::BTreeMap;

use cross_tests::shop::{Shop, product};
use testkit::TestQueue;

/// Records views and lets their hints fall due.
async fn overdue(shop: &Shop, count: usize) -> Vec<i64> {
    let ids = shop.record(&vec![("view", product(1)); count]).await;
    shop.database.let_hints_fall_due().await;
    ids
}

/// Empties a queue and counts the hints at each interaction.
async fn hinted(queue: &TestQueue) -> BTreeMap<i64, usize> {
    let mut hinted = BTreeMap::new();
    for message in queue.drain().await {
        let body: serde_json::Value = serde_json::from_str(&message.body.unwrap()).unwrap();
        assert_eq!(body["version"], 1);
        *hinted.entry(body["interaction_id"].as_i64().unwrap()).or_default() += 1;
    }
    hinted
}

/// One hint at each.
fn once(ids: &[i64]) -> BTreeMap<i64, usize> {
    ids.iter().map(|id| (*id, 1)).collect()
}
