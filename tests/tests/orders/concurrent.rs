//! Concurrent consumers with the same events, orders and products.

use cross_tests::back_end::Shop;
use cross_tests::history::history;
use rand::prelude::*;
use rand_chacha::ChaCha8Rng;

/// Counts the deadlocks that Postgres resolved in this database.
const DEADLOCKS: &str = "SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn consumers_with_the_same_and_with_other_events_at_once_are_exact_and_never_deadlock() {
    let mut random = ChaCha8Rng::seed_from_u64(7);
    let shop = std::sync::Arc::new(Shop::open().await);
    let events = history(7, 300);
    let mut running = Vec::new();
    for _ in 0..4 {
        // Each consumer gets two thirds of all events, in a different order.
        let mut mine = events.clone();
        mine.shuffle(&mut random);
        mine.truncate(events.len() * 2 / 3);
        running.push((std::sync::Arc::clone(&shop), mine));
    }
    running[0].1 = events.clone();
    let tasks: Vec<_> = running
        .into_iter()
        .map(|(shop, mine)| {
            tokio::spawn(async move {
                let mut function = shop.start().await;
                shop.send_events(&mut function, &mine, 40).await;
                function.output()
            })
        })
        .collect();
    for task in tasks {
        let output = task.await.unwrap();
        assert!(!output.contains("deadlock") && !output.contains("\"ERROR\""), "{output}");
    }
    shop.assert_exact().await;
    let one_by_one = Shop::open().await;
    let mut function = one_by_one.start().await;
    one_by_one.send_events(&mut function, &events, 100).await;
    assert_eq!(shop.state().await, one_by_one.state().await);
    assert_eq!(shop.database.number(DEADLOCKS).await, 0);
}
