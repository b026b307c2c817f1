//! `shopsignal evaluate`: how good the recommendations are, on sessions of a file or of the own log, beside two simple methods.

mod baseline;
mod learned;
mod log;
mod measure;
mod scratch;
mod sessions;

use std::path::PathBuf;
use std::time::{Duration, Instant};

use comfy_table::presets::UTF8_FULL_CONDENSED;
use comfy_table::{CellAlignment, Table};
use domain::Learning;
use futures_util::future::select_all;
use indicatif::ProgressBar;
use store::learning_gain::Change;
use store::recommendation::Scoring;
use tokio::signal::unix::{Signal, SignalKind, signal};

use crate::Error;
use crate::deployment::{DatabaseArgs, Deployment, ResourceArgs};
use crate::gains::read_change;
use baseline::{Neighbours, Popularity};
use learned::Learned;
use measure::{LENGTH, Measure};
use scratch::Scratch;
use sessions::{Item, Sessions, Split};

/// `shopsignal evaluate`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Sessions to learn from: .csv or .tsv, also with .gz, whose header names the columns session, item and time.
    #[arg(required_unless_present = "log")]
    file: Option<PathBuf>,
    /// Sessions to predict, in the same form; otherwise the last sessions of the file.
    #[arg(long, value_name = "FILE")]
    test: Option<PathBuf>,
    /// The visits of the shop's own log, instead of a file. It is only read.
    #[arg(long, conflicts_with_all = ["file", "test"])]
    log: bool,
    /// How many days of the log, at most two million events of them.
    #[arg(long, default_value_t = 30, requires = "log", value_parser = clap::value_parser!(u16).range(1..=366))]
    days: u16,
    /// What is predicted when there is no file of it: the share of the last sessions, or those that begin at this time or later.
    #[arg(long, value_name = "SHARE|TIME", default_value = "0.05", conflicts_with = "test")]
    split: Split,
    /// What an event teaches, instead of what it teaches now (EVENT=GAIN or EVENT=none, as `shopsignal gains set`).
    #[arg(long = "gain", value_name = "EVENT=GAIN", value_parser = read_change)]
    gains: Vec<Change>,
    /// As `LearningLookback`.
    #[arg(long, value_name = "EVENTS", default_value_t = 5, value_parser = clap::value_parser!(u16).range(1..=20))]
    lookback: u16,
    /// As `LearningHalfLifeDays`.
    #[arg(long, value_name = "DAYS", default_value_t = 30, value_parser = clap::value_parser!(u16).range(1..=3_650))]
    half_life_days: u16,
    /// As `RecommendSourceExponent`.
    #[arg(long, value_name = "NUMBER", default_value_t = 0.5)]
    source_exponent: f64,
    /// As `RecommendTargetExponent`.
    #[arg(long, value_name = "NUMBER", default_value_t = 0.3)]
    target_exponent: f64,
    /// As `RecommendReturnWeight`.
    #[arg(long, value_name = "NUMBER", default_value_t = 3.0)]
    return_weight: f64,
    #[command(flatten)]
    database: DatabaseArgs,
}

/// Learns and judges in a database of its own on the server of the deployment, and prints a table.
///
/// # Errors
/// When the file or the log cannot be read, or the database cannot be created or used. The database is dropped in any case.
pub(crate) async fn run(stack: &str, args: Args) -> Result<(), Error> {
    let deployment = Deployment::find(stack, &args.database, ResourceArgs::default()).await?;
    let mut gains = if args.log { log::list_gains(&deployment).await? } else { Vec::new() };
    gains.extend(args.gains.iter().cloned());
    let sessions = match &args.file {
        Some(file) => sessions::read(file, args.test.as_deref(), args.split)?,
        None => log::read(&deployment, args.days, args.split, &gains).await?,
    };
    if sessions.test.is_empty() {
        return Err(Error::Usage("no session of two known items is left to predict".to_owned()));
    }
    println!(
        "{} events of {} items to learn from, {} sessions to predict; the next item among {LENGTH}, the current one left out",
        sessions.train.len(),
        sessions.items.len(),
        sessions.test.len()
    );
    let mut table = new_table();
    let items = sessions.items.len();
    let popularity = Popularity::of(&sessions.train, args.half_life_days);
    table.add_row(row("popularity with decay", &judge(&sessions, |list| popularity.recommend(list)), items));
    let neighbours = Neighbours::of(&sessions.train);
    table.add_row(row("item-kNN (cosine)", &judge(&sessions, |list| neighbours.recommend(list)), items));

    let interruption = Interruption::listen();
    let scratch = Scratch::create(&deployment).await?;
    let judged = tokio::select! {
        judged = judge_learned(&scratch, &sessions, &args, &gains) => judged,
        () = interruption.wait() => Err(Error::Interrupted),
    };
    scratch.drop().await?;
    let (took, fixed, learning) = judged?;
    table.add_row(row("Shopsignal", &fixed, items));
    table.add_row(row("Shopsignal, learning meanwhile", &learning, items));
    println!("{table}");
    println!("learned {:.0} events a second, in batches of 100", rate(sessions.train.len(), took));
    Ok(())
}

/// Ctrl-C, and the signal that asks a process to end. From its creation on neither ends the process by itself.
struct Interruption([Option<Signal>; 2]);

impl Interruption {
    fn listen() -> Self {
        Self([SignalKind::interrupt(), SignalKind::terminate()].map(|kind| signal(kind).ok()))
    }

    /// Waits for one of them, which may have come before.
    async fn wait(self) {
        let waits = self.0.into_iter().flatten().map(|mut signal| Box::pin(async move { signal.recv().await }));
        let waits: Vec<_> = waits.collect();
        if waits.is_empty() {
            return std::future::pending().await;
        }
        select_all(waits).await;
    }
}

/// Trains, and judges twice: without and with learning from what is predicted.
async fn judge_learned(
    scratch: &Scratch,
    sessions: &Sessions,
    args: &Args,
    gains: &[Change],
) -> Result<(Duration, Measure, Measure), Error> {
    scratch.set_gains(gains).await?;
    let learned = Learned {
        database: &scratch.database,
        sessions,
        learning: Learning { lookback: args.lookback, half_life_days: args.half_life_days },
        scoring: Scoring {
            source_exponent: args.source_exponent,
            target_exponent: args.target_exponent,
            return_weight: args.return_weight,
        },
    };
    let bar = ProgressBar::new(u64::try_from(sessions.train.len() + 2 * sessions.test.len()).unwrap_or_default());
    let failed = |source| Error::Store { what: "learn and recommend", source };
    let took = learned.train(&bar).await.map_err(failed)?;
    let fixed = learned.judge(false, &bar).await.map_err(failed)?;
    let learning = learned.judge(true, &bar).await.map_err(failed)?;
    bar.finish_and_clear();
    Ok((took, fixed, learning))
}

fn new_table() -> Table {
    let mut table = Table::new();
    table.load_style(UTF8_FULL_CONDENSED);
    table.set_header(["method", "cases", "recall", "MRR", "NDCG", "coverage", "empty", "p50", "p99"]);
    for column in table.column_iter_mut().skip(1) {
        column.set_cell_alignment(CellAlignment::Right);
    }
    table
}

fn judge(sessions: &Sessions, recommend: impl Fn(&[Item]) -> Vec<Item>) -> Measure {
    let mut measure = Measure::default();
    for session in &sessions.test {
        let items: Vec<Item> = session.iter().map(|event| event.item).collect();
        for place in 1..items.len() {
            let started = Instant::now();
            let list = recommend(&items[..place]);
            measure.add(&list, items[place], started.elapsed());
        }
    }
    measure
}

fn row(method: &str, measure: &Measure, items: usize) -> Vec<String> {
    let millis = |time: Duration| format!("{:.1} ms", time.as_secs_f64() * 1e3);
    vec![
        method.to_owned(),
        measure.cases().to_string(),
        format!("{:.4}", measure.recall()),
        format!("{:.4}", measure.reciprocal_rank()),
        format!("{:.4}", measure.discounted_gain()),
        format!("{:.3}", measure.coverage(items)),
        format!("{:.3}", measure.empty()),
        millis(measure.time(500)),
        millis(measure.time(990)),
    ]
}

#[expect(clippy::cast_precision_loss, reason = "a rate")]
fn rate(events: usize, took: Duration) -> f64 {
    events as f64 / took.as_secs_f64().max(1e-9)
}
