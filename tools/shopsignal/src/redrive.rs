//! `shopsignal redrive`: sends dead letters back and unparks rows, selected by reason and age.
//!
//! SQS can redrive a dead-letter queue itself, but not by reason, and parked rows would stay parked. Running it twice,
//! or concurrently, changes nothing more: an effect is applied by the transaction that deletes its pending row, an
//! event is logged once by its id.

mod assessment;
pub(crate) mod dead_letter;
mod failed_run;
mod filter;
pub(crate) mod ledger;
mod pass;
pub(crate) mod queue;
mod tally;

use std::process::ExitCode;

use self::filter::{Filter, read_age};
use self::ledger::Ledger;
use self::pass::{Limits, Pass};
use self::queue::Queues;
pub use self::tally::{Counts, Tally};
use crate::Error;
use crate::deployment::{DatabaseArgs, Deployment, ResourceArgs};
use crate::dlq::Dlq;

/// The arguments of a redrive.
#[derive(Debug, Clone, clap::Args)]
pub struct Args {
    /// The queue.
    #[arg(value_name = Dlq::choices())]
    dlq: Dlq,
    #[command(flatten)]
    options: Options,
    /// Print the counts as JSON.
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    database: DatabaseArgs,
    #[command(flatten)]
    resources: ResourceArgs,
}

/// The selection and the limits.
#[derive(Debug, Clone, clap::Args)]
pub struct Options {
    /// Only this reason, as the table of counts names it: a parked reason, `waiting`, `unreadable`, `conflict` or
    /// `failed_run`.
    ///
    /// Unreadable and conflicting messages would only fail again, so they are redriven only with `--reason`.
    #[arg(long, value_name = "REASON")]
    pub reason: Option<String>,
    /// Only what has been parked (or, if not parked, waiting) for at least this long: 90s, 30m, 1h, 2d.
    #[arg(long, value_name = "AGE", value_parser = read_age)]
    pub older_than: Option<f64>,
    /// Change nothing, count only. Messages are invisible while they are inspected.
    #[arg(long)]
    pub dry_run: bool,
    /// Maximum number of messages to send per second.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pub rate: Option<u32>,
    /// Maximum number of messages to send in total.
    #[arg(long, value_name = "N")]
    pub max: Option<usize>,
}

/// Redrives the selection and prints the counts by reason; the exit code is 1 when SQS failed for some.
///
/// # Errors
/// When the database or a queue cannot be used; what was redriven until then stays so, and a repetition is safe.
pub async fn run(stack: &str, args: Args) -> Result<ExitCode, Error> {
    let deployment = Deployment::find(stack, &args.database, args.resources).await?;
    let tally = redrive(&deployment, args.dlq, args.options).await?;
    if args.json {
        println!("{}", serde_json::json!(tally));
    } else {
        tally.print();
    }
    Ok(if tally.total().failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Goes through a dead-letter queue once, then through the parked rows without a dead letter.
///
/// # Errors
/// As [`run`].
pub async fn redrive(deployment: &Deployment, dlq: Dlq, options: Options) -> Result<Tally, Error> {
    let queues = Queues::of(deployment, dlq)?;
    let filter = Filter { reason: options.reason, older_than: options.older_than };
    let limits =
        Limits { dry_run: options.dry_run, rate: options.rate.map(f64::from), max: options.max.unwrap_or(usize::MAX) };
    Pass::new(Ledger::open(deployment, dlq).await?, queues, filter, limits).run().await
}
