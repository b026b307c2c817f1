//! Whatever happens to the messages, the scores equal a naive count of the events.

use std::collections::BTreeMap;

use cross_tests::shop::{Shop, hints};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use testkit::{Function, all_done};
use tokio::runtime::Runtime;
use uuid::Uuid;

use super::weight::WEIGHTS;

/// What shoppers did: events (one in eight without a weight) on a few products.
fn events() -> impl Strategy<Value = Vec<(usize, usize)>> {
    prop::collection::vec((0..WEIGHTS.len() + 3, 0..4_usize), 1..60)
}

/// How the messages arrive: by position in the events, in any order, with repetitions, split into batches.
fn deliveries() -> impl Strategy<Value = (Vec<prop::sample::Index>, usize)> {
    (prop::collection::vec(any::<prop::sample::Index>(), 0..120), 1..40_usize)
}

fn name(event: usize) -> &'static str {
    WEIGHTS.get(event).map_or("wishlist_shared", |(name, ..)| name)
}

/// Counts naively: event by event.
fn naive(events: &[(usize, Uuid)]) -> Vec<String> {
    let mut totals: BTreeMap<Uuid, [i64; 6]> = BTreeMap::new();
    for (event, product) in events {
        let Some((_, micros, counter)) = WEIGHTS.get(*event) else { continue };
        let total = totals.entry(*product).or_default();
        total[0] += micros;
        counter.iter().for_each(|counter| total[counter + 1] += 1);
    }
    let line = |(product, total): (Uuid, [i64; 6])| format!("{product} | {}", total.map(|n| n.to_string()).join(" | "));
    totals.into_iter().map(line).collect()
}

#[test]
fn shuffled_repeated_and_split_deliveries_give_the_naive_count() {
    let runtime = Runtime::new().unwrap();
    let shop = runtime.block_on(Shop::open());
    let scorer = std::cell::RefCell::new(runtime.block_on(shop.start_scorer()));
    let mut runner = TestRunner::new(Config { cases: 60, failure_persistence: None, ..Config::default() });
    let checked = runner.run(&(events(), deliveries()), |(events, (order, size))| {
        // Separate products, so that the cases can share one database.
        let products: Vec<_> = (0..4).map(|_| Uuid::now_v7()).collect();
        let events: Vec<_> = events.into_iter().map(|(event, product)| (event, products[product])).collect();
        let (stored, outstanding) = runtime.block_on(deliver(&shop, &mut scorer.borrow_mut(), (&events, &order, size)));
        prop_assert_eq!(stored, naive(&events));
        prop_assert_eq!(outstanding, 0);
        Ok(())
    });
    checked.unwrap();
    runtime.block_on(shop.assert_all_scored_exactly());
    // The database goes before the runtime that its connection runs on.
    drop((shop, scorer));
}

/// Records the events, delivers them, and then everything once more; returns what the case's products have.
async fn deliver(
    shop: &Shop,
    scorer: &mut Function,
    (events, order, size): (&[(usize, Uuid)], &[prop::sample::Index], usize),
) -> (Vec<String>, i64) {
    let named: Vec<_> = events.iter().map(|(event, product)| (name(*event), *product)).collect();
    let ids = shop.record(&named).await;
    let mut arriving: Vec<i64> = order.iter().map(|index| *index.get(&ids)).collect();
    arriving.extend(ids.iter().rev());
    for batch in arriving.chunks(size) {
        assert_eq!(scorer.invoke(&hints(batch)).await, all_done());
    }
    let ours: Vec<_> = events.iter().map(|(_, product)| format!("'{product}'")).collect();
    let stored = format!(
        "SELECT id, score_micros, view_count, purchase_count, favorite_count, cart_count, review_count
         FROM analytic.product_popularity WHERE id IN ({}) ORDER BY id",
        ours.join(", ")
    );
    (shop.database.rows(&stored).await, shop.unscored().await)
}
