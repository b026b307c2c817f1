//! The short run of the fault suite: every fault a few times, with the invariants checked after each.
//!
//! The long one is `make prove`. `FAULT_SEED` repeats a run.
#![expect(clippy::unwrap_used, reason = "a test that cannot set its stage fails where it stands")]

use std::path::{Path, PathBuf};

use it::fault::{Job, Scenario};

/// Of a run without `FAULT_SEED`.
const SEED: u64 = 20_261_120;

async fn hold(name: &str) {
    let seed = std::env::var("FAULT_SEED").map_or(SEED, |seed| seed.parse().unwrap());
    let scenario = Scenario::all().into_iter().find(|scenario| scenario.name == name).unwrap();
    let report = (scenario.run)(Job { seed, rounds: scenario.short, binaries: binaries() }).await;
    if let Some(reason) = report.skipped {
        println!("skipped: {reason}");
        return;
    }
    println!("{name}, {} rounds: {:?}, convergence {:?}", report.rounds, report.findings.counts, report.convergence);
    let violations = report.findings.violations;
    assert!(violations.is_empty(), "{}; FAULT_SEED={seed} repeats it:\n{}", scenario.title, violations.join("\n"));
}

/// The folder of the same build as the test.
fn binaries() -> PathBuf {
    std::env::current_exe().unwrap().parent().and_then(Path::parent).unwrap().to_owned()
}

macro_rules! scenarios {
    ($($test:ident: $name:literal,)*) => {
        $(
            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $test() {
                hold($name).await;
            }
        )*

        #[test]
        fn every_scenario_of_the_suite_is_run_here() {
            let names: Vec<_> = Scenario::all().iter().map(|scenario| scenario.name).collect();
            assert_eq!(names, [$($name),*]);
        }
    };
}

scenarios! {
    killed_before_the_insert: "C1",
    killed_between_interactions: "C2",
    killed_between_pending_rows: "C3",
    killed_while_it_commits: "C4",
    killed_after_the_commit: "C5",
    killed_within_the_first_queue: "C6",
    killed_between_the_queues: "C7",
    killed_within_the_second_queue: "C8",
    killed_before_the_reply: "C9",
    consumer_killed_with_a_batch: "C10",
    consumer_killed_in_its_transaction: "C11",
    consumer_killed_after_its_commit: "C12",
    consumer_killed_before_the_delete: "C13",
    resend_killed_in_the_middle: "C14",
    processes_killed_at_any_moment: "C15",
    processes_frozen: "C16",
    postgres_stopped_at_once: "P1a",
    a_session_of_postgres_killed: "P1b",
    postgres_away: "P2",
    every_connection_taken: "P4",
    the_disk_of_postgres_full: "P5",
    sqs_takes_nothing: "Q2a",
    sqs_fails_entries: "Q2b",
    sqs_loses_its_answers: "Q2c",
    sqs_throttles: "Q2d",
    messages_not_deleted: "Q3",
    queues_purged: "Q7",
    messages_fifty_times: "Q1",
    dead_letters_put_back_twice: "Q6",
    the_catalog_fails: "H1a",
    the_catalog_is_slow: "H1b",
    the_catalog_loses_its_answers: "H1c",
    the_catalog_is_down: "H1d",
    a_rush_on_a_hot_product: "L2",
    clocks_ahead: "T1a",
    clocks_behind: "T1b",
    clocks_that_step: "T1c",
}
