//! The results of shards, one line of JSON each.

use std::collections::BTreeMap;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::shard::Shard;
use crate::fault::Report;

/// A finished shard.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(super) struct Record {
    /// Identifies the binaries.
    pub(super) build: String,
    /// The commit that was checked out, with a plus when files were changed.
    pub(super) commit: String,
    pub(super) scenario: String,
    pub(super) title: String,
    pub(super) number: u32,
    pub(super) seed: u64,
    pub(super) rounds: u32,
    /// Different events sent.
    pub(super) sent: usize,
    pub(super) acknowledged: usize,
    pub(super) requests: usize,
    pub(super) unavailable: usize,
    pub(super) unanswered: usize,
    pub(super) stored: usize,
    pub(super) lost: usize,
    pub(super) doubled: usize,
    pub(super) differences: usize,
    pub(super) catalog_calls: usize,
    pub(super) convergence_ms: Vec<u64>,
    pub(super) violations: Vec<String>,
    pub(super) skipped: Option<String>,
    pub(super) seconds: u64,
}

impl Record {
    pub(super) fn of(shard: &Shard, report: Report, took: Duration) -> Self {
        let findings = report.findings;
        let counts = findings.counts;
        let millis = |duration: &Duration| u64::try_from(duration.as_millis()).unwrap();
        Self {
            build: String::new(),
            commit: super::machine::commit(),
            scenario: shard.scenario.to_owned(),
            title: shard.title.to_owned(),
            number: shard.number,
            seed: shard.seed,
            rounds: report.rounds,
            sent: counts.sent,
            acknowledged: counts.acknowledged,
            requests: counts.requests,
            unavailable: counts.unavailable,
            unanswered: counts.unanswered,
            stored: findings.stored,
            lost: findings.lost,
            doubled: findings.doubled,
            differences: findings.differences,
            catalog_calls: findings.catalog_calls,
            convergence_ms: report.convergence.iter().map(millis).collect(),
            violations: findings.violations,
            skipped: report.skipped,
            seconds: took.as_secs(),
        }
    }

    /// Describes it in one line.
    pub(super) fn line(&self) -> String {
        let Self { scenario, number, rounds, acknowledged, stored, lost, doubled, differences, seconds, .. } = self;
        if let Some(reason) = &self.skipped {
            return format!("{scenario}.{number}: skipped, {reason}");
        }
        let violations = self.violations.len();
        format!(
            "{scenario}.{number}: {rounds} rounds, {acknowledged} acknowledged, {stored} stored, {lost} lost, \
             {doubled} doubled, difference {differences}, {violations} violations, {seconds} s"
        )
    }
}

impl Record {
    /// Describes the violations and how to reproduce them.
    pub(super) fn complaint(&self) -> String {
        let Self { scenario, title, seed, violations, .. } = self;
        let violations = violations.join("\n");
        format!("{scenario}, {title}; `prove short --only {scenario} --seed {seed}` repeats it:\n{violations}")
    }
}

/// The finished shards, in a file.
pub(super) struct Progress {
    path: PathBuf,
    records: Vec<Record>,
}

impl Progress {
    pub(super) fn open(path: &Path) -> Self {
        let text = std::fs::read_to_string(path).unwrap_or_default();
        // The last line may be cut off by whatever ended the run.
        let records = text.lines().filter_map(|line| serde_json::from_str(line).ok()).collect();
        Self { path: path.to_owned(), records }
    }

    pub(super) fn has(&self, build: &str, shard: &Shard) -> bool {
        self.records.iter().any(|record| {
            (record.build == build, record.seed, record.number) == (true, shard.seed, shard.number)
                && (&*record.scenario, record.rounds) == (shard.scenario, shard.rounds)
        })
    }

    pub(super) fn note(&mut self, record: Record) {
        std::fs::create_dir_all(self.path.parent().unwrap()).unwrap();
        let mut file = std::fs::File::options().create(true).append(true).open(&self.path).unwrap();
        writeln!(file, "{}", serde_json::to_string(&record).unwrap()).unwrap();
        self.records.push(record);
    }

    /// Returns the newest record of each shard. The report names every build and commit among them.
    pub(super) fn newest(&self) -> Vec<Record> {
        let shards: BTreeMap<_, _> =
            self.records.iter().map(|record| ((&*record.scenario, record.number), record)).collect();
        shards.into_values().cloned().collect()
    }
}
