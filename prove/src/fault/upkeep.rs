//! What changes popularity besides events: ranks, folds, weights and exclusions, each killed half-way while traffic runs.
//!
//! Whoever repeats it finishes it, and at every instant, also between the two, everything equals a recount.

use std::ops::RangeInclusive;
use std::process::Stdio;
use std::sync::Arc;
use std::time::{Duration, Instant};

use rand::prelude::*;
use rand_chacha::ChaCha8Rng;
use serde_json::json;
use testkit::Invoked;
use uuid::Uuid;

use super::environment::Environment;
use super::history::Sent;
use super::rig::Rig;
use super::scenario::{Job, Report, Scenario};
use super::staff::Staff;
use super::traffic::{Outcome, Request, SHOPPER};

const CLIENTS: u64 = 3;
/// The catalog decides refusals by the metadata of live traffic; history has none.
const POISON_PERCENT: u32 = 0;
/// The pause between two rounds.
const PAUSE_MS: RangeInclusive<u64> = 20..=120;
/// Attempts of a command that may find its locks taken.
const ATTEMPTS: u32 = 5;
/// Events of history that a round imports, over so many products and hours: what there is to fold. Few, because the hints
/// at all of them have to be delivered, and are repeated every simulated minute until then.
const HISTORY: usize = 40;
const HISTORY_PRODUCTS: u128 = 20;
const HISTORY_HOURS: i64 = 240;
/// Their age: hours are folded after 35 days.
const HISTORY_DAYS: i64 = 40;

/// What is killed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Upkeep {
    Ranks,
    Fold,
    Weights,
    Exclusion,
}

impl Upkeep {
    const ALL: [Self; 4] = [Self::Ranks, Self::Fold, Self::Weights, Self::Exclusion];

    fn words(self) -> (&'static str, &'static str) {
        match self {
            Self::Ranks => ("R1", "rank-products killed in the midst of a run"),
            Self::Fold => ("R2", "maintain-partitions killed while it folds hours into days"),
            Self::Weights => ("R3", "a change of weights killed half-way"),
            Self::Exclusion => ("R4", "an exclusion killed half-way"),
        }
    }

    /// When it is killed, after its start: it may hit any step, or be over.
    fn kill_after_ms(self) -> RangeInclusive<u64> {
        match self {
            Self::Ranks | Self::Fold => 1..=25,
            // The command connects first.
            Self::Weights | Self::Exclusion => 5..=80,
        }
    }
}

/// Lists the scenarios.
pub(super) fn scenarios() -> Vec<Scenario> {
    Upkeep::ALL.into_iter().map(scenario).collect()
}

fn scenario(upkeep: Upkeep) -> Scenario {
    Scenario::new(upkeep.words(), (6, 200, 40), move |job| run(upkeep, job))
}

async fn run(upkeep: Upkeep, job: Job) -> Report {
    let rig = Arc::new(job.rig().await);
    let staff = Staff::start(&rig, CLIENTS, POISON_PERCENT);
    let mut worker = Worker::new(&rig, job.seed);
    let mut convergence = Vec::new();
    let mut rest = Ok(());
    for round in 0..job.rounds {
        match worker.round(upkeep).await {
            Ok(took) => convergence.push(took),
            Err(violation) => {
                rest = Err(format!("round {round}: {violation}"));
                break;
            }
        }
    }
    worker.end().await;
    let finished = staff.finish(&rig).await.map(|_| ());
    Report::of(&rig, job.rounds, convergence, rest.and(finished)).await
}

struct Worker<'r> {
    rig: &'r Rig,
    random: ChaCha8Rng,
    ranker: Environment,
    maintainer: Environment,
    importer: Environment,
}

impl<'r> Worker<'r> {
    fn new(rig: &'r Rig, seed: u64) -> Self {
        let ranks = [
            ("TREND_HALF_LIFE_HOURS", "24"),
            ("ANNOUNCED_ONLY", "false"),
            ("PUSH_ACTORS", "3"),
            ("PUSH_SHARE_PERCENT", "80"),
            ("PUSH_POINTS", "1"),
        ];
        let horizon = [("PARTITIONS_AHEAD_DAYS", "3"), ("KEY_RETENTION_DAYS", "30")];
        Self {
            rig,
            random: ChaCha8Rng::seed_from_u64(seed),
            ranker: rig.environment("rank-products", &ranks),
            maintainer: rig.environment("maintain-partitions", &horizon),
            importer: rig.environment("import-interactions", &[]),
        }
    }

    /// Kills once and repeats it to its end, which is timed.
    async fn round(&mut self, upkeep: Upkeep) -> Result<Duration, String> {
        tokio::time::sleep(Duration::from_millis(self.random.random_range(PAUSE_MS))).await;
        let after = Duration::from_millis(self.random.random_range(upkeep.kill_after_ms()));
        match upkeep {
            Upkeep::Ranks => invoke_twice(&mut self.ranker, after).await,
            Upkeep::Fold => {
                self.import().await?;
                invoke_twice(&mut self.maintainer, after).await
            }
            Upkeep::Weights => {
                let took = self.command_twice(&["weights", "set", "view=0.7", "purchase=0.1"], after).await?;
                self.command(&["weights", "set", "view=0.3", "purchase=0.8"]).await?;
                Ok(took)
            }
            Upkeep::Exclusion => {
                let account = SHOPPER.to_string();
                let took = self.command_twice(&["exclude", "--account", &account], after).await?;
                self.command(&["include", "--account", &account]).await?;
                Ok(took)
            }
        }
    }

    /// Imports old events, each in an hour of its own as far as there are some.
    async fn import(&mut self) -> Result<(), String> {
        let now = jiff::Timestamp::now();
        let items: Vec<_> = (0..HISTORY)
            .map(|_| {
                let event_id = uuid::Builder::from_random_bytes(self.random.random()).into_uuid();
                let product = Uuid::from_u128(self.random.random_range(1..=HISTORY_PRODUCTS));
                let sent = Sent {
                    event_type: "view",
                    ref_id: product.to_string(),
                    poison: false,
                    acknowledged: None,
                    owed: false,
                };
                let hours = HISTORY_DAYS * 24 + self.random.random_range(0..HISTORY_HOURS);
                (event_id, sent, now - jiff::SignedDuration::from_hours(hours))
            })
            .collect();
        let request = Request::of_history(&items);
        match request.send(&mut self.importer, &self.rig.history, &self.rig.notes).await {
            Outcome::Acknowledged => Ok(()),
            other => Err(format!("without a fault an import was {other:?}")),
        }
    }

    /// Runs a command of the operator: killed after a time, and then again.
    async fn command_twice(&self, words: &[&str], after: Duration) -> Result<Duration, String> {
        let mut command = self.rig.command(words[0]);
        command.args(&words[1..]).stdout(Stdio::null()).stderr(Stdio::null());
        let mut child = command.spawn().map_err(|error| error.to_string())?;
        tokio::time::sleep(after).await;
        child.kill().await.map_err(|error| error.to_string())?;
        let started = Instant::now();
        self.command(words).await.map(|()| started.elapsed())
    }

    /// Runs a command to its end; scorers may hold its locks for longer than it waits.
    async fn command(&self, words: &[&str]) -> Result<(), String> {
        let mut wrote = String::new();
        for _ in 0..ATTEMPTS {
            let output =
                self.rig.command(words[0]).args(&words[1..]).output().await.map_err(|error| error.to_string())?;
            if output.status.success() {
                return Ok(());
            }
            wrote = String::from_utf8_lossy(&output.stderr).into_owned();
        }
        Err(format!("{words:?}: {wrote}"))
    }

    async fn end(mut self) {
        for environment in [&mut self.ranker, &mut self.maintainer, &mut self.importer] {
            environment.end().await;
        }
    }
}

/// Invokes a function and kills it after a time, unless it was faster; then invokes it until its end.
async fn invoke_twice(environment: &mut Environment, after: Duration) -> Result<Duration, String> {
    environment.ready().await;
    let victim = environment.victim();
    let kill = async {
        tokio::time::sleep(after).await;
        victim.kill()
    };
    // Killed after its answer it is found dead by the next invocation.
    let event = json!({});
    let (_, was_killed) = tokio::join!(environment.invoke(&event), kill);
    if was_killed {
        environment.end().await;
    }
    let started = Instant::now();
    match environment.invoke(&json!({})).await {
        Invoked::Answered(_) => Ok(started.elapsed()),
        other => Err(format!("the run after the kill was {other:?}")),
    }
}
