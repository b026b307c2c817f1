//! One batch: parse, load pending interactions, deliver, store the outcomes, respond.

use std::collections::{BTreeMap, HashMap};
use std::time::{Duration, Instant};

use aws_lambda_events::sqs::{SqsBatchResponse, SqsEvent};
use catalog::{Catalog, Outcome};
use domain::{InteractionId, ParkReason, Sink};
use lambda_runtime::{Error, LambdaEvent};
use messaging::{Batch, DeadLetterSender, Settled};
use platform::{Deadline, Metric, Metrics, TraceHeader};
use store::Database;

use crate::UpdateError;

/// The reason of a dead letter whose row an earlier batch has parked; the row has the cause.
const PARKED: &str = "parked";
/// Time reserved for storing the outcomes in Postgres and for the response.
const MARGIN: Duration = Duration::from_secs(2);

/// The dependencies of the function.
#[derive(Debug)]
pub struct Deps {
    /// The pending rows and their interactions.
    pub database: Database,
    /// The catalog.
    pub catalog: Catalog,
    /// The dead-letter queue.
    pub dead_letters: DeadLetterSender,
}

/// The result of a batch.
#[derive(Debug, Default)]
struct Notified {
    confirmed: Vec<InteractionId>,
    refused: Vec<(InteractionId, ParkReason)>,
    /// Parked by an earlier batch.
    parked: Vec<InteractionId>,
    again: Vec<InteractionId>,
    /// The number of occurrences of each reason among `again`.
    again_reasons: BTreeMap<String, usize>,
    call_times: Vec<Duration>,
    catalog_is_down: bool,
}

/// Delivers a batch of hints. May be called with the same batch any number of times.
///
/// # Errors
/// When Postgres or the whole catalog is down: the batch is redelivered, except for what was confirmed.
pub async fn handle(deps: &Deps, event: LambdaEvent<SqsEvent>) -> Result<SqsBatchResponse, Error> {
    let started = Instant::now();
    let deadline = Deadline::of(&event.context, MARGIN);
    let batch = Batch::read(event.payload);
    let ids = batch.interaction_ids();
    let told = tell(deps, &ids, deadline).await.map_err(|error| report(&event.context.request_id, &ids, error))?;
    let line = Metrics::with(&[("Function", "update-catalog")])
        .note("request.id", event.context.request_id.as_str())
        .note("duration_ms", u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX))
        .list("trace.ids", batch.trace_headers().into_iter().map(TraceHeader::root_of))
        .list("interaction.ids", &ids);
    let line = counted(line, &batch, &told, ids.len());
    match answer(deps, &batch, &told).await {
        Ok(settled) => {
            line.count(Metric::DeadLettered, settled.dead).emit("delivered");
            Ok(settled.response)
        }
        Err(error) => {
            line.emit("delivered");
            Err(report(&event.context.request_id, &ids, error))
        }
    }
}

fn report(request_id: &str, ids: &[InteractionId], error: UpdateError) -> Error {
    let (ids, text) = (platform::listed(ids), platform::chain(&error));
    tracing::error!(request.id = request_id, interaction.ids = ids, error = text, "could not deliver the batch");
    error.into()
}

/// Tells the catalog what it is still owed, and notes what it said.
async fn tell(deps: &Deps, ids: &[InteractionId], deadline: Deadline) -> Result<Notified, UpdateError> {
    if ids.is_empty() {
        return Ok(Notified::default());
    }
    let awaiting = store::interaction::get_awaiting_catalog(&deps.database, ids).await?;
    let delivery = deps.catalog.deliver(&awaiting.open, Instant::now() + deadline.remaining()).await?;
    let mut told =
        Notified { parked: awaiting.parked, catalog_is_down: delivery.catalog_is_down(), ..Notified::default() };
    told.call_times = delivery.call_times;
    for (id, outcome) in delivery.outcomes {
        match outcome {
            Outcome::Confirmed => told.confirmed.push(id),
            Outcome::Refused(reason) => told.refused.push((id, reason)),
            Outcome::Again(reason) => {
                told.again.push(id);
                *told.again_reasons.entry(reason.to_string()).or_default() += 1;
            }
        }
    }
    if !told.confirmed.is_empty() {
        match &deps.catalog {
            Catalog::Feed(_) => store::pending::remove(&deps.database, Sink::Catalog, &told.confirmed).await?,
            Catalog::Http(_) => store::pending::remove_outside(&deps.database, &told.confirmed).await?,
        }
    }
    if !told.refused.is_empty() {
        tracing::error!(parked = ?told.refused, "the catalog refused single interactions");
        store::pending::park(&deps.database, Sink::Catalog, &told.refused).await?;
    }
    Ok(told)
}

/// Fails what comes again, or everything when the catalog is down, which makes SQS deliver less; what waits for a
/// person goes to the dead-letter queue.
async fn answer(deps: &Deps, batch: &Batch, told: &Notified) -> Result<Settled, UpdateError> {
    if !told.again.is_empty() {
        tracing::warn!(reasons = ?told.again_reasons, "interactions are left for a retry");
    }
    if told.catalog_is_down {
        // Nothing is moved now: in a long outage the messages are redelivered at every attempt, and would be moved each
        // time.
        return Err(UpdateError::CatalogDown);
    }
    let before = told.parked.iter().map(|id| (*id, PARKED.to_owned()));
    let dead: HashMap<_, _> = before.chain(told.refused.iter().map(|(id, reason)| (*id, reason.to_string()))).collect();
    Ok(batch.settle_ids(&deps.dead_letters, &dead, &told.again.iter().copied().collect()).await)
}

/// Adds what a batch came to.
fn counted(line: Metrics, batch: &Batch, told: &Notified, interactions: usize) -> Metrics {
    let owed = told.confirmed.len() + told.refused.len() + told.parked.len() + told.again.len();
    line.count(Metric::Messages, batch.len())
        .count(Metric::Delivered, told.confirmed.len())
        .count(Metric::AlreadyDone, interactions - owed)
        .count(Metric::Parked, told.refused.len())
        .count(Metric::Again, told.again.len())
        .count(Metric::Unreadable, batch.unreadable())
        .millis_each(Metric::CatalogLatency, &told.call_times)
}
