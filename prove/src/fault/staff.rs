//! The consumers of a rig: one of each, run manually ([`Crew`]), or many concurrently in the background ([`Staff`]).

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::SeqCst};
use std::time::{Duration, Instant};

use domain::Sink;
use rand::prelude::*;
use rand_chacha::ChaCha8Rng;
use serde_json::json;
use store::verification::Snapshot;
use testkit::Invoked;
use tokio::task::JoinSet;

use super::environment::{Environment, Victim};
use super::mapping::Mapping;
use super::rig::Rig;
use super::traffic::{Outcome, Traffic};

/// Longer than recovery may take once the faults are over.
const WAIT_LIMIT: Duration = Duration::from_secs(180);
/// The simulated time for hints from one attempt of a crew to the next, and in total: more than any backoff, less than
/// a day.
const STEP_SECONDS: u32 = 600;
const STEPS: u32 = 36;
const WEEK_SECONDS: u32 = 7 * 24 * 3_600;
/// The interval between two runs of resend-pending, and the simulated seconds that pass for it.
const SWEEP: (Duration, u32) = (Duration::from_millis(250), 15);
/// The size of a client's requests and its pause: the suite is about faults, not about load.
const ITEMS: usize = 4;
const THINKING: Duration = Duration::from_millis(60);
/// The age of event ids that verification expects to be known, in days: more than any run lasts.
const KEY_RETENTION_DAYS: u16 = 30;

/// One of each consumer, and resend-pending, which run only on demand.
#[derive(Debug)]
pub struct Crew {
    /// update-popularity.
    pub scorer: Mapping,
    /// update-catalog.
    pub teller: Mapping,
    /// resend-pending.
    pub sweeper: Environment,
}

impl Crew {
    /// Creates a crew; nothing is started.
    #[must_use]
    pub fn new(rig: &Rig) -> Self {
        Self {
            scorer: rig.mapping(Sink::Popularity, 1),
            teller: rig.mapping(Sink::Catalog, 2),
            sweeper: rig.environment("resend-pending", &[]),
        }
    }

    /// Works until nothing is pending; returns how long it took.
    ///
    /// # Errors
    /// When it does not come to that.
    pub async fn drain(&mut self, rig: &Rig) -> Result<Duration, String> {
        let started = Instant::now();
        for _ in 0..STEPS {
            let step = Instant::now();
            while self.scorer.deliver().await + self.teller.deliver().await > 0 {
                if step.elapsed() > WAIT_LIMIT {
                    return Err(format!("I9: messages come back after {} s of work", WAIT_LIMIT.as_secs()));
                }
            }
            if rig.count_waiting().await.map_err(|error| error.to_string())? == 0 {
                return Ok(started.elapsed());
            }
            rig.pass_time(STEP_SECONDS).await.map_err(|error| error.to_string())?;
            self.sweeper.invoke(&json!({})).await;
        }
        let hours = STEPS * STEP_SECONDS / 3_600;
        Err(format!("I2: {:?} effects are still owed after {hours} hours of hints", rig.count_waiting().await))
    }

    /// Works on the messages in the queues until nothing is pending; there are no further hints.
    ///
    /// # Errors
    /// When it does not come to that.
    pub async fn drain_without_resend(&mut self, rig: &Rig) -> Result<Duration, String> {
        let started = Instant::now();
        while started.elapsed() < WAIT_LIMIT {
            if self.scorer.deliver().await + self.teller.deliver().await > 0 {
                continue;
            }
            if rig.count_waiting().await.map_err(|error| error.to_string())? == 0 {
                return Ok(started.elapsed());
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        Err("I2: effects are owed although all dead letters were put back".to_owned())
    }

    /// Drains, then continues until the queues are empty: what cannot be handled is a dead letter by then.
    ///
    /// # Errors
    /// When it does not come to that.
    pub async fn finish(mut self, rig: &Rig) -> Result<Duration, String> {
        let took = self.drain(rig).await?;
        let started = Instant::now();
        while rig.queues.popularity.depth().await + rig.queues.catalog.depth().await > 0 {
            if started.elapsed() > WAIT_LIMIT {
                return Err(format!("messages are still there after {} s", WAIT_LIMIT.as_secs()));
            }
            if self.scorer.deliver().await + self.teller.deliver().await == 0 {
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        }
        self.scorer.environment.end().await;
        self.teller.environment.end().await;
        self.sweeper.end().await;
        leave_parked_alone(rig).await?;
        Ok(took)
    }
}

/// Parked rows wait for an operator: however much time passes, there is no hint at them.
async fn leave_parked_alone(rig: &Rig) -> Result<(), String> {
    rig.pass_time(WEEK_SECONDS).await.map_err(|error| error.to_string())?;
    let mut sweeper = rig.environment("resend-pending", &[]);
    let said = sweeper.invoke(&json!({})).await;
    sweeper.end().await;
    match said {
        Invoked::Answered(resent) if resent["claimed"] == 0 => Ok(()),
        other => Err(format!("I2: parked rows were hinted at again: {other:?}")),
    }
}

/// Clients, consumers and resend-pending, all running, and an observer that recounts meanwhile.
#[derive(Debug)]
pub struct Staff {
    /// Every process, by what it runs.
    pub victims: Vec<Victim>,
    /// How often the observer could recount.
    samples: Arc<AtomicUsize>,
    shop_is_open: Arc<AtomicBool>,
    at_work: Arc<AtomicBool>,
    /// They end with the value, whatever becomes of the scenario.
    clients: JoinSet<()>,
    workers: JoinSet<()>,
}

/// The context of a worker.
struct Post {
    rig: Arc<Rig>,
    open: Arc<AtomicBool>,
}

impl Staff {
    /// Starts a number of clients and two consumers of each sink. Clients retry four of five failed requests.
    #[must_use]
    pub fn start(rig: &Arc<Rig>, clients: u64, poison_percent: u32) -> Self {
        let (shop_is_open, at_work) = (Arc::new(AtomicBool::new(true)), Arc::new(AtomicBool::new(true)));
        let samples = Arc::default();
        let mut staff = Self {
            victims: Vec::new(),
            samples,
            shop_is_open,
            at_work,
            clients: JoinSet::new(),
            workers: JoinSet::new(),
        };
        for client in 0..clients {
            let recorder = rig.environment("record-interactions", &[]);
            staff.victims.push(recorder.victim());
            let traffic =
                Traffic::new(rig.options.seed.wrapping_mul(1_000).wrapping_add(client), poison_percent, ITEMS);
            staff.clients.spawn(serve(staff.post(rig, true), recorder, traffic));
        }
        for (sink, seed) in [(Sink::Popularity, 1), (Sink::Popularity, 2), (Sink::Catalog, 3), (Sink::Catalog, 4)] {
            let mapping = rig.mapping(sink, seed);
            staff.victims.push(mapping.environment.victim());
            staff.workers.spawn(consume(staff.post(rig, false), mapping));
        }
        let sweeper = rig.environment("resend-pending", &[]);
        staff.victims.push(sweeper.victim());
        staff.workers.spawn(sweep(staff.post(rig, false), sweeper));
        staff.workers.spawn(observe(staff.post(rig, false), Arc::clone(&staff.samples)));
        staff
    }

    fn post(&self, rig: &Arc<Rig>, client: bool) -> Post {
        let open = if client { &self.shop_is_open } else { &self.at_work };
        Post { rig: Arc::clone(rig), open: Arc::clone(open) }
    }

    /// Ends the traffic and waits for the last responses.
    ///
    /// # Panics
    /// When a client panicked.
    pub async fn close_shop(&mut self) {
        self.shop_is_open.store(false, SeqCst);
        while let Some(client) = self.clients.join_next().await {
            client.unwrap();
        }
    }

    /// Ends the traffic, waits until nothing is pending and the queues are empty, and stops everything.
    ///
    /// Returns how long it took until nothing was pending, from the call on: the faults are over by then.
    ///
    /// # Errors
    /// When it does not come to that.
    ///
    /// # Panics
    /// When a worker panicked.
    pub async fn finish(mut self, rig: &Rig) -> Result<Duration, String> {
        let started = Instant::now();
        self.close_shop().await;
        let mut converged = None;
        let rested = loop {
            if started.elapsed() > WAIT_LIMIT {
                let depths = [rig.queues.popularity.depth().await, rig.queues.catalog.depth().await];
                let owed = rig.count_waiting().await;
                break Err(format!("no rest after {} s: {owed:?} owed, {depths:?} messages", WAIT_LIMIT.as_secs()));
            }
            if converged.is_none() && matches!(rig.count_waiting().await, Ok(0)) {
                converged = Some(started.elapsed());
            }
            if let Some(took) = converged
                && rig.queues.popularity.depth().await + rig.queues.catalog.depth().await == 0
            {
                break Ok(took);
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        };
        self.at_work.store(false, SeqCst);
        while let Some(worker) = self.workers.join_next().await {
            worker.unwrap();
        }
        leave_parked_alone(rig).await?;
        if self.samples.load(SeqCst) == 0 {
            return Err("I7: nobody could recount in the midst of it".to_owned());
        }
        rested
    }
}

async fn serve(post: Post, mut recorder: Environment, mut traffic: Traffic) {
    let mut random = ChaCha8Rng::seed_from_u64(post.rig.options.seed);
    while post.open.load(SeqCst) {
        let request = traffic.draw();
        tokio::time::sleep(THINKING).await;
        while request.send(&mut recorder, &post.rig.history, &post.rig.notes).await != Outcome::Acknowledged
            && random.random_ratio(4, 5)
        {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }
    recorder.end().await;
}

async fn consume(post: Post, mut mapping: Mapping) {
    while post.open.load(SeqCst) {
        if mapping.deliver().await == 0 {
            tokio::time::sleep(Duration::from_millis(30)).await;
        }
    }
    mapping.environment.end().await;
}

async fn sweep(post: Post, mut sweeper: Environment) {
    while post.open.load(SeqCst) {
        tokio::time::sleep(SWEEP.0).await;
        // Without Postgres simulated time stands still, and the run below fails.
        post.rig.pass_time(SWEEP.1).await.ok();
        sweeper.invoke(&json!({})).await;
    }
    sweeper.end().await;
}

/// I7: recounts everything in one snapshot, while the others work.
async fn observe(post: Post, samples: Arc<AtomicUsize>) {
    while post.open.load(SeqCst) {
        tokio::time::sleep(Duration::from_millis(500)).await;
        let Ok(mut client) = post.rig.connect().await else { continue };
        let Ok(snapshot) = Snapshot::open(&mut client).await else { continue };
        let Ok(report) = snapshot.report(KEY_RETENTION_DAYS).await else { continue };
        samples.fetch_add(1, SeqCst);
        if report.differences() != 0 {
            post.rig.notes.add(format!("in the midst of it: {report:?}"));
        }
    }
}
