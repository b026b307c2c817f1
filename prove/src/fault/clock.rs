//! Wrong clocks of the functions: an hour ahead, an hour behind, and stepping back and forth during the work.

use std::sync::Arc;
use std::time::Duration;

use local_stack::faketime;
use rand::prelude::*;
use rand_chacha::ChaCha8Rng;
use serde_json::{Value, json};
use stack::Stack;
use testkit::TestClock;

use super::postgres::converge;
use super::rig::{Options, Rig};
use super::scenario::{Job, Report, Scenario};
use super::shopper::Shoppers;
use super::staff::Staff;

/// The number of clients.
const SHOPPERS: u64 = 3;
/// The percentage of events that the catalog refuses.
const POISON_PERCENT: u32 = 1;
const HOUR: i64 = 3_600;
/// How far a clock may be from where it was set, in seconds: the duration of the check itself.
const TOLERANCE: f64 = 60.0;

/// How the clock is wrong.
#[derive(Debug, Clone, Copy)]
enum Skew {
    /// By a constant number of seconds.
    Constant(i64),
    /// An hour ahead, correct, an hour behind, in any order, at any time.
    Steps,
}

/// Lists the scenarios.
pub(super) fn scenarios() -> Vec<Scenario> {
    let all = [
        (("T1a", "the functions' clocks an hour ahead"), Skew::Constant(HOUR)),
        (("T1b", "the functions' clocks an hour behind"), Skew::Constant(-HOUR)),
        (("T1c", "the functions' clocks step by up to two hours, also back"), Skew::Steps),
    ];
    all.map(|(words, skew)| Scenario::new(words, (3, 100, 25), move |job| run(job, skew))).into()
}

async fn run(job: Job, skew: Skew) -> Report {
    let Some(library) = faketime::ensure_installed(&Stack::find("test").unwrap()).unwrap() else {
        return Report::skipped("libfaketime is not compiled for this machine");
    };
    let clock = TestClock::new(&library);
    let variables = clock.variables().map(|(name, value)| (name.to_owned(), value.to_owned()));
    let options = Options { variables: variables.into(), ..Options::new(job.seed, &job.binaries) };
    let rig = Arc::new(Rig::open(options, testkit::TestDatabase::create().await).await);
    rig.plant_unreadable().await;
    let mut rest = check_clock(&rig, &clock).await;
    let mut random = ChaCha8Rng::seed_from_u64(job.seed);
    clock.set(skew.next(&mut random));
    let (staff, shoppers) = (Staff::start(&rig, 0, 0), Shoppers::start(&rig, SHOPPERS, POISON_PERCENT));
    let mut convergence = Vec::new();
    for round in 0..job.rounds {
        tokio::time::sleep(Duration::from_millis(random.random_range(200..800))).await;
        clock.set(skew.next(&mut random));
        tokio::time::sleep(Duration::from_millis(random.random_range(0..200))).await;
        let _closed = shoppers.close().await;
        match converge(&rig).await {
            Ok(took) => convergence.push(took),
            Err(violation) => {
                rest = rest.and(Err(format!("round {round}: {violation}")));
                break;
            }
        }
    }
    shoppers.leave().await;
    let finished = staff.finish(&rig).await.map(|_| ());
    let dated = check_dates(&rig).await;
    Report::of(&rig, job.rounds, convergence, rest.and(finished).and(dated)).await
}

impl Skew {
    fn next(self, random: &mut ChaCha8Rng) -> i64 {
        match self {
            Self::Constant(seconds) => seconds,
            Self::Steps => *[-HOUR, 0, HOUR].choose(random).unwrap(),
        }
    }
}

/// Checks that the functions use the wrong clock: their logs contain the time.
async fn check_clock(rig: &Rig, clock: &TestClock) -> Result<(), String> {
    let mut sweeper = rig.environment("resend-pending", &[]);
    let function = sweeper.ready().await;
    for offset in [HOUR, -HOUR, 0] {
        clock.set(offset);
        function.invoke(&json!({})).await;
        let output = function.output();
        let last = output.lines().rev().find_map(|line| {
            let line: Value = serde_json::from_str(line).ok()?;
            line["timestamp"].as_str()?.parse::<jiff::Timestamp>().ok()
        });
        let ahead = last.unwrap_or_default().duration_since(jiff::Timestamp::now()).as_secs_f64();
        #[expect(clippy::cast_precision_loss, reason = "an hour is exact")]
        if (ahead - offset as f64).abs() > TOLERANCE {
            return Err(format!("a clock that was set {offset} s ahead is {ahead} s ahead"));
        }
    }
    sweeper.end().await;
    Ok(())
}

/// Postgres, whose clock is correct, dates everything: partitions, event ids and hints all depend on it.
async fn check_dates(rig: &Rig) -> Result<(), String> {
    let misdated = "SELECT count(*) FROM analytic.interaction
                    WHERE abs(extract(epoch FROM now() - date_created)) > 1800
                       OR abs(extract(epoch FROM now() - occurred_at)) > 1800";
    let client = rig.connect().await.map_err(|error| error.to_string())?;
    match client.query_one(misdated, &[]).await.map_err(|error| error.to_string())?.get(0) {
        0_i64 => Ok(()),
        count => Err(format!("{count} interactions are dated by a wrong clock")),
    }
}
