//! The short run of the fault suite: every fault a few times, with the invariants checked after each.
//!
//! The long one is `make prove`. `FAULT_SEED` repeats a run. Scenarios that cannot run on a machine print `skipped` and
//! the reason.

use std::io::Write as _;
use std::path::Path;

use prove::suite::{SEED, run_briefly};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_fault_breaks_an_invariant() {
    let seed = std::env::var("FAULT_SEED").map_or(SEED, |seed| seed.parse().unwrap());
    let test = std::env::current_exe().unwrap();
    let binaries = test.parent().and_then(Path::parent).unwrap();
    // Not by eprintln, which the test harness captures: the run takes minutes, and skipped scenarios must be visible.
    let say = |line| writeln!(std::io::stderr(), "{line}").unwrap();
    let complaints = run_briefly(binaries, seed, say).await;
    assert!(complaints.is_empty(), "{}", complaints.join("\n\n"));
}
