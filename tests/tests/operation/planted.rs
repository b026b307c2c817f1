//! Verifying finds a difference that was planted in any table, and ARCHITECTURE.md says of each what compares it.

use std::collections::BTreeSet;
use std::fs;

use cross_tests::history::history;
use cross_tests::shop::{Shop, hints};
use domain::{Caller, NewInteraction};
use jiff::{SignedDuration, Timestamp};
use serde_json::json;
use store::interaction::Submission;
use testkit::template::repository;
use testkit::{TestDatabase, all_done, interaction};
use uuid::Uuid;

use crate::shop::verify;

/// A difference: the table, and what plants it.
type Plant = (&'static str, &'static str);

/// What readers of orders see.
const ORDERS: [Plant; 19] = [
    ("sales_order", "UPDATE analytic.sales_order SET total_minor = total_minor + 1"),
    ("sales_order", "UPDATE analytic.sales_order SET total_minor = NULL"),
    ("sales_order", "UPDATE analytic.sales_order SET shipping_minor = shipping_minor + 1"),
    ("sales_order", "UPDATE analytic.sales_order SET tax_minor = tax_minor + 1"),
    ("sales_order", "UPDATE analytic.sales_order SET fee_minor = fee_minor + 1"),
    ("sales_order", "UPDATE analytic.sales_order SET refund_minor = refund_minor + 1"),
    ("sales_order", "UPDATE analytic.sales_order SET seller_id = 'someone-else'"),
    ("sales_order", "UPDATE analytic.sales_order SET placed_at = placed_at - interval '1 second'"),
    ("sales_order", "UPDATE analytic.sales_order SET paid_at = paid_at - interval '1 second'"),
    ("sales_order", "UPDATE analytic.sales_order SET shipped_at = now()"),
    ("sales_order", "UPDATE analytic.sales_order SET delivered_at = now()"),
    ("sales_order", "UPDATE analytic.sales_order SET cancelled_at = now()"),
    ("sales_order", "UPDATE analytic.sales_order SET returned_at = now()"),
    ("sales_order", "UPDATE analytic.sales_order SET refund_requested_at = now()"),
    ("order_line", "UPDATE analytic.order_line SET reference = reference || 'x' WHERE position = 0"),
    ("payment", "UPDATE analytic.payment SET method = 'bitcoin'"),
    ("payment", "UPDATE analytic.payment SET status = 'failed' WHERE status <> 'failed'"),
    ("payment", "UPDATE analytic.payment SET paid_at = paid_at - interval '1 second'"),
    ("payment", "UPDATE analytic.payment SET refunded_at = now()"),
];

/// Products, opinions and users, and what the next order depends on.
const STATES: [Plant; 20] = [
    ("product", "UPDATE analytic.product SET name = 'Wrong'"),
    ("product", "UPDATE analytic.product SET category_id = 'wrong'"),
    ("product", "UPDATE analytic.product SET available = false"),
    ("product", "UPDATE analytic.product SET deleted_at = now()"),
    ("product_period", "UPDATE analytic.product_period SET seller_id = 'wrong'"),
    ("product_period", "UPDATE analytic.product_period SET since = since - interval '1 second'"),
    ("product_period", "DELETE FROM analytic.product_period"),
    ("product_sku", "UPDATE analytic.product_sku SET claimed_at = claimed_at - interval '1 second'"),
    ("product_reference", "UPDATE analytic.product_reference SET product_id = NULL"),
    ("opinion", "UPDATE analytic.opinion SET score_micros = score_micros + 1"),
    ("opinion", "UPDATE analytic.opinion SET customer_key = 'wrong'"),
    ("opinion", "DELETE FROM analytic.opinion"),
    ("shop_user", "UPDATE analytic.shop_user SET registered_at = now()"),
    ("shop_user", "UPDATE analytic.shop_user SET deleted_at = now()"),
    ("projection", "UPDATE analytic.projection SET contribution = '[]' WHERE subject = 'order'"),
    ("projection", "UPDATE analytic.projection SET contribution = '[]' WHERE subject = 'rating'"),
    ("projection", "UPDATE analytic.projection SET derived = '{}'"),
    ("order_fact", "DELETE FROM analytic.order_fact"),
    ("order_fact", "UPDATE analytic.order_fact SET amount_minor = amount_minor + 1"),
    ("order_fact", "UPDATE analytic.order_fact SET lines = NULL"),
];

/// The figures.
const FIGURES: [Plant; 12] = [
    ("sales_rollup", "UPDATE analytic.sales_rollup SET tax_minor = tax_minor + 1 WHERE grain = 'quarter'"),
    ("product_rollup", "UPDATE analytic.product_rollup SET items_milli = items_milli + 1 WHERE grain = 'day'"),
    ("category_rollup", "DELETE FROM analytic.category_rollup WHERE grain = 'minute'"),
    ("customer_rollup", "UPDATE analytic.customer_rollup SET refund_minor = refund_minor + 1"),
    ("customer_spend_rollup", "UPDATE analytic.customer_spend_rollup SET customers = customers + 1"),
    ("order_status_rollup", "UPDATE analytic.order_status_rollup SET orders = orders + 1"),
    ("rating_rollup", "UPDATE analytic.rating_rollup SET ratings = ratings + 1"),
    ("user_rollup", "DELETE FROM analytic.user_rollup"),
    ("event_rollup", "UPDATE analytic.event_rollup SET events = events + 1"),
    ("product_popularity", "UPDATE analytic.product_popularity SET score_micros = score_micros + 1"),
    ("product_popularity", "UPDATE analytic.product_popularity SET standing = 'withdrawn' WHERE id = 'seen'"),
    ("activity", "UPDATE analytic.activity SET capped = capped + 1"),
];

/// The log with its keys, the caps, and the rank lists.
const COUNTS: [Plant; 14] = [
    ("interaction_key", "UPDATE analytic.interaction_key SET fingerprint = NULL"),
    ("interaction_key", "DELETE FROM analytic.interaction_key"),
    ("pending", "UPDATE analytic.pending SET event_type = 'purchase'"),
    (
        "partition_count",
        "INSERT INTO analytic.partition_count
        SELECT relname, 7 FROM pg_class WHERE relname = to_char(now() AT TIME ZONE 'UTC', '\"interaction_\"YYYYMMDD')",
    ),
    ("actor_day", "DELETE FROM analytic.actor_day WHERE guests = '{}'"),
    ("actor_day", "UPDATE analytic.actor_day SET kept = kept[1:1], guests = guests[1:1] WHERE cardinality(kept) > 1"),
    ("actor_day", "UPDATE analytic.actor_day SET guests = ARRAY[gen_random_uuid()] || guests[2:] WHERE guests <> '{}'"),
    ("actor_day", "UPDATE analytic.actor_day SET cap = cap + 1"),
    ("product_rank", "UPDATE analytic.product_rank SET hour_micros = hour_micros + 1"),
    ("product_rank", "UPDATE analytic.product_rank SET next_change_at = NULL"),
    ("product_rank", "UPDATE analytic.product_rank SET next_change_at = next_change_at + interval '1 hour'"),
    ("rank_position", "UPDATE analytic.rank_position SET alltime = alltime + 1"),
    ("rank_generation", "UPDATE analytic.rank_generation SET half_life_hours = 6"),
    ("recommendation_count", "UPDATE analytic.recommendation_count SET clicks = clicks + 50"),
];

/// What was learned.
const LEARNED: [Plant; 16] = [
    ("learned_product", "UPDATE analytic.learned_product SET viewed_weight = viewed_weight * 1.01"),
    ("learned_product", "UPDATE analytic.learned_product SET bought_weight = bought_weight * 1.01"),
    ("related_product", "DELETE FROM analytic.related_product WHERE kind = 'viewed'"),
    ("related_product", "DELETE FROM analytic.related_product WHERE kind = 'bought'"),
    (
        "related_product",
        "UPDATE analytic.related_product SET strengths = array_fill(0::float8, ARRAY[cardinality(strengths)])
        WHERE kind = 'bought'",
    ),
    ("visit", "DELETE FROM analytic.visit WHERE kind = 'viewed'"),
    ("visit", "UPDATE analytic.visit SET event_types = array_fill('gift'::text, ARRAY[cardinality(event_types)])"),
    ("visit", "UPDATE analytic.visit SET gains = array_fill(7::float8, ARRAY[cardinality(gains)])"),
    ("network_day", "UPDATE analytic.network_day SET events = events + 1"),
    ("network_day", "DELETE FROM analytic.network_day"),
    ("bought_product", "DELETE FROM analytic.bought_product"),
    ("bought_product", "UPDATE analytic.bought_product SET cancelled = cancelled + 1"),
    ("avoided_product", "UPDATE analytic.avoided_product SET since = since - interval '1 second'"),
    ("avoided_product", "DELETE FROM analytic.avoided_product"),
    ("recommendation_click", "DELETE FROM analytic.recommendation_click"),
    ("recommendation_click", "UPDATE analytic.recommendation_click SET arm = 'learned'"),
];

fn plants() -> impl Iterator<Item = Plant> {
    ORDERS.into_iter().chain(STATES).chain(FIGURES).chain(COUNTS).chain(LEARNED)
}

/// What shoppers did: two accounts and two guests of a network, today and in one visit each.
fn shopping() -> (Vec<NewInteraction>, Vec<NewInteraction>) {
    let (one, other) = (Uuid::from_u128(1), Uuid::from_u128(2));
    let by = |account: Uuid, event: &str, product: &str| NewInteraction {
        account_id: Some(account),
        session_id: None,
        ..interaction(event, product)
    };
    let bought = |product: &str| NewInteraction {
        metadata: r#"{"basket":"order-1"}"#.to_owned(),
        ..by(one, "purchase", product)
    };
    let clicked = NewInteraction {
        metadata: r#"{"recommendation_id":"r1-session-c-0193a0f4-5c00-7000-8000-000000000001"}"#.to_owned(),
        ..by(other, "click_from_recommendation", "clicked")
    };
    let mut shoppers = vec![by(one, "view", "seen"), by(one, "view", "bought"), by(one, "view", "too")];
    shoppers.extend([bought("bought"), bought("too"), by(one, "cancel_order", "too")]);
    shoppers.extend([by(other, "dislike", "seen"), by(other, "view", "seen"), by(other, "view", "seen"), clicked]);
    let guest = |session: &str, product: &str| NewInteraction {
        session_id: Some(session.to_owned()),
        ..interaction("view", product)
    };
    (shoppers, vec![guest("g-1", "seen"), guest("g-1", "too"), guest("g-2", "seen")])
}

/// A shop with something in every table, at rest but for one interaction.
async fn filled_shop() -> TestDatabase {
    let shop = Shop::open().await;
    let mut orders = shop.start_orders().await;
    for part in history(5, 40).chunks(100) {
        shop.send_events(&mut orders, part).await;
    }
    let (shoppers, guests) = shopping();
    shop.record_items(&shoppers).await;
    let submission = Submission { caller: Caller::Guest, ip_address: Some("203.0.113.0"), ..Submission::TRUSTED };
    store::interaction::record(&shop.database.store(), &guests, &submission).await.unwrap();
    shop.score_all(&mut shop.start_scorer().await).await;
    let ids = shop.database.rows("SELECT interaction_id FROM analytic.pending WHERE sink = 'catalog' ORDER BY 1").await;
    let ids: Vec<i64> = ids.iter().map(|id| id.parse().unwrap()).collect();
    let mut learner = shop.start("update-catalog", &[]).await;
    for part in ids.chunks(100) {
        assert_eq!(learner.invoke(&hints(part)).await, all_done(), "{}", learner.output());
    }
    let mut ranks = shop.start("rank-products", &[("TREND_HALF_LIFE_HOURS", "24"), ("ANNOUNCED_ONLY", "auto")]).await;
    ranks.invoke(&json!({})).await;
    let waiting = NewInteraction {
        occurred_at: Some(Timestamp::now() - SignedDuration::from_hours(1)),
        ..interaction("view", "waiting")
    };
    shop.record_items(&[waiting]).await;
    shop.database.copy().await
}

#[tokio::test]
async fn a_difference_in_any_table_is_found() {
    let shop = filled_shop().await;
    let report = verify(&shop.copy().await).await;
    assert_eq!(report.differences(), 0, "{report:?}");
    let empty: Vec<_> = report.tables.iter().filter(|table| table.rows == 0).map(|table| table.table).collect();
    assert_eq!(empty, ["partition_count"], "a table without rows proves nothing");
    let mut missed = Vec::new();
    for (table, harm) in plants() {
        let copy = shop.copy().await;
        assert_ne!(copy.client().execute(harm, &[]).await.unwrap(), 0, "{harm}");
        if verify(&copy).await.differences() == 0 {
            missed.push((table, harm));
        }
    }
    assert!(missed.is_empty(), "{missed:#?}");
}

/// The tables that a section of ARCHITECTURE.md names in the first column, and whether anything compares them.
fn documented() -> Vec<(String, bool)> {
    let text = fs::read_to_string(repository().join("ARCHITECTURE.md")).unwrap();
    let section = text.split("\n## ").find(|section| section.starts_with("What `verify` compares\n")).unwrap();
    let mut tables = Vec::new();
    for row in section.lines().filter(|line| line.starts_with("| `")) {
        let cells: Vec<_> = row.trim_matches('|').split('|').map(str::trim).collect();
        let names = cells[0].split('`').filter(|name| !name.trim_matches([',', ' ']).is_empty());
        tables.extend(names.map(|name| (name.to_owned(), cells[1] != "-")));
    }
    tables
}

#[tokio::test]
async fn of_every_table_it_is_written_what_compares_it_or_why_nothing_does() {
    let database = TestDatabase::create().await;
    let exist = "SELECT relname FROM pg_class WHERE relnamespace = 'analytic'::regnamespace AND relkind IN ('r', 'p')
                 AND NOT relispartition ORDER BY relname COLLATE \"C\"";
    let mut written: Vec<_> = documented().into_iter().map(|(table, _)| table).collect();
    written.sort();
    assert_eq!(written, database.rows(exist).await);
}

#[test]
fn of_every_table_that_is_compared_a_difference_is_planted() {
    let compared: BTreeSet<_> = documented().into_iter().filter(|(_, is_compared)| *is_compared).collect();
    let compared: BTreeSet<_> = compared.iter().map(|(table, _)| table.as_str()).collect();
    assert_eq!(plants().map(|(table, _)| table).collect::<BTreeSet<_>>(), compared);
}
