//! The shards of a run: a number of rounds of one scenario with their own seed.

use std::path::{Path, PathBuf};
use std::time::Duration;

use sha2::{Digest as _, Sha256};
use testkit::template::{function_folders, repository};

use crate::fault::{Job, Report, Scenario, scenarios};

/// Many times the duration of the longest shard, for a busy machine.
const LIMIT: Duration = Duration::from_secs(2 * 60 * 60);

/// The number of repetitions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Size {
    Short,
    Long,
}

/// A part of a scenario.
#[derive(Debug, Clone)]
pub(super) struct Shard {
    /// The scenario by name.
    pub(super) scenario: &'static str,
    /// What it does.
    pub(super) title: &'static str,
    /// Its place among the shards of the scenario.
    pub(super) number: u32,
    /// Repeats it.
    pub(super) seed: u64,
    /// Rounds.
    pub(super) rounds: u32,
}

/// Lists the shards of scenarios, the first of each, then the second of each, and so on.
pub(super) fn list(scenarios: &[Scenario], size: Size, seed: u64) -> Vec<Shard> {
    let mut shards: Vec<Shard> = scenarios.iter().flat_map(|scenario| of(scenario, size, seed)).collect();
    shards.sort_by_key(|shard| shard.number);
    shards
}

fn of(scenario: &Scenario, size: Size, seed: u64) -> Vec<Shard> {
    let rounds = if size == Size::Short { scenario.short } else { scenario.long };
    let of_shard = |number: u32| (rounds - number * scenario.shard).min(scenario.shard);
    (0..rounds.div_ceil(scenario.shard))
        .map(|number| Shard {
            scenario: scenario.name,
            title: scenario.title,
            number,
            seed: seed + u64::from(number),
            rounds: of_shard(number),
        })
        .collect()
}

impl Shard {
    /// Runs it; a panic is a violation.
    pub(super) async fn run(&self, binaries: &Path) -> Report {
        let scenario = scenarios().into_iter().find(|scenario| scenario.name == self.scenario).unwrap();
        let job = Job { seed: self.seed, rounds: self.rounds, binaries: binaries.to_owned() };
        let running = tokio::spawn((scenario.run)(job));
        let abort = running.abort_handle();
        let error = match tokio::time::timeout(LIMIT, running).await {
            Ok(Ok(report)) => return report,
            Ok(Err(error)) => error.to_string(),
            Err(_) => {
                abort.abort();
                format!("it still runs after {} s", LIMIT.as_secs())
            }
        };
        let mut report = Report { rounds: self.rounds, ..Report::default() };
        report.findings.violations.push(format!("it did not come to its end: {error}"));
        report
    }
}

/// Copies the binaries to a folder that later builds do not touch; returns their digest and the folder.
pub(super) fn keep_binaries(folder: &Path) -> (String, PathBuf) {
    let functions = function_folders().unwrap().into_iter();
    let mut names: Vec<String> = functions.chain(["shopsignal".to_owned()]).collect();
    names.sort();
    let mut hash = Sha256::new();
    for name in &names {
        hash.update(std::fs::read(folder.join(name)).unwrap());
    }
    let build: String = hash.finalize()[..6].iter().map(|byte| format!("{byte:02x}")).collect();
    let kept = repository().join(".local/proof/binaries").join(&build);
    if !kept.is_dir() {
        let new = kept.with_extension("new");
        std::fs::create_dir_all(&new).unwrap();
        for name in &names {
            std::fs::copy(folder.join(name), new.join(name)).unwrap();
        }
        std::fs::rename(&new, &kept).unwrap();
    }
    (build, kept)
}
