//! Shoppers who send requests at a bounded rate, and none while the shop is closed: the backlog of a fault is small, so
//! the time to process it depends on the fault and not on the load.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::SeqCst};
use std::time::Duration;

use rand::prelude::*;
use rand_chacha::ChaCha8Rng;
use tokio::sync::{OwnedRwLockWriteGuard, RwLock};
use tokio::task::JoinSet;

use super::environment::Environment;
use super::rig::Rig;
use super::traffic::{Outcome, Traffic};

/// The maximum number of items of a request.
const ITEMS: usize = 25;
/// Between two requests of a shopper, in milliseconds; the mean of them.
const PACE_MS: u64 = 60;
/// The delay before a failed request is retried.
const AGAIN: Duration = Duration::from_millis(30);

/// The shoppers and the lock that all of them use.
#[derive(Debug)]
pub(super) struct Shoppers {
    door: Arc<RwLock<()>>,
    coming: Arc<AtomicBool>,
    /// They end with the value, whatever becomes of the scenario.
    tasks: JoinSet<()>,
}

impl Shoppers {
    /// Starts a number of shoppers; the catalog refuses a percentage of their events.
    pub(super) fn start(rig: &Arc<Rig>, count: u64, poison_percent: u32) -> Self {
        let (door, coming) = (Arc::default(), Arc::new(AtomicBool::new(true)));
        let mut tasks = JoinSet::new();
        for number in 0..count {
            let seed = rig.options.seed.wrapping_mul(1_000).wrapping_add(number);
            let traffic = Traffic::new(seed, poison_percent, ITEMS);
            let recorder = rig.environment("record-interactions", &[]);
            tasks.spawn(shop(Arc::clone(rig), (Arc::clone(&door), Arc::clone(&coming)), recorder, traffic));
        }
        Self { door, coming, tasks }
    }

    /// Closes the shop when requests in progress are answered; it reopens when the value is dropped.
    pub(super) async fn close(&self) -> OwnedRwLockWriteGuard<()> {
        Arc::clone(&self.door).write_owned().await
    }

    /// Lets nobody come any more and waits for the last answers.
    pub(super) async fn leave(mut self) {
        self.coming.store(false, SeqCst);
        while let Some(task) = self.tasks.join_next().await {
            task.unwrap();
        }
    }
}

async fn shop(
    rig: Arc<Rig>,
    (door, coming): (Arc<RwLock<()>>, Arc<AtomicBool>),
    mut recorder: Environment,
    mut traffic: Traffic,
) {
    let mut random = ChaCha8Rng::seed_from_u64(rig.options.seed);
    while coming.load(SeqCst) {
        let request = traffic.draw();
        loop {
            let open = door.read().await;
            let outcome = request.send(&mut recorder, &rig.history, &rig.notes).await;
            drop(open);
            // One of five gives up.
            if outcome == Outcome::Acknowledged || random.random_ratio(1, 5) {
                break;
            }
            tokio::time::sleep(AGAIN).await;
        }
        tokio::time::sleep(Duration::from_millis(random.random_range(0..2 * PACE_MS))).await;
    }
    recorder.end().await;
}
