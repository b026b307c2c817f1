//! `local-stack logs`: the functions' logs from the emulator's CloudWatch Logs, or the log files of the two processes.

use std::collections::HashSet;
use std::time::Duration;

use serde_json::{Value, json};

use crate::Error;
use crate::cloudformation::Resources;
use crate::{emulator, http, postgres};
use shopsignal::say;
use stack::file;
use stack::{Stack, StackFile};

/// How many lines of a process' log are shown.
const FILE_LINES: usize = 200;
const POLL: Duration = Duration::from_secs(1);
/// How far back `--follow` reads each time, in milliseconds: lines arrive slightly late.
const OVERLAP_MS: i64 = 10_000;

/// The arguments.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// A folder of functions/, or `emulator`, or `postgres`; all functions by default.
    function: Option<String>,
    /// Keeps printing new lines.
    #[arg(long, short)]
    follow: bool,
}

/// One logged line. The emulator gives lines no id, so equal lines at the same instant count as one.
#[derive(Clone, PartialEq, Eq, Hash)]
struct Line {
    timestamp: i64,
    stream: String,
    group: String,
    message: String,
}

/// Prints the logs, oldest first; with --follow until it is interrupted.
///
/// # Errors
/// `NotRunning` when the stack is not up; `NoResource` when there is no such function.
pub async fn run(stack: &Stack, args: Args) -> Result<(), Error> {
    let daemon = match args.function.as_deref() {
        Some("emulator") => Some(emulator::daemon(stack)),
        Some("postgres") => Some(postgres::daemon(stack)),
        _ => None,
    };
    if let Some(daemon) = daemon {
        say::line(format_args!("{}", file::tail(daemon.log(), FILE_LINES)));
        return Ok(());
    }
    let endpoint = StackFile::of(stack)?.aws_endpoint;
    let resources = Resources::read(&endpoint, stack).await?;
    let functions = match &args.function {
        Some(folder) => vec![resources.function(folder)?],
        None => resources.functions(),
    };
    let mut since = 0;
    let mut printed = HashSet::new();
    loop {
        let lines = read(&endpoint, &functions, since).await?;
        printed.retain(|line: &Line| line.timestamp >= since);
        since = lines.last().map_or(since, |line| since.max(line.timestamp - OVERLAP_MS));
        if !print(lines, &mut printed) || !args.follow {
            return Ok(());
        }
        tokio::time::sleep(POLL).await;
    }
}

/// Prints new lines; returns whether the output is still open.
fn print(lines: Vec<Line>, printed: &mut HashSet<Line>) -> bool {
    for line in lines {
        if printed.insert(line.clone()) {
            let function = line.group.rsplit('/').next().unwrap_or_default();
            if !say::line(format_args!("{function}  {}", line.message.trim_end())) {
                return false;
            }
        }
    }
    true
}

/// Reads the lines of some functions from an instant on (milliseconds since 1970), sorted by time.
async fn read(endpoint: &str, functions: &[String], since: i64) -> Result<Vec<Line>, Error> {
    let mut lines = Vec::new();
    for function in functions {
        let group = format!("/aws/lambda/{function}");
        let mut next = Value::Null;
        loop {
            let mut body = json!({"logGroupName": group, "startTime": since});
            if !next.is_null() {
                body["nextToken"] = next;
            }
            let answer = match http::call_logs(endpoint, "Logs_20140328.FilterLogEvents", &body).await {
                // A function that was never invoked has no log group yet.
                Err(Error::Answer { answer, .. }) if answer.contains("ResourceNotFoundException") => break,
                other => other?,
            };
            lines.extend(answer["events"].as_array().into_iter().flatten().map(|event| line(&group, event)));
            next = answer["nextToken"].clone();
            if next.is_null() {
                break;
            }
        }
    }
    lines.sort_by_key(|line| line.timestamp);
    Ok(lines)
}

fn line(group: &str, event: &Value) -> Line {
    let text = |name: &str| event[name].as_str().unwrap_or_default().to_owned();
    let timestamp = event["timestamp"].as_i64().unwrap_or_default();
    Line { timestamp, stream: text("logStreamName"), group: group.to_owned(), message: text("message") }
}
