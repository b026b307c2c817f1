//! Two thousand simulated interactions through the deployed API, and every record of them afterwards.

use std::collections::{BTreeSet, HashMap, HashSet};

use aws_sdk_dynamodb::types::AttributeValue;
use domain::Sink;
use serde_json::{Value, json};
use testkit::cap::{CappedEvent, counting, default_caps};
use testkit::{TestQueue, TestTable};
use uuid::Uuid;

use crate::shop::{MOST_PAGES, Shop, TOP};

const INTERACTIONS: usize = 2_000;

/// Recounts the log with the weights of the contract, restated here: neither the table of weights nor a statement of
/// the product is used, so that a mistake in them is detected. `$counting$` stands for the events within the caps, which
/// testkit restates. Other tests send views of the probe's product, which no
/// list shows.
const RECOUNT: &str = "
    WITH weight (event_type, micros, counter) AS (VALUES
        ('purchase', 800000, 'purchase'), ('add_to_favorites', 600000, 'favorite'), ('checkout_started', 600000, ''),
        ('add_to_cart', 500000, 'cart'), ('write_review', 500000, 'review'), ('rating_high', 400000, 'review'),
        ('view', 300000, 'view'), ('ask_question', 250000, ''), ('click_from_search', 200000, ''),
        ('click_from_recommendation', 150000, ''), ('view_similar_products', 150000, ''),
        ('click_from_category', 120000, ''), ('rating_medium', 100000, 'review'), ('product_impression', 100000, ''),
        ('view_bounce', -100000, 'view'), ('not_interested', -300000, ''), ('remove_from_cart', -300000, 'cart'),
        ('hide_item', -350000, ''), ('rating_low', -500000, 'review'), ('dislike', -500000, ''),
        ('return_product', -600000, ''), ('cancel_order', -600000, ''), ('refund_requested', -700000, ''),
        ('report_product', -1200000, ''))
    SELECT ref_id, sum(micros), sum((counter = 'view')::int), sum((counter = 'purchase')::int),
           sum((counter = 'favorite')::int), sum((counter = 'cart')::int), sum((counter = 'review')::int)
    FROM analytic.interaction NATURAL JOIN weight WHERE id = ANY ($counting$) AND ref_id <> 'shopsignal-probe'
    GROUP BY ref_id ORDER BY 2 DESC, ref_id COLLATE \"C\"";

impl Shop {
    /// The ids of everything in the feed.
    async fn feed(&self) -> HashSet<i64> {
        let client = aws_sdk_dynamodb::Client::new(&TestQueue::aws());
        let (mut feed, mut start): (_, Option<HashMap<String, AttributeValue>>) = (HashSet::new(), None);
        for _ in 0..MOST_PAGES {
            let scan = client.scan().table_name(&self.stack.catalog_table).set_exclusive_start_key(start);
            let page = scan.projection_expression("interactions").send().await.unwrap();
            feed.extend(page.items.unwrap_or_default().iter().flat_map(TestTable::ids_of));
            start = page.last_evaluated_key;
            if start.is_none() {
                return feed;
            }
        }
        panic!("the feed does not end");
    }

    /// The whole log, counted anew.
    async fn recount(&self) -> Vec<String> {
        let events = "SELECT id, event_type, floor(extract(epoch FROM occurred_at))::bigint,
                             floor(extract(epoch FROM date_created - occurred_at))::bigint, coalesce(actor::text, '-'),
                             coalesce(network::text, '-'), bot::text, ref_id
                      FROM analytic.interaction WHERE ref_type = 'Product'";
        let event = |line: &String| {
            let parts: Vec<_> = line.splitn(8, " | ").collect();
            CappedEvent {
                id: parts[0].parse().unwrap(),
                event_type: parts[1].to_owned(),
                second: parts[2].parse().unwrap(),
                delay: parts[3].parse().unwrap(),
                actor: parts[4].parse().ok(),
                network: parts[5].parse().ok(),
                excluded: parts[6] == "true",
                reference: parts[7].to_owned(),
            }
        };
        let events: Vec<_> = self.rows(events).await.iter().map(event).collect();
        let ids: Vec<_> = counting(&events, default_caps).into_iter().map(|id| id.to_string()).collect();
        self.rows(&RECOUNT.replace("$counting$", &format!("'{{{}}}'", ids.join(",")))).await
    }

    /// The whole top list, read with the cursor: one line per product, like those of the recount.
    async fn top_list(&self) -> Vec<String> {
        let (mut lines, mut path) = (Vec::new(), format!("{TOP}?limit=100"));
        for _ in 0..MOST_PAGES {
            let page = self.get(&path).await.body;
            lines.extend(page["data"].as_array().unwrap().iter().map(line));
            let Some(next) = page["pagination"]["next_cursor"].as_str() else { return lines };
            path = format!("{TOP}?limit=100&cursor={next}");
        }
        panic!("the top list does not end");
    }
}

fn line(product: &Value) -> String {
    #[expect(clippy::cast_possible_truncation, reason = "a score in micro-points is a whole number")]
    let micros = (product["score"].as_f64().unwrap() * 1e6).round() as i64;
    let counters = ["view_count", "purchase_count", "favorite_count", "cart_count", "review_count"];
    let counters = counters.map(|name| product[name].to_string()).join(" | ");
    format!("{} | {micros} | {counters}", product["id"].as_str().unwrap())
}

#[tokio::test]
async fn two_thousand_interactions_are_all_accounted_for() {
    let shop = Shop::alone().await;
    let before = shop.number("SELECT coalesce(max(id), 0) FROM analytic.interaction").await;

    // When simulated shoppers do 2,000 things.
    let (count, run) = (INTERACTIONS.to_string(), Uuid::now_v7().to_string());
    let said = shop
        .local_stack(&["simulate", "--seed", "42", "--run", &run, "--interactions", &count, "--orders", "0", "--json"])
        .await;
    assert_eq!(said.code, Some(0), "{}", said.text);
    let summary: Value = serde_json::from_str(&said.text).unwrap();
    let figures = ["accepted", "duplicate", "rejected", "failed"].map(|name| &summary[name]);
    assert_eq!(figures, [&json!(INTERACTIONS), &json!(0), &json!(0), &json!(0)], "{summary}");

    // Then `verify` finds no difference, and nothing is pending.
    let verified = shop.shopsignal(&["verify", "--wait", "120"]).await;
    assert_eq!(verified.code, Some(0), "{}", verified.text);
    assert_eq!(shop.rows("SELECT * FROM analytic.pending").await, [""; 0]);
    for sink in [Sink::Popularity, Sink::Catalog] {
        assert_eq!(shop.bodies_in(shop.dlq_url(sink)).await, [""; 0], "{sink:?}");
    }

    // And the log, the top list and the feed agree, counted by this test.
    let ids = shop.rows(&format!("SELECT id FROM analytic.interaction WHERE id > {before}")).await;
    let ids: BTreeSet<i64> = ids.iter().map(|id| id.parse().unwrap()).collect();
    assert_eq!(ids.len(), INTERACTIONS);
    assert_eq!(shop.top_list().await, shop.recount().await);
    let feed = shop.feed().await;
    let missing: Vec<_> = ids.iter().filter(|id| !feed.contains(id)).collect();
    assert!(missing.is_empty(), "not in the feed: {missing:?}");

    // When the same run is sent again, nothing is stored twice.
    let again = shop
        .local_stack(&["simulate", "--seed", "42", "--run", &run, "--interactions", &count, "--orders", "0", "--json"])
        .await;
    let summary: Value = serde_json::from_str(&again.text).unwrap();
    assert_eq!((&summary["accepted"], &summary["duplicate"]), (&json!(0), &json!(INTERACTIONS)), "{summary}");
    let after = shop.number(&format!("SELECT count(*) FROM analytic.interaction WHERE id > {before}")).await;
    assert_eq!(usize::try_from(after).unwrap(), INTERACTIONS);
}
