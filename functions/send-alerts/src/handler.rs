//! One batch: parse, lease pending alerts, send, store the outcomes, respond.

use std::collections::{BTreeMap, HashMap};
use std::time::{Duration, Instant};

use aws_lambda_events::sqs::SqsBatchResponse;
use contracts::SqsEvent;
use domain::ParkReason;
use domain::fraud::FindingId;
use lambda_runtime::{Error, LambdaEvent};
use messaging::{AlertBatch, DeadLetterSender, Settled};
use outbound::Answer;
use platform::{Deadline, Metric, Metrics, Secret, TraceHeader};
use store::Database;
use store::pending_alert::{self, Unfinished};
use uuid::Uuid;

use crate::SendError;
use crate::webhook::{AlertAnswers, Webhooks};

/// The reason of a dead letter whose alert an earlier batch has parked; the row has the cause.
const PARKED: &str = "parked";
/// Time reserved for storing the outcomes in Postgres and for the response.
const MARGIN: Duration = Duration::from_secs(6);

/// The dependencies of the function.
#[derive(Debug)]
pub struct Deps {
    /// The pending alerts.
    pub database: Database,
    /// The webhooks.
    pub webhooks: Secret<Webhooks>,
    /// The dead-letter queue.
    pub dead_letters: DeadLetterSender,
}

/// The result of a batch.
#[derive(Debug, Default)]
struct Outcome {
    /// Confirmed by every webhook.
    done: Vec<FindingId>,
    /// Refused by a webhook, now or before, with the reason.
    parked: HashMap<FindingId, String>,
    again: Vec<FindingId>,
    /// How many alerts at least one webhook has confirmed, now or before.
    accepted: usize,
    /// The number of occurrences of each reason.
    again_reasons: BTreeMap<String, usize>,
}

/// Sends the alerts of a batch of hints. May be called with the same batch any number of times.
///
/// # Errors
/// When Postgres is down, or no webhook accepted anything: the whole batch is redelivered.
pub async fn handle(deps: &Deps, event: LambdaEvent<SqsEvent>) -> Result<SqsBatchResponse, Error> {
    let started = Instant::now();
    let deadline = Deadline::of(&event.context, MARGIN);
    let batch = AlertBatch::read(event.payload);
    let ids = batch.ids();
    let settled = async {
        let outcome = send(deps, &ids, deadline).await?;
        let line = Metrics::with(&[("Function", "send-alerts")])
            .note("request.id", event.context.request_id.as_str())
            .note("duration_ms", u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX))
            .list("trace.ids", batch.trace_headers().into_iter().map(TraceHeader::root_of))
            .list("finding.ids", &ids);
        counted(line, &batch, &outcome).emit("sent");
        answer(deps, &batch, &outcome).await
    };
    settled.await.map(|settled| settled.response).map_err(|error: SendError| {
        let error_text = platform::chain(&error);
        tracing::error!(request.id = event.context.request_id, error = error_text, "could not send the alerts");
        error.into()
    })
}

/// Sends the pending alerts to the webhooks, and stores the outcomes.
async fn send(deps: &Deps, ids: &[FindingId], deadline: Deadline) -> Result<Outcome, SendError> {
    if ids.is_empty() {
        return Ok(Outcome::default());
    }
    let webhooks = deps.webhooks.get().await?;
    let token = Uuid::now_v7();
    // A lease outlives the invocation, and expires long before SQS redelivers the message of a crashed one.
    let lease = pending_alert::lease(&deps.database, ids, token, deadline.remaining() + 2 * MARGIN).await?;
    let parked = lease.parked.into_iter().map(|id| (id, PARKED.to_owned())).collect();
    let mut outcome = Outcome { parked, ..Outcome::default() };
    let delivered = webhooks.deliver(&lease.alerts, Instant::now() + deadline.remaining()).await?;
    let unfinished: Vec<_> = delivered.iter().filter_map(|delivered| settle(delivered, &mut outcome)).collect();
    if !outcome.done.is_empty() {
        pending_alert::remove(&deps.database, &outcome.done).await?;
    }
    if !unfinished.is_empty() {
        pending_alert::release(&deps.database, &unfinished, token).await?;
    }
    Ok(outcome)
}

/// Adds the outcome of one alert; returns what must be stored when the alert is not done.
fn settle(delivered: &AlertAnswers<'_>, outcome: &mut Outcome) -> Option<Unfinished> {
    let id = delivered.alert.finding.id;
    let (mut confirmed, mut refused, mut again) = (Vec::new(), None, false);
    for answer in &delivered.answers {
        match answer.answer {
            Ok(Answer::Confirmed) => confirmed.push(answer.channel.as_str()),
            Ok(Answer::Refused { status }) => {
                refused = Some(ParkReason::WebhookRefused { webhook: answer.channel.as_str(), status });
            }
            Err(reason) => {
                again = true;
                *outcome.again_reasons.entry(format!("{}: {reason:?}", answer.channel)).or_default() += 1;
            }
        }
    }
    outcome.accepted += usize::from(!(confirmed.is_empty() && delivered.alert.confirmed.is_empty()));
    // While one webhook may still accept it, a refusal of another waits: parking would end the attempts of both.
    let parked = refused.filter(|_| !again);
    match (&parked, again) {
        (Some(reason), _) => {
            tracing::error!(finding.id = %id, %reason, "a webhook refused an alert");
            outcome.parked.insert(id, reason.to_string());
        }
        (None, true) => outcome.again.push(id),
        (None, false) => {
            outcome.done.push(id);
            return None;
        }
    }
    Some(Unfinished { id, confirmed, parked })
}

/// Fails messages to be redelivered, or the whole batch when no webhook accepted anything, so that polling backs off;
/// messages of parked alerts go to the dead-letter queue.
async fn answer(deps: &Deps, batch: &AlertBatch, outcome: &Outcome) -> Result<Settled, SendError> {
    if !outcome.again.is_empty() {
        tracing::warn!(reasons = ?outcome.again_reasons, "alerts are left for a retry");
        if outcome.accepted == 0 && outcome.parked.is_empty() {
            return Err(SendError::WebhooksDown);
        }
    }
    Ok(batch.settle_ids(&deps.dead_letters, &outcome.parked, &outcome.again.iter().copied().collect()).await)
}

/// Adds the result of a batch.
fn counted(line: Metrics, batch: &AlertBatch, outcome: &Outcome) -> Metrics {
    line.count(Metric::Messages, batch.len())
        .count(Metric::Sent, outcome.done.len())
        .count(Metric::Parked, outcome.parked.len())
        .count(Metric::Again, outcome.again.len())
        .count(Metric::Unreadable, batch.unreadable())
}
