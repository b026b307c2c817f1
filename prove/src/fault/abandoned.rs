//! Statements that their callers abandon by the hundreds, because a lock that all of them need is held: none may
//! continue in Postgres, with its locks, when no one waits for it any more.

use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::task::JoinSet;
use tokio_postgres::Client;

use super::environment::Environment;
use super::rig::Rig;
use super::scenario::{Job, Report, Scenario};
use super::staff::Staff;
use super::traffic::{Outcome, Traffic};

/// The maximum number of items of a request.
const MOST_ITEMS: usize = 10;
/// The other clients, which continue as usual.
const CLIENTS: u64 = 2;
/// Environments that abandon statements concurrently, and how many statements each while the lock is held: more than
/// one, so that a statement left behind by the first is still visible.
const CALLERS: u32 = 20;
const STATEMENTS: u32 = 2;
/// The timeout of the HTTP functions in template.yaml: no caller waits longer.
const ANSWER_LIMIT: Duration = Duration::from_secs(10);
/// A request abandons a statement after five seconds and has half a second to cancel it; the rest is for a busy
/// machine. Far below the eleven seconds for which the lock is held.
const OVERDUE_SECONDS: f64 = 8.0;
/// The time between two lock periods.
const BETWEEN: Duration = Duration::from_secs(1);
/// The polling interval.
const LOOK: Duration = Duration::from_millis(250);

/// Lists the scenarios.
pub(super) fn scenarios() -> Vec<Scenario> {
    let words = ("P6", "a statement abandoned by its caller, because the lock that it needs is held");
    vec![Scenario::new(words, (120, 2_000, 200), run)]
}

async fn run(job: Job) -> Report {
    let rig = Arc::new(job.rig().await);
    let staff = Staff::start(&rig, CLIENTS, 0);
    let mut callers = callers(&rig);
    let (mut abandoned, mut violations) = (0, Vec::new());
    while abandoned < job.rounds && violations.is_empty() {
        let blocker = rig.connect().await.unwrap();
        // All writers wait; readers do not.
        blocker.batch_execute("BEGIN; LOCK TABLE analytic.pending IN SHARE ROW EXCLUSIVE MODE").await.unwrap();
        let mut overdue = JoinSet::new();
        overdue.spawn(watch(rig.connect().await.unwrap()));
        for said in ask(&rig, &mut callers).await {
            match said {
                Ok(()) => abandoned += 1,
                Err(violation) => violations.push(violation),
            }
        }
        overdue.abort_all();
        // It ends by itself only when it has seen something.
        violations.extend(overdue.join_next().await.and_then(Result::ok));
        blocker.batch_execute("ROLLBACK").await.unwrap();
        // Waiting work is done now, and more arrives, until the lock is taken again.
        tokio::time::sleep(BETWEEN).await;
    }
    for (mut recorder, _) in callers {
        recorder.end().await;
    }
    let mut report = Report::of_staff(&rig, abandoned, staff).await;
    report.findings.violations.extend(violations);
    report
}

type Caller = (Environment, Traffic);

fn callers(rig: &Rig) -> Vec<Caller> {
    let caller = |number: u32| {
        let seed = rig.options.seed.wrapping_mul(1_000).wrapping_add(900 + u64::from(number));
        (rig.environment("record-interactions", &[]), Traffic::new(seed, 0, MOST_ITEMS))
    };
    (0..CALLERS).map(caller).collect()
}

/// Lets all of them request the lock concurrently: each gets an error in time.
async fn ask(rig: &Arc<Rig>, callers: &mut Vec<Caller>) -> Vec<Result<(), String>> {
    let mut asking = JoinSet::new();
    for (mut recorder, mut traffic) in callers.drain(..) {
        let rig = Arc::clone(rig);
        asking.spawn(async move {
            let mut answers = Vec::new();
            for _ in 0..STATEMENTS {
                let started = Instant::now();
                let outcome = traffic.draw().send(&mut recorder, &rig.history, &rig.notes).await;
                answers.push(if outcome == Outcome::Unavailable && started.elapsed() < ANSWER_LIMIT {
                    Ok(())
                } else {
                    Err(format!("a request that needs the lock was {outcome:?} after {:?}", started.elapsed()))
                });
            }
            (answers, (recorder, traffic))
        });
    }
    let mut all = Vec::new();
    for (answers, caller) in asking.join_all().await {
        all.extend(answers);
        callers.push(caller);
    }
    all
}

/// Returns as soon as a statement is running that no one can be waiting for any more.
async fn watch(client: Client) -> String {
    let overdue = format!(
        "SELECT count(*), min(split_part(query, E'\\n', 1)) FROM pg_stat_activity
         WHERE datname = current_database() AND state = 'active' AND application_name <> ''
           AND clock_timestamp() - query_start > interval '{OVERDUE_SECONDS} s'"
    );
    loop {
        let row = client.query_one(&overdue, &[]).await.unwrap();
        let (count, example): (i64, Option<String>) = (row.get(0), row.get(1));
        if let Some(example) = example {
            return format!("{count} statements go on that were abandoned, such as {example}");
        }
        tokio::time::sleep(LOOK).await;
    }
}
