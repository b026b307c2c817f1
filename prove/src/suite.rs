//! Runs the fault suite: everything often (`long`), everything a few times (`short`), or against planted mistakes.
//!
//! A long run records every finished shard immediately, so that it can be resumed as long as the binaries are the
//! same. Exit codes: 0 all invariants held, 1 one was broken, 2 it could not run.
#![expect(clippy::unwrap_used, reason = "a proof that cannot note its progress fails where it stands")]

mod machine;
mod record;
mod report;
mod shard;

use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};
use std::time::Instant;

use futures_util::StreamExt as _;
use indicatif::{ProgressBar, ProgressStyle};
use testkit::template::repository;

use self::record::{Progress, Record};
use self::shard::{Shard, Size};
use crate::fault::scenarios;
use crate::planted;

/// The seed of a run without `--seed`.
pub const SEED: u64 = 20_261_120;

/// Concurrent scenarios in a short run: they mostly wait.
const BRIEFLY_AT_ONCE: usize = 8;

/// What to run.
#[derive(Debug, clap::Parser)]
#[command(name = "prove", about = "Runs the fault suite against the shipped binaries")]
pub struct Arguments {
    #[command(subcommand)]
    command: Task,
}

#[derive(Debug, clap::Subcommand)]
enum Task {
    /// Every fault hundreds of times; resumes an interrupted run, and writes the report at the end.
    Long {
        #[command(flatten)]
        suite: Suite,
        /// The file in which finished shards are recorded.
        #[arg(long, default_value = ".local/proof/progress.jsonl")]
        progress: PathBuf,
        /// The report.
        #[arg(long, default_value = "docs/PROOF.md")]
        out: PathBuf,
    },
    /// Every fault a few times; ends at the first violation.
    Short {
        #[command(flatten)]
        suite: Suite,
    },
    /// The short run against each planted mistake: all must be caught.
    Planted {
        /// The seed of the short runs.
        #[arg(long, default_value_t = SEED)]
        seed: u64,
    },
    /// Writes the report of the recorded shards.
    Report {
        /// The file in which finished shards are recorded.
        #[arg(long, default_value = ".local/proof/progress.jsonl")]
        progress: PathBuf,
        /// The report.
        #[arg(long, default_value = "docs/PROOF.md")]
        out: PathBuf,
    },
}

/// The options of a run.
#[derive(Debug, clap::Args)]
struct Suite {
    /// The folder of the functions and of the command; this build's otherwise.
    #[arg(long)]
    binaries: Option<PathBuf>,
    /// The seed, which determines what is sent and when faults occur.
    #[arg(long, default_value_t = SEED)]
    seed: u64,
    /// Only these scenarios, by name, in this order.
    #[arg(long, value_delimiter = ',')]
    only: Vec<String>,
    /// Concurrent shards: they mostly wait.
    #[arg(long, default_value_t = 4)]
    at_once: usize,
}

impl Suite {
    fn binaries(&self) -> PathBuf {
        let own =
            || std::env::current_exe().ok().and_then(|path| path.parent().map(Path::to_owned)).unwrap_or_default();
        self.binaries.clone().unwrap_or_else(own)
    }

    /// Lists the shards; scenarios alternate, so that an interrupted run has some of each.
    fn shards(&self, size: Size) -> Vec<Shard> {
        let mut scenarios = scenarios();
        if !self.only.is_empty() {
            scenarios.retain(|scenario| self.only.iter().any(|name| name == scenario.name));
            scenarios.sort_by_key(|scenario| self.only.iter().position(|name| name == scenario.name));
        }
        shard::list(&scenarios, size, self.seed)
    }
}

/// Runs a task and returns its exit code.
///
/// # Panics
/// When progress cannot be recorded.
pub async fn run(arguments: Arguments) -> ExitCode {
    match arguments.command {
        Task::Long { suite, progress, out } => run_long(&suite, &progress, &out).await,
        Task::Short { suite } => run_short(&suite).await,
        Task::Planted { seed } => run_planted(seed),
        Task::Report { progress, out } => {
            let progress = Progress::open(&progress);
            report::write(&progress.newest(), &out).await;
            ExitCode::SUCCESS
        }
    }
}

async fn run_long(suite: &Suite, progress: &Path, out: &Path) -> ExitCode {
    let mut progress = Progress::open(progress);
    let (build, binaries) = shard::keep_binaries(&suite.binaries());
    let mut shards = suite.shards(Size::Long);
    shards.retain(|shard| !progress.has(&build, shard));
    let bar = bar(shards.len());
    let mut records = run_shards(shards, &binaries, suite.at_once);
    let mut broken = false;
    while let Some(record) = records.next().await {
        let record = Record { build: build.clone(), ..record };
        bar.println(record.line());
        bar.inc(1);
        broken |= !record.violations.is_empty();
        progress.note(record);
    }
    bar.finish();
    report::write(&progress.newest(), out).await;
    if broken { ExitCode::from(1) } else { ExitCode::SUCCESS }
}

async fn run_short(suite: &Suite) -> ExitCode {
    let binaries = suite.binaries();
    let mut records = run_shards(suite.shards(Size::Short), &binaries, suite.at_once);
    while let Some(record) = records.next().await {
        println!("{}", record.line());
        if !record.violations.is_empty() {
            println!("{}", record.complaint());
            return ExitCode::from(1);
        }
    }
    ExitCode::SUCCESS
}

/// Runs every scenario a few times and returns the violations; `said` gets one line per scenario.
pub async fn run_briefly(binaries: &Path, seed: u64, mut said: impl FnMut(String)) -> Vec<String> {
    let shards = shard::list(&scenarios(), Size::Short, seed);
    let mut records = run_shards(shards, binaries, BRIEFLY_AT_ONCE);
    let mut complaints = Vec::new();
    while let Some(record) = records.next().await {
        said(record.line());
        complaints.extend((!record.violations.is_empty()).then(|| record.complaint()));
    }
    complaints
}

/// Runs shards concurrently and returns their results as they finish.
fn run_shards<'a>(
    shards: Vec<Shard>,
    binaries: &'a Path,
    at_once: usize,
) -> impl futures_util::Stream<Item = Record> + Unpin + 'a {
    let running = shards.into_iter().map(move |shard| async move {
        let started = Instant::now();
        let report = shard.run(binaries).await;
        Record::of(&shard, report, started.elapsed())
    });
    Box::pin(futures_util::stream::iter(running).buffer_unordered(at_once))
}

fn run_planted(seed: u64) -> ExitCode {
    let prove = std::env::current_exe().unwrap();
    let check = |binaries: &Path| {
        let mut command = Command::new(&prove);
        command.args(["short", "--at-once", "6", "--seed", &seed.to_string()]);
        command.args(["--only", FIRST_TO_NOTICE, "--binaries"]).arg(binaries).current_dir(repository());
        command
    };
    match planted::run(check, |line| println!("{line}")) {
        Ok(verdicts) => {
            std::fs::write(repository().join(report::VERDICTS), serde_json::to_string_pretty(&verdicts).unwrap())
                .unwrap();
            if verdicts.iter().all(|verdict| verdict.caught) { ExitCode::SUCCESS } else { ExitCode::from(1) }
        }
        Err(error) => {
            eprintln!("{}", platform::chain(&error));
            ExitCode::from(2)
        }
    }
}

/// The scenarios that are run against planted mistakes: those without an outage to wait for.
const FIRST_TO_NOTICE: &str = "L2,Q1,C5,C12,C13,C6,C7,C11,C14,Q2b,Q2a,Q7,Q3,C15";

fn bar(shards: usize) -> ProgressBar {
    let bar = ProgressBar::new(u64::try_from(shards).unwrap());
    let style = ProgressStyle::with_template("{wide_bar} {pos}/{len} shards, {elapsed} gone, {eta} to go");
    bar.set_style(style.unwrap());
    bar
}
