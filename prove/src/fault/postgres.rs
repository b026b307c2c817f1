//! Faults of Postgres itself, under traffic, on the scenario's own cluster: stopped, a session killed, down, without a
//! free connection, with a full disk.

use std::sync::Arc;
use std::time::{Duration, Instant};

use rand::prelude::*;
use rand_chacha::ChaCha8Rng;

use super::cluster::{Cluster, ClusterOptions};
use super::queue::Receives;
use super::rig::{Options, Rig};
use super::scenario::{Job, Report, Scenario};
use super::shopper::Shoppers;
use super::staff::Staff;
use super::traffic::{Outcome, Traffic};

/// The maximum number of items of a request.
const MOST_ITEMS: usize = 25;
/// The number of clients.
const SHOPPERS: u64 = 3;
/// A message of ours becomes visible after seconds, a real one after minutes: an outage that takes five of those uses
/// up no message here either. Other scenarios check the dead letters.
const MAX_RECEIVES: u32 = 1_000;
/// The timeout of the HTTP functions in template.yaml: no caller waits longer.
const ANSWER_LIMIT: Duration = Duration::from_secs(10);
/// How long the backlog of an outage may take.
const CONVERGENCE_LIMIT: Duration = Duration::from_secs(90);
/// The first outage is short, so that a short run has one.
const OUTAGES: (Duration, Duration) = (Duration::from_secs(3), Duration::from_secs(60));
/// How long a fault may remain unnoticed.
const NOTICE_LIMIT: Duration = Duration::from_secs(10);
/// The sessions of functions, observers and tests all fit into it.
const ENOUGH_CONNECTIONS: u32 = 60;
/// Slightly more than clients, consumers, resend-pending and observers need together.
const FEW_CONNECTIONS: u32 = 16;
/// Room for some rounds of traffic.
const DISK_MEGABYTES: u32 = 256;
/// The maximum free space on a full disk: less than the traffic of a moment, more than one request.
const MOST_LEFT_FREE: u64 = 256 * 1024;

/// What happens to Postgres.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fault {
    Stop,
    BackendKill,
    Outage,
    NoConnections,
    FullDisk,
}

/// Lists the scenarios.
pub(super) fn scenarios() -> Vec<Scenario> {
    let all = [
        (("P1a", "Postgres stopped at once and started again"), (2, 200, 20), Fault::Stop),
        (("P1b", "a session of Postgres killed, so that it recovers"), (3, 200, 50), Fault::BackendKill),
        (("P2", "Postgres away for 60 s (the first time for 3 s)"), (1, 20, 5), Fault::Outage),
        (("P4", "every connection of Postgres taken"), (3, 100, 25), Fault::NoConnections),
        (("P5", "the disk of Postgres full"), (2, 20, 5), Fault::FullDisk),
    ];
    all.map(|(words, rounds, fault)| Scenario::new(words, rounds, move |job| run(job, fault))).into()
}

async fn run(job: Job, fault: Fault) -> Report {
    let mut cluster = match Cluster::start(fault.cluster()).await {
        Ok(cluster) => cluster,
        Err(skipped) => return Report::skipped(skipped.0),
    };
    let options = Options { receives: Receives::all(MAX_RECEIVES), ..Options::new(job.seed, &job.binaries) };
    let rig = Arc::new(Rig::open(options, cluster.create_database().await).await);
    let (staff, shoppers) = (Staff::start(&rig, 0, 0), Shoppers::start(&rig, SHOPPERS, 0));
    let mut random = ChaCha8Rng::seed_from_u64(job.seed);
    let (mut convergence, mut rest) = (Vec::new(), Ok(()));
    for round in 0..job.rounds {
        tokio::time::sleep(Duration::from_millis(random.random_range(100..1_000))).await;
        let come_right = async {
            fault.happen(&mut cluster, (&rig, round), &mut random).await?;
            let _closed = shoppers.close().await;
            converge(&rig).await
        };
        match come_right.await {
            Ok(took) => convergence.push(took),
            Err(violation) => {
                rest = Err(format!("round {round}: {violation}"));
                break;
            }
        }
    }
    cluster.start_server().await;
    shoppers.leave().await;
    let finished = staff.finish(&rig).await.map(|_| ());
    let mut report = Report::of(&rig, job.rounds, convergence, rest.and(finished)).await;
    let pages = cluster.check_pages().await;
    report.findings.violations.extend(pages.err().map(|corrupt| format!("pages are corrupt: {corrupt}")));
    report
}

/// Waits until nothing is pending any more, without traffic; returns how long it took.
pub(super) async fn converge(rig: &Rig) -> Result<Duration, String> {
    let started = Instant::now();
    loop {
        let owed = rig.count_waiting().await;
        if matches!(owed, Ok(0)) {
            return Ok(started.elapsed());
        }
        if started.elapsed() > CONVERGENCE_LIMIT {
            return Err(format!("I9: {owed:?} effects are owed {} s after the fault", CONVERGENCE_LIMIT.as_secs()));
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

impl Fault {
    fn cluster(self) -> ClusterOptions {
        ClusterOptions {
            max_connections: if self == Self::NoConnections { FEW_CONNECTIONS } else { ENOUGH_CONNECTIONS },
            disk_megabytes: (self == Self::FullDisk).then_some(DISK_MEGABYTES),
        }
    }

    /// Injects and ends the fault; fails when it had no effect, or a wrong one.
    async fn happen(
        self,
        cluster: &mut Cluster,
        (rig, round): (&Rig, u32),
        random: &mut ChaCha8Rng,
    ) -> Result<(), String> {
        match self {
            Self::Stop => {
                cluster.stop_immediately().await;
                tokio::time::sleep(Duration::from_millis(random.random_range(0..300))).await;
                cluster.start_server().await;
                Ok(())
            }
            Self::BackendKill => {
                kill_backend(cluster, random).await?;
                cluster.start_server().await;
                Ok(())
            }
            Self::Outage => {
                cluster.stop_immediately().await;
                let answered = ask(rig, random.random(), if round == 0 { OUTAGES.0 } else { OUTAGES.1 }).await;
                cluster.start_server().await;
                answered
            }
            Self::NoConnections => {
                let held = cluster.hold_connections().await;
                let answered = ask(rig, random.random(), Duration::from_millis(random.random_range(300..2_000))).await;
                drop(held);
                answered
            }
            Self::FullDisk => {
                cluster.disk().fill(random.random_range(0..MOST_LEFT_FREE));
                let noticed = wait_for_refusal(rig).await;
                tokio::time::sleep(Duration::from_millis(random.random_range(0..1_000))).await;
                cluster.disk().free();
                // Without room for its WAL, Postgres shuts down.
                cluster.start_server().await;
                noticed
            }
        }
    }
}

async fn kill_backend(cluster: &Cluster, random: &mut ChaCha8Rng) -> Result<(), String> {
    let end = Instant::now() + NOTICE_LIMIT;
    while !cluster.kill_backend(random).await {
        if Instant::now() > end {
            return Err("no session could be killed".to_owned());
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    // Until the server notices, it accepts sessions as usual, and then ends them.
    tokio::time::sleep(Duration::from_millis(100)).await;
    Ok(())
}

/// Sends requests for a while of which none can succeed: each is answered by 503, in time.
async fn ask(rig: &Rig, seed: u64, duration: Duration) -> Result<(), String> {
    let mut recorder = rig.environment("record-interactions", &[]);
    let mut traffic = Traffic::new(seed, 0, MOST_ITEMS);
    let end = Instant::now() + duration;
    let mut answered = Ok(());
    while Instant::now() < end && answered.is_ok() {
        let asked = Instant::now();
        let outcome = traffic.draw().send(&mut recorder, &rig.history, &rig.notes).await;
        if outcome != Outcome::Unavailable || asked.elapsed() > ANSWER_LIMIT {
            answered = Err(format!("a request without Postgres was {outcome:?} after {:?}", asked.elapsed()));
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    recorder.end().await;
    answered
}

/// Waits until a request fails.
async fn wait_for_refusal(rig: &Rig) -> Result<(), String> {
    let before = rig.history.counts().unavailable;
    let end = Instant::now() + NOTICE_LIMIT;
    while rig.history.counts().unavailable == before {
        if Instant::now() > end {
            return Err("nothing was refused on a full disk".to_owned());
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    Ok(())
}
