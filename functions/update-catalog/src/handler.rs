//! One batch: parse, load pending interactions, deliver, store the outcomes, respond.

use std::collections::{BTreeMap, HashMap};
use std::time::{Duration, Instant};

use aws_lambda_events::sqs::SqsBatchResponse;
use catalog::{Catalog, Outcome};
use contracts::SqsEvent;
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
struct Delivered {
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
    let delivered =
        deliver(deps, &ids, deadline).await.map_err(|error| report(&event.context.request_id, &ids, error))?;
    let line = Metrics::with(&[("Function", "update-catalog")])
        .note("request.id", event.context.request_id.as_str())
        .note("duration_ms", u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX))
        .list("trace.ids", batch.trace_headers().into_iter().map(TraceHeader::root_of))
        .list("interaction.ids", &ids);
    let line = counted(line, &batch, &delivered, ids.len());
    match answer(deps, &batch, &delivered).await {
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

/// Delivers the interactions that the catalog has not confirmed, and stores the outcomes.
async fn deliver(deps: &Deps, ids: &[InteractionId], deadline: Deadline) -> Result<Delivered, UpdateError> {
    if ids.is_empty() {
        return Ok(Delivered::default());
    }
    let awaiting = store::interaction::get_awaiting_catalog(&deps.database, ids).await?;
    let delivery = deps.catalog.deliver(&awaiting.open, Instant::now() + deadline.remaining()).await?;
    let mut delivered =
        Delivered { parked: awaiting.parked, catalog_is_down: delivery.catalog_is_down(), ..Delivered::default() };
    delivered.call_times = delivery.call_times;
    for (id, outcome) in delivery.outcomes {
        match outcome {
            Outcome::Confirmed => delivered.confirmed.push(id),
            Outcome::Refused(reason) => delivered.refused.push((id, reason)),
            Outcome::Again(reason) => {
                delivered.again.push(id);
                *delivered.again_reasons.entry(reason.to_string()).or_default() += 1;
            }
        }
    }
    if !delivered.confirmed.is_empty() {
        match &deps.catalog {
            Catalog::Feed(_) => store::pending::remove(&deps.database, Sink::Catalog, &delivered.confirmed).await?,
            Catalog::Http(_) => store::pending::remove_outside(&deps.database, &delivered.confirmed).await?,
        }
    }
    if !delivered.refused.is_empty() {
        tracing::error!(parked = ?delivered.refused, "the catalog refused single interactions");
        store::pending::park(&deps.database, Sink::Catalog, &delivered.refused).await?;
    }
    Ok(delivered)
}

/// Fails the messages to be redelivered, or the whole batch when the catalog is down, so that polling backs off;
/// messages of parked rows go to the dead-letter queue.
async fn answer(deps: &Deps, batch: &Batch, delivered: &Delivered) -> Result<Settled, UpdateError> {
    if !delivered.again.is_empty() {
        tracing::warn!(reasons = ?delivered.again_reasons, "interactions are left for a retry");
    }
    if delivered.catalog_is_down {
        // Nothing is moved now: in a long outage the messages are redelivered at every attempt, and would be moved each
        // time.
        return Err(UpdateError::CatalogDown);
    }
    let before = delivered.parked.iter().map(|id| (*id, PARKED.to_owned()));
    let dead: HashMap<_, _> =
        before.chain(delivered.refused.iter().map(|(id, reason)| (*id, reason.to_string()))).collect();
    Ok(batch.settle_ids(&deps.dead_letters, &dead, &delivered.again.iter().copied().collect()).await)
}

/// Adds the result of a batch.
fn counted(line: Metrics, batch: &Batch, delivered: &Delivered, interactions: usize) -> Metrics {
    let owed = delivered.confirmed.len() + delivered.refused.len() + delivered.parked.len() + delivered.again.len();
    line.count(Metric::Messages, batch.len())
        .count(Metric::Delivered, delivered.confirmed.len())
        .count(Metric::AlreadyDone, interactions - owed)
        .count(Metric::Parked, delivered.refused.len())
        .count(Metric::Again, delivered.again.len())
        .count(Metric::Unreadable, batch.unreadable())
        .millis_each(Metric::CatalogLatency, &delivered.call_times)
}
