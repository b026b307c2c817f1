//! A fault: what it does, how often in a short and in a long run, and what a run reports.

use std::path::PathBuf;
use std::pin::Pin;
use std::time::Duration;

use testkit::TestDatabase;

use super::check::check;
use super::findings::Findings;
use super::rig::{Options, Rig};
use super::staff::Staff;

/// A part of a scenario: a number of rounds on one rig.
#[derive(Debug, Clone)]
pub struct Job {
    /// The seed, which repeats what is sent and when faults occur.
    pub seed: u64,
    /// How often the fault is injected.
    pub rounds: u32,
    /// The folder of the functions and of the command.
    pub binaries: PathBuf,
}

/// The result of a job.
#[derive(Debug, Clone, Default)]
pub struct Report {
    /// How often the fault was injected.
    pub rounds: u32,
    /// What the check found.
    pub findings: Findings,
    /// From the end of each fault, or of all, until nothing was pending.
    pub convergence: Vec<Duration>,
    /// Why the scenario could not run here. Then it proves nothing.
    pub skipped: Option<String>,
}

/// A running job.
pub type Running = Pin<Box<dyn Future<Output = Report> + Send>>;

/// A fault that the suite injects.
pub struct Scenario {
    /// The short name, from the fault catalogue if it has one.
    pub name: &'static str,
    /// The description.
    pub title: &'static str,
    /// Rounds in a short run.
    pub short: u32,
    /// Rounds in a long run.
    pub long: u32,
    /// Rounds of a shard: the maximum on one rig.
    pub shard: u32,
    /// Runs a job.
    pub run: Box<dyn Fn(Job) -> Running + Send + Sync>,
}

impl Scenario {
    /// Describes a scenario.
    pub fn new<F, R>((name, title): (&'static str, &'static str), (short, long, shard): (u32, u32, u32), run: F) -> Self
    where
        F: Fn(Job) -> R + Send + Sync + 'static,
        R: Future<Output = Report> + Send + 'static,
    {
        Self { name, title, short, long, shard, run: Box::new(move |job| Box::pin(run(job))) }
    }
}

impl Job {
    /// Builds a default rig for the job, on the stack's Postgres.
    ///
    /// # Panics
    /// When the stack is not there.
    pub async fn rig(&self) -> Rig {
        Rig::open(Options::new(self.seed, &self.binaries), self.database().await).await
    }

    /// Creates a database for the job, on the stack's Postgres.
    ///
    /// # Panics
    /// When the stack is not there.
    pub async fn database(&self) -> TestDatabase {
        TestDatabase::create().await
    }
}

impl Report {
    /// Checks a rig that became idle, or did not.
    pub async fn of(rig: &Rig, rounds: u32, convergence: Vec<Duration>, rest: Result<(), String>) -> Self {
        let mut findings = check(rig).await;
        findings.violations.extend(rest.err());
        rig.queues.remove().await;
        Self { rounds, findings, convergence, skipped: None }
    }

    /// Lets the staff finish and checks the rig: for faults that follow each other without a pause.
    pub async fn of_staff(rig: &Rig, rounds: u32, staff: Staff) -> Self {
        let rest = staff.finish(rig).await;
        let convergence = rest.iter().copied().collect();
        Self::of(rig, rounds, convergence, rest.map(|_| ())).await
    }

    /// The result when the scenario cannot run here.
    #[must_use]
    pub fn skipped(reason: impl Into<String>) -> Self {
        Self { skipped: Some(reason.into()), ..Self::default() }
    }
}
