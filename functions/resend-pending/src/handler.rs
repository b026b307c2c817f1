//! One run: claim due rows, hint, repeat within limits, measure what is outstanding.

use std::time::{Duration, Instant};

use lambda_runtime::{Error, LambdaEvent};
use messaging::{AlertSender, HintSender};
use platform::{Deadline, Metric, Metrics, TraceHeader};
use serde_json::{Value, json};
use store::{Database, StoreError};

use crate::Pace;

/// Rows claimed at a time; a crash in the middle delays them by one backoff.
const CLAIM: u32 = 1_000;
/// Time reserved for the calls of SQS that are in progress (5 s at most), the metrics and the response.
const MARGIN: Duration = Duration::from_secs(10);

/// The dependencies of the function.
#[derive(Debug)]
pub struct Deps {
    /// The pending rows.
    pub database: Database,
    /// The queues.
    pub sender: HintSender,
    /// The queue of the alerts.
    pub alerts: AlertSender,
    /// The limits of a run.
    pub pace: Pace,
}

/// The result of a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Resent {
    /// Rows that were due.
    pub claimed: usize,
    /// Hints that SQS accepted.
    pub sent: usize,
    /// Hints that SQS did not accept.
    pub failed: usize,
}

/// Runs once. May be repeated and run concurrently: only one run hints at a row.
///
/// # Errors
/// When Postgres is down or its schema is not ours; the next run takes over.
pub async fn handle(deps: &Deps, event: LambdaEvent<Value>) -> Result<Value, Error> {
    let trace = TraceHeader::of(&event.context);
    let deadline = Deadline::of(&event.context, MARGIN);
    let resent = resend_all(deps, &trace, deadline).await.inspect_err(|error| {
        tracing::error!(request.id = event.context.request_id, error = platform::chain(error), "could not resend");
    })?;
    Metrics::with(&[("Function", "resend-pending")])
        .note("request.id", event.context.request_id)
        .note("trace.id", trace.root())
        .count(Metric::HintsClaimed, resent.claimed)
        .count(Metric::HintsSent, resent.sent)
        .count(Metric::HintsFailed, resent.failed)
        .emit("resent");
    measure(&deps.database).await?;
    Ok(json!({ "claimed": resent.claimed, "sent": resent.sent, "failed": resent.failed }))
}

/// Alerts first: they are few, and a backlog of interactions must not delay them.
async fn resend_all(deps: &Deps, trace: &TraceHeader, deadline: Deadline) -> Result<Resent, StoreError> {
    let due = store::pending_alert::claim_due(&deps.database, CLAIM, deps.pace.backoff_cap_seconds).await?;
    let alerts = deps.alerts.send(&due, trace.as_str()).await;
    if !due.is_empty() {
        let ids = platform::listed(&due);
        tracing::info!(trace.id = trace.root(), finding.ids = ids, "hinted at alerts again");
    }
    let others = resend(deps, trace, deadline).await?;
    Ok(Resent {
        claimed: others.claimed + due.len(),
        sent: others.sent + alerts.sent,
        failed: others.failed + alerts.failed,
    })
}

async fn resend(deps: &Deps, trace: &TraceHeader, deadline: Deadline) -> Result<Resent, StoreError> {
    let end = Instant::now() + deadline.remaining();
    let max_rows = usize::try_from(deps.pace.max_rows).unwrap_or(usize::MAX);
    let mut total = Resent::default();
    while total.claimed < max_rows && !deadline.remaining().is_zero() {
        let left = u32::try_from(max_rows - total.claimed).unwrap_or(CLAIM).min(CLAIM);
        let due = store::pending::claim_due(&deps.database, left, deps.pace.backoff_cap_seconds).await?;
        let sent = deps.sender.send_each(&due, trace.as_str(), end).await;
        total.claimed += due.len();
        total.sent += sent.sent;
        total.failed += sent.failed;
        if !due.is_empty() {
            let ids = platform::listed(due.iter().map(|(_, id)| id));
            tracing::info!(trace.id = trace.root(), interaction.ids = ids, "hinted again");
        }
        // Nothing left, or SQS is down: unclaimed rows stay due. Claimed ones that were not sent wait for their backoff.
        if due.len() < usize::try_from(left).unwrap_or_default() || sent.sent == 0 {
            break;
        }
    }
    Ok(total)
}

/// Zeros are written as well: a missing figure means that the check did not run, and raises an alarm.
async fn measure(database: &Database) -> Result<(), StoreError> {
    let alerts = store::pending_alert::get_depth(database).await?;
    measure_sink("alerts", alerts.oldest_age_seconds, (alerts.waiting, alerts.parked));
    for depth in store::pending::get_depth(database).await? {
        measure_sink(depth.sink.as_str(), depth.oldest_age_seconds, (depth.waiting, depth.parked));
    }
    Ok(())
}

fn measure_sink(sink: &str, oldest_age_seconds: f64, (waiting, parked): (i64, i64)) {
    Metrics::with(&[("Sink", sink)])
        .seconds(Metric::PendingOldestAge, oldest_age_seconds)
        .gauge(Metric::PendingDepth, usize::try_from(waiting).unwrap_or_default())
        .gauge(Metric::PendingParked, usize::try_from(parked).unwrap_or_default())
        .emit("pending");
}
