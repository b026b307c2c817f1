//! Measures the shipped functions against limits measured in the same run, and writes the results.
//!
//! The machine may be busy, so a time alone says little: each figure comes with its limit (the same statement in
//! pgbench, a bare function, a smaller table), both measured alternately (A B A B ...), medians of several rounds.
#![expect(clippy::unwrap_used, reason = "a measurement that cannot set its stage ends where it stands")]

mod dashboard;
mod figure;
mod growth;
mod hold;
mod log;
mod machine;
mod null_sqs;
mod pgbench;
mod plot;
mod projection;
mod ranks;
mod reads;
mod recommendations;
mod recording;
mod report;
mod rig;
mod sample;
mod scoring;
mod start;
mod visible;
mod worst_case;

use std::path::PathBuf;

use clap::{Parser, ValueEnum};

use crate::figure::Figure;
use crate::rig::Rig;

/// Measures the shipped functions on a running local stack (SHOPSIGNAL_STACK_FILE).
#[derive(Debug, Parser)]
struct Arguments {
    /// Folder of the binaries to measure.
    #[arg(long, default_value = "target/release")]
    binaries: PathBuf,
    /// Turns of every comparison; medians are printed.
    #[arg(long, default_value_t = 5)]
    rounds: usize,
    /// Grows the log to ten million rows as well (some minutes, 5 GB).
    #[arg(long)]
    long: bool,
    /// Only these parts.
    #[arg(long, value_enum, value_delimiter = ',')]
    only: Vec<Part>,
    /// Output folder of performance.json and, when all parts are measured, performance.svg; without it nothing is
    /// written.
    #[arg(long)]
    out: Option<PathBuf>,
}

/// The parts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Part {
    Start,
    Scoring,
    Recording,
    Projection,
    Growth,
    Reads,
    Ranks,
    Recommendations,
    Visible,
    Log,
    Dashboard,
    WorstCase,
}

#[tokio::main(flavor = "multi_thread", worker_threads = 2)]
async fn main() {
    let arguments = Arguments::parse();
    let rig = Rig { binaries: arguments.binaries, rounds: arguments.rounds, long: arguments.long };
    let mut figures: Vec<Figure> = Vec::new();
    for part in Part::value_variants() {
        if !arguments.only.is_empty() && !arguments.only.contains(part) {
            continue;
        }
        let measured = match part {
            Part::Start => start::measure(&rig),
            Part::Scoring => scoring::measure(&rig).await,
            Part::Recording => recording::measure(&rig).await,
            Part::Projection => projection::measure(&rig).await,
            Part::Growth => growth::measure(&rig).await,
            Part::Reads => reads::measure(&rig).await,
            Part::Ranks => ranks::measure(&rig).await,
            Part::Recommendations => recommendations::measure(&rig).await,
            Part::Visible => visible::measure(&rig).await,
            Part::Log => log::measure(&rig).await,
            Part::Dashboard => dashboard::measure(&rig).await,
            Part::WorstCase => worst_case::measure(&rig).await,
        };
        println!("{}", report::table(&measured));
        figures.extend(measured);
    }
    if let Some(folder) = arguments.out {
        report::write_json(&folder.join("performance.json"), &figures, &machine::describe().await);
        if arguments.only.is_empty() {
            plot::write(&folder.join("performance.svg"), &figures);
        }
    }
}
