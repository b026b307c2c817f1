//! Temporary.
use crate::shop::*;
use domain::Micros;
use rand::prelude::*;
use rand_chacha::ChaCha8Rng;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use testkit::TestDatabase;
use tokio::time::{Duration, Instant};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_lock() {
    const EVENTS: [&str; 3] = ["view", "add_to_cart", "dislike"];
    let database = Arc::new(TestDatabase::create().await);
    let stop = Arc::new(AtomicBool::new(false));
    let scorers: Vec<_> = (0..8)
        .map(|seed| {
            let (database, stop) = (Arc::clone(&database), Arc::clone(&stop));
            tokio::spawn(async move {
                let (mut random, store) = (ChaCha8Rng::seed_from_u64(seed), database.store());
                while !stop.load(Ordering::Relaxed) {
                    let event = |_| (*EVENTS.choose(&mut random).unwrap(), product(random.random_range(0..30)));
                    let events: Vec<_> = (0..40).map(event).collect();
                    let ids = record(&database, &events).await;
                    store::popularity::apply(&store, &ids).await.unwrap();
                }
            })
        })
        .collect();
    let mut client = store::connect(&database.settings(), None).await.unwrap();
    let (mut bad, mut sets, mut refused) = (0, 0, 0);
    let end = Instant::now() + Duration::from_secs(8);
    let mut random = ChaCha8Rng::seed_from_u64(9);
    while Instant::now() < end {
        for lock in [""] {
            let tx = client.transaction().await.unwrap();
            tx.batch_execute(lock).await.unwrap();
            for e in EVENTS {
                tx.batch_execute(&format!(
                    "UPDATE analytic.event_weight SET weight_micros={} WHERE event_type='{e}'",
                    Micros(random.random_range(-1000..1000)).0
                ))
                .await
                .unwrap();
            }
            tx.batch_execute(include_str!("../../../shared/store/sql/weight/create_recount.sql")).await.unwrap();
            let none: Option<jiff::Timestamp> = None;
            tx.query(include_str!("../../../shared/store/sql/weight/recount_slice.sql"), &[&none, &none])
                .await
                .unwrap();
            match tx.query(include_str!("../../../shared/store/sql/weight/replace_scores.sql"), &[]).await {
                Ok(_) => {
                    tx.commit().await.unwrap();
                    sets += 1;
                }
                Err(_) => refused += 1,
            }
        }
        if verify(&database).await.differences() > 0 {
            bad += 1;
        }
    }
    stop.store(true, Ordering::Relaxed);
    for s in scorers {
        s.await.unwrap();
    }
    println!("MUTANT sets {sets} refused {refused} looks with differences {bad}");
}
