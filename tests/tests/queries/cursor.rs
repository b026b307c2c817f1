//! The top list by cursor: every product whose score does not change is seen exactly once, whatever else moves.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use testkit::HttpReply;

use crate::stage::{SCORES, Stage, TOP, numbers, pagination, product};

/// Products of the long walks.
const PRODUCTS: u32 = 1_200;

/// What a walk sees at most, with what appears or comes again while it goes on.
const MOST_SEEN: usize = 2 * PRODUCTS as usize;

/// Few scores, so that most pages begin and end inside a tie.
fn tied(number: u32) -> (u32, i64) {
    (number, i64::from(number % 7) * 100_000 - 300_000)
}

fn next(reply: &HttpReply) -> Option<String> {
    pagination(reply)["next_cursor"].as_str().map(str::to_owned)
}

/// Walks the whole list from its first page, and returns the products as they came.
async fn walk(stage: &mut Stage, limit: u32, between_pages: &str) -> Vec<u32> {
    let mut reply = stage.get(&format!("{TOP}?limit={limit}")).await;
    let mut seen = numbers(&reply);
    while let Some(cursor) = next(&reply) {
        if !between_pages.is_empty() {
            stage.database.execute(between_pages).await;
        }
        reply = stage.get(&format!("{TOP}?limit={limit}&cursor={cursor}")).await;
        let page = numbers(&reply);
        assert!(!page.is_empty() && page.len() <= limit as usize, "{reply:?}");
        seen.extend(page);
        assert!(seen.len() <= MOST_SEEN, "the walk does not end");
    }
    seen
}

#[tokio::test]
async fn a_walk_sees_every_product_once_in_the_order_of_the_list() {
    let products: Vec<_> = (0..PRODUCTS).map(tied).collect();
    let mut stage = Stage::with_products(&products).await;
    let mut expected = products;
    expected.sort_by_key(|(number, score)| (-score, *number));
    let expected: Vec<u32> = expected.into_iter().map(|(number, _)| number).collect();
    // 100 divides neither the ties nor always the list, 1200 / 60 has a last page that is full, 97 is odd in all.
    for limit in [100, 97, 60] {
        assert_eq!(walk(&mut stage, limit, "").await, expected, "limit {limit}");
    }
}

#[tokio::test]
async fn a_walk_while_others_move_neither_repeats_nor_misses_what_stands_still() {
    let products: Vec<_> = (0..PRODUCTS).map(tied).collect();
    let mut stage = Stage::with_products(&products).await;
    // One product in three jumps to anywhere in the list; new ones appear and some of the moving ones go.
    let movement = format!(
        "UPDATE analytic.product_popularity SET score_micros = (random() * 8)::bigint * 100000 - 400000
         WHERE ('x' || right(id, 8))::bit(32)::int % 3 = 0;
         INSERT INTO {SCORES}
         SELECT gen_random_uuid()::text, (random() * 8)::bigint * 100000 - 400000, 0, 0, 0, 0, 0, now() FROM generate_series(1, 5);
         DELETE FROM analytic.product_popularity WHERE id IN (
             SELECT id FROM analytic.product_popularity
             WHERE id < '{}' AND ('x' || right(id, 8))::bit(32)::int % 3 = 0 ORDER BY random() LIMIT 5)",
        product(PRODUCTS)
    );

    let seen = walk(&mut stage, 50, &movement).await;

    let mut times: BTreeMap<u32, u32> = BTreeMap::new();
    for number in seen {
        *times.entry(number).or_default() += 1;
    }
    let standing = (0..PRODUCTS).filter(|number| number % 3 != 0);
    let wrong: Vec<_> = standing.filter(|number| times.get(number) != Some(&1)).collect();
    assert!(wrong.is_empty(), "seen another number of times than once: {wrong:?}");
}

#[tokio::test]
async fn a_page_by_cursor_says_how_it_was_reached_and_counts_nothing() {
    let products: Vec<_> = (0..5).map(|n| (n, 0)).collect();
    let mut stage = Stage::with_products(&products).await;
    let first = stage.get(&format!("{TOP}?limit=2")).await;
    let cursor = next(&first).unwrap();

    let second = stage.get(&format!("{TOP}?limit=2&cursor={cursor}")).await;
    let third = stage.get(&format!("{TOP}?limit=2&cursor={}", next(&second).unwrap())).await;

    let expected = json!({ "limit": 2, "total": null, "page": null, "next_page": null, "cursor": cursor, "next_cursor": next(&second) });
    assert_eq!(pagination(&second), expected);
    assert_eq!((numbers(&second), numbers(&third)), (vec![2, 3], vec![4]));
    assert_eq!(pagination(&third)["next_cursor"], Value::Null);
}

#[tokio::test]
async fn a_cursor_may_be_used_again_and_with_another_limit() {
    let products: Vec<_> = (0..9).map(|n| (n, i64::from(n / 3))).collect();
    let mut stage = Stage::with_products(&products).await;
    let cursor = next(&stage.get(&format!("{TOP}?limit=2")).await).unwrap();
    for (limit, expected) in [(1, vec![8]), (3, vec![8, 3, 4]), (1, vec![8]), (100, vec![8, 3, 4, 5, 0, 1, 2])] {
        assert_eq!(numbers(&stage.get(&format!("{TOP}?limit={limit}&cursor={cursor}")).await), expected);
    }
}

#[tokio::test]
async fn a_cursor_outlives_the_product_it_names() {
    let products: Vec<_> = (0..5).map(|n| (n, 0)).collect();
    let mut stage = Stage::with_products(&products).await;
    let cursor = next(&stage.get(&format!("{TOP}?limit=2")).await).unwrap();
    stage.database.execute(&format!("DELETE FROM analytic.product_popularity WHERE id = '{}'", product(1))).await;
    assert_eq!(numbers(&stage.get(&format!("{TOP}?cursor={cursor}")).await), [2, 3, 4]);
}
