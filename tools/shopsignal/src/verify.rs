//! `shopsignal verify`: recounts everything from the log, accounts for every dead letter, and prints all figures.
//!
//! It changes nothing and may run at any time. The invariants hold at every instant, not only when the system is idle.

mod dead_letter;
mod feed;
mod outcome;
mod print;

use std::process::ExitCode;
use std::time::{Duration, Instant};

use aws_sdk_sqs::types::QueueAttributeName;
use store::verification::Snapshot;

pub use self::dead_letter::DeadLetterCheck;
pub use self::feed::FeedCheck;
pub use self::outcome::{Outcome, QueueDepth};
pub use self::print::print;
use crate::Error;
use crate::deployment::{DatabaseArgs, Deployment, ResourceArgs};

/// How long event ids are remembered by default, in days; the default of template.yaml.
pub const KEY_RETENTION_DAYS: u16 = 30;

/// The polling interval for pending rows.
const POLL: Duration = Duration::from_millis(500);

/// The arguments.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Wait up to this many seconds until only parked rows are pending; exits with 1 if others still are.
    #[arg(long, value_name = "SECONDS")]
    wait: Option<u64>,
    /// Print the figures as JSON.
    #[arg(long)]
    json: bool,
    /// Skip the catalog feed; reading a large one takes long and costs money.
    #[arg(long)]
    no_feed: bool,
    /// The setting of maintain-partitions: older interactions have no key any more.
    #[arg(long, env = "KEY_RETENTION_DAYS", value_name = "DAYS", default_value_t = KEY_RETENTION_DAYS)]
    key_retention_days: u16,
    #[command(flatten)]
    database: DatabaseArgs,
    #[command(flatten)]
    resources: ResourceArgs,
}

/// Verifies and prints; the exit code is 1 when anything differs.
///
/// # Errors
/// When something cannot be read.
pub async fn run(stack: &str, args: Args) -> Result<ExitCode, Error> {
    let deployment = Deployment::find(stack, &args.database, args.resources).await?;
    let drained = match args.wait {
        Some(seconds) => wait_until_applied(&deployment, Duration::from_secs(seconds)).await?,
        None => true,
    };
    let outcome = check(&deployment, args.key_retention_days, !args.no_feed).await?;
    if args.json {
        let mut figures = serde_json::json!(outcome);
        figures["differences"] = outcome.differences().into();
        figures["unaccounted"] = outcome.unaccounted().into();
        println!("{figures}");
    } else {
        print(&outcome);
    }
    if !drained {
        eprintln!("effects are still pending after {} s", args.wait.unwrap_or_default());
    }
    Ok(if outcome.is_sound() && drained { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Waits until only parked effects are pending; `false` on timeout.
///
/// # Errors
/// When the database cannot be read.
pub async fn wait_until_applied(deployment: &Deployment, limit: Duration) -> Result<bool, Error> {
    let database = deployment.database();
    let end = Instant::now() + limit;
    loop {
        let depths = store::pending::get_depth(&database).await;
        let depths = depths.map_err(|source| Error::Store { what: "read what is pending", source })?;
        if depths.iter().all(|depth| depth.waiting == 0) {
            return Ok(true);
        }
        if Instant::now() >= end {
            return Ok(false);
        }
        tokio::time::sleep(POLL).await;
    }
}

/// Checks every invariant in one snapshot, then the feed against the deliveries in that snapshot.
///
/// # Errors
/// When something cannot be read; a difference is no error.
pub async fn check(deployment: &Deployment, key_retention_days: u16, with_feed: bool) -> Result<Outcome, Error> {
    let failed = |source| Error::Store { what: "recount from the log", source };
    let table = deployment.catalog_table().filter(|_| with_feed);
    let mut client = deployment.connect().await?;
    let snapshot = Snapshot::open(&mut client).await.map_err(failed)?;
    let report = snapshot.report(key_retention_days).await.map_err(failed)?;
    let delivered = match table {
        Some(_) => {
            let elsewhere = snapshot.count_elsewhere(feed::CHECKED_DAYS).await.map_err(failed)?;
            (snapshot.list_delivered(feed::CHECKED_DAYS).await.map_err(failed)?, elsewhere)
        }
        None => (Vec::new(), 0),
    };
    // Not kept open while the feed is read, because it holds back vacuum.
    drop(snapshot);
    let feed = match table {
        Some(table) => Some(feed::check(&deployment.dynamodb(), table, (&delivered.0, delivered.1)).await?),
        None => None,
    };
    let erasures_open = store::erasure::count_open(&deployment.database()).await.map_err(failed)?;
    let (queues, dead_letters) = (measure_queues(deployment).await?, dead_letter::check(deployment).await?);
    Ok(Outcome { report, feed, queues, dead_letters, erasures_open })
}

async fn measure_queues(deployment: &Deployment) -> Result<Vec<QueueDepth>, Error> {
    let client = deployment.sqs();
    let mut depths = Vec::new();
    for (name, url) in deployment.known_queues() {
        depths.push(measure_queue(&client, name, url).await?);
    }
    Ok(depths)
}

/// Asks SQS how many messages a queue holds.
///
/// # Errors
/// When SQS does not answer.
pub async fn measure_queue(
    client: &aws_sdk_sqs::Client,
    name: impl Into<String>,
    url: &str,
) -> Result<QueueDepth, Error> {
    let name = name.into();
    let names =
        [QueueAttributeName::ApproximateNumberOfMessages, QueueAttributeName::ApproximateNumberOfMessagesNotVisible];
    let call = client.get_queue_attributes().queue_url(url).set_attribute_names(Some(names.to_vec())).send();
    let output = call.await.map_err(|error| Error::aws(format!("measure {name}"), error))?;
    let [visible, in_flight] = [&names[0], &names[1]].map(|attribute| {
        let value = output.attributes().and_then(|attributes| attributes.get(attribute)?.parse().ok());
        value.unwrap_or_default()
    });
    Ok(QueueDepth { name, visible, in_flight })
}
