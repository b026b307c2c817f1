//! Processes killed at any time, or frozen for longer than their messages are invisible.

use std::sync::Arc;
use std::time::{Duration, Instant};

use rand::prelude::*;
use rand_chacha::ChaCha8Rng;

use super::rig::VISIBILITY;
use super::scenario::{Job, Report, Scenario};
use super::staff::Staff;

/// The clients that send requests all the time.
const CLIENTS: u64 = 4;
/// The percentage of events that the catalog refuses.
const POISON_PERCENT: u32 = 1;
/// Between two kills, in milliseconds: about what a function needs to start, and to handle one invocation.
const KILL_PAUSE_MS: std::ops::RangeInclusive<u64> = 1..=50;
/// The messages that a frozen process holds are visible again when it resumes.
const FREEZE: Duration = VISIBILITY.saturating_mul(2);

/// Longer than any process takes to restart or resume.
const HIT_LIMIT: Duration = Duration::from_secs(60);

/// Lists the scenarios.
pub(super) fn scenarios() -> Vec<Scenario> {
    let kill = ("C15", "any process killed at any moment, every 1 to 50 ms");
    let freeze = ("C16", "any process frozen for twice the visibility timeout");
    vec![
        Scenario::new(kill, (100, 10_000, 500), |job| run(job, Fault::Kill)),
        Scenario::new(freeze, (10, 500, 50), |job| run(job, Fault::Freeze)),
    ]
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fault {
    Kill,
    Freeze,
}

async fn run(job: Job, fault: Fault) -> Report {
    let rig = Arc::new(job.rig().await);
    rig.plant_unreadable().await;
    let staff = Staff::start(&rig, CLIENTS, POISON_PERCENT);
    let mut random = ChaCha8Rng::seed_from_u64(job.seed);
    let mut hits = 0;
    let (mut frozen, mut frozen_until) = (Vec::new(), vec![Instant::now(); staff.victims.len()]);
    let (mut last_hit, mut missed) = (Instant::now(), None);
    while hits < job.rounds {
        if last_hit.elapsed() > HIT_LIMIT {
            missed = Some(format!("no process was there to be hit for {} s", HIT_LIMIT.as_secs()));
            break;
        }
        tokio::time::sleep(Duration::from_millis(random.random_range(KILL_PAUSE_MS))).await;
        let place = random.random_range(0..staff.victims.len());
        let victim = &staff.victims[place];
        if frozen_until[place] > Instant::now() {
            continue;
        }
        let hit = match fault {
            Fault::Kill => victim.kill(),
            Fault::Freeze => victim.freeze(),
        };
        if !hit {
            continue;
        }
        hits += 1;
        last_hit = Instant::now();
        if fault == Fault::Freeze {
            let victim = victim.clone();
            frozen_until[place] = Instant::now() + FREEZE;
            frozen.push(tokio::spawn(async move {
                tokio::time::sleep(FREEZE).await;
                victim.thaw()
            }));
            // Others keep working meanwhile.
            tokio::time::sleep(FREEZE / 4).await;
        }
    }
    for thawed in frozen {
        thawed.await.unwrap();
    }
    let mut report = Report::of_staff(&rig, hits, staff).await;
    report.findings.violations.extend(missed);
    report
}
