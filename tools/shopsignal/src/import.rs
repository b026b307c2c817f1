//! `shopsignal import`: the history of a shop, sent through the HTTP API and stored once.
//!
//! Event ids are derived from the content of a line, so a file that is imported twice changes nothing the second time.
//! A state file records what the API has acknowledged, so an interrupted run continues where it stopped. A bad line is
//! counted and reported, and affects no other line. It does not infer sessions, and it maps no event names: the API
//! knows the names of other systems.

mod args;
mod batch;
mod identity;
mod interaction;
mod json;
mod mapping;
mod order;
mod preset;
mod print;
mod send;
mod source;
mod state;
mod summary;
pub(crate) mod table;
mod value;

use std::path::Path;
use std::process::ExitCode;
use std::time::Instant;

use futures_util::{StreamExt as _, stream};
use indicatif::{ProgressBar, ProgressStyle};

pub use self::args::{Args, Kind, Preset};
use self::batch::{Batch, Batches};
use self::mapping::Mapping;
use self::send::{Sender, Sent};
use self::source::Source;
use self::state::{Identity, Progress};
pub use self::summary::{Rejected, Summary};
use crate::Error;

/// Imports the file and prints the figures; the exit code is 1 when it is not complete or lines were rejected.
///
/// # Errors
/// When the file or the state cannot be read.
pub async fn run(stack: &str, args: Args) -> Result<ExitCode, Error> {
    let summary = import(stack, &args).await?;
    if args.json {
        println!("{}", serde_json::json!(summary));
    } else {
        print::print(&args.file, &summary);
    }
    let is_fine = summary.is_complete() && (args.skip_rejected || summary.rejected == 0);
    Ok(if is_fine { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Imports the file, starting where an earlier run was interrupted, and returns the figures of both. Shows progress on
/// stderr if that is a terminal.
///
/// # Errors
/// When the file or the state cannot be read or written; a failed request only counts in the figures.
pub async fn import(stack: &str, args: &Args) -> Result<Summary, Error> {
    let mapping = Mapping::new(args)?;
    let identity = Identity::of(&args.file, args)?;
    let path = args.state.clone().unwrap_or_else(|| state::beside(&args.file));
    let mut progress = Progress::load(&path, identity)?;
    let sender = Sender::connect(stack, args)?;
    let bar = ProgressBar::new(identity.size()).with_style(style());
    let mut source = Source::open(&args.file, &bar)?;
    mapping.check(&source)?;
    source.skip_to(progress.line());
    let failure = send_all(&sender, Batches::new(source, mapping), args, (&mut progress, &path, &bar)).await?;
    bar.finish_and_clear();
    if failure.is_none() {
        // The next run of the same file reads all of it again: then everything is a duplicate.
        stack::file::remove(&path)?;
    }
    Ok(progress.summary(failure))
}

/// Sends the batches and records each one that was decided, in the order of the file. Returns why it gave up, if it
/// did.
async fn send_all(
    sender: &Sender,
    batches: Batches,
    args: &Args,
    (progress, path, bar): (&mut Progress, &Path, &ProgressBar),
) -> Result<Option<String>, Error> {
    let (start, mut before) = (Instant::now(), 0);
    let requests = batches.map(|batch| {
        let due = batch.as_ref().ok().and_then(|batch| args.rate.due(start, before + batch.items.len()));
        before += batch.as_ref().map_or(0, |batch| batch.items.len());
        async move { Ok::<_, Error>(send(sender, batch?, due).await) }
    });
    // In order, so that a single line number records what is decided: everything up to it.
    let mut answers = stream::iter(requests).buffered(usize::from(args.at_once));
    while let Some(answer) = answers.next().await {
        let (batch, sent) = answer?;
        match sent {
            Ok(sent) => progress.add(&batch, sent),
            Err(failure) => return Ok(Some(failure)),
        }
        progress.save(path)?;
        bar.set_message(progress.line_of_figures());
    }
    Ok(None)
}

async fn send(sender: &Sender, batch: Batch, due: Option<Instant>) -> (Batch, Result<Sent, String>) {
    if let Some(due) = due {
        tokio::time::sleep_until(due.into()).await;
    }
    let sent = sender.send(&batch.items).await;
    (batch, sent)
}

fn style() -> ProgressStyle {
    let style = ProgressStyle::with_template("{bar:30} {percent}%  {bytes_per_sec}  {eta}  {msg}");
    style.expect("the template is a constant that was tried")
}
