//! How the event source mappings deliver messages: in batches, and a failed one is redelivered alone.

use std::collections::BTreeSet;

use domain::Sink;
use serde_json::{Value, json};
use stack::issuer::Role;
use uuid::Uuid;

use crate::emulator::instant;
use crate::shop::{Shop, view};
use crate::token;

const FUNCTIONS: [(Sink, &str); 2] = [(Sink::Popularity, "update-popularity"), (Sink::Catalog, "update-catalog")];

#[tokio::test]
async fn a_backlog_arrives_in_large_batches() {
    // Given functions that received no messages while 300 interactions were recorded: of each product one view less than
    // its cap, so that a doubled effect would show.
    let shop = Shop::alone().await;
    let account = Uuid::now_v7();
    let products: Vec<Uuid> = (0..75).map(|_| Uuid::now_v7()).collect();
    let token = token::of(&shop, Role::Shopper, account);
    let since = instant();
    for (sink, _) in FUNCTIONS {
        shop.deliver(sink, false).await;
    }
    let mut ids = BTreeSet::new();
    for products in products.chunks(25) {
        let views = products.iter().flat_map(|product| vec![view(*product); 4]).collect();
        let answer = shop.record(&token, Value::Array(views)).await;
        ids.extend(answer.ids());
    }
    let waiting = shop.bodies_in(shop.queue_url(Sink::Popularity)).await.len();

    // When they receive them again.
    for (sink, _) in FUNCTIONS {
        shop.deliver(sink, true).await;
    }

    // Then few invocations do all the work, and each effect happens once.
    assert_eq!(ids.len(), 300);
    assert!(waiting >= 300, "the mapping was not paused: {waiting} messages wait");
    for product in products {
        assert_eq!(shop.wait_for_score(product, 1.2).await["view_count"], json!(4));
    }
    shop.wait_until_settled(&ids).await;
    assert_eq!(shop.feed_of(&format!("account#{account}")).await, ids);
    for (_, function) in FUNCTIONS {
        let largest = largest_batch(&shop, function, since).await;
        assert!(largest >= 100.0, "{function} never got more than {largest} messages at once");
    }
}

/// The largest number of messages of one invocation since an instant.
async fn largest_batch(shop: &Shop, function: &str, since: u64) -> f64 {
    let lines = shop.logs(function, since).await;
    lines.iter().filter_map(|line| line["Messages"].as_f64()).fold(0.0, f64::max)
}
