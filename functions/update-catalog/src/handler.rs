//! One batch: parse, learn, deliver to an outside catalog when there is one, store the outcomes, respond.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::time::{Duration, Instant};

use aws_lambda_events::sqs::SqsBatchResponse;
use catalog::{Catalog, Outcome};
use contracts::SqsEvent;
use domain::{Halves, InteractionId, Learning, ParkReason, Sink};
use lambda_runtime::{Error, LambdaEvent};
use messaging::{Batch, DeadLetterSender, Settled};
use platform::{Deadline, Metric, Metrics, TraceHeader};
use store::learning::PendingRow;
use store::{Database, StoreError};

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
    /// How interactions are learned.
    pub learning: Learning,
    /// A catalog beside the built-in one, which hears every interaction at least once.
    pub outside: Option<Catalog>,
    /// The dead-letter queue.
    pub dead_letters: DeadLetterSender,
}

/// The result of a batch.
#[derive(Debug, Default)]
struct Delivered {
    learned: usize,
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

/// Learns from a batch of hints, and delivers it. May be called with the same batch any number of times.
///
/// # Errors
/// When Postgres or the whole outside catalog is down: the batch is redelivered, except for what was confirmed.
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

/// Learns from the interactions, delivers those that an outside catalog has not confirmed, and stores the outcomes.
async fn deliver(deps: &Deps, ids: &[InteractionId], deadline: Deadline) -> Result<Delivered, UpdateError> {
    if ids.is_empty() {
        return Ok(Delivered::default());
    }
    let row = if deps.outside.is_some() { PendingRow::Keep } else { PendingRow::Remove };
    let mut delivered = learn_isolating(deps, ids, row).await?;
    if let Some(catalog) = &deps.outside {
        deliver_outside(deps, catalog, (ids, deadline), &mut delivered).await?;
    }
    if !delivered.refused.is_empty() {
        tracing::error!(parked = ?delivered.refused, "single interactions cannot be learned or delivered");
        store::pending::park(&deps.database, Sink::Catalog, &delivered.refused).await?;
    }
    Ok(delivered)
}

/// Learns from the interactions. One that Postgres refuses is isolated by halving, and the others are learned.
async fn learn_isolating(deps: &Deps, ids: &[InteractionId], row: PendingRow) -> Result<Delivered, StoreError> {
    let mut delivered = Delivered::default();
    let mut halves = Halves::of(ids.len());
    while let Some(part) = halves.next() {
        match store::learning::learn(&deps.database, &ids[part.clone()], row, deps.learning).await {
            Ok(learned) => {
                delivered.learned += learned.taken;
                delivered.parked.extend(learned.parked);
            }
            Err(StoreError::Refused { .. }) if halves.split(&part) => {}
            Err(StoreError::Refused { sqlstate, .. }) => {
                delivered.refused.push((ids[part.start], ParkReason::StatementRefused { sqlstate }));
            }
            Err(error) => return Err(error),
        }
    }
    Ok(delivered)
}

/// Delivers what the outside catalog has not confirmed, except for what was refused before.
async fn deliver_outside(
    deps: &Deps,
    catalog: &Catalog,
    (ids, deadline): (&[InteractionId], Deadline),
    delivered: &mut Delivered,
) -> Result<(), UpdateError> {
    let refused: HashSet<_> = delivered.refused.iter().map(|(id, _)| *id).collect();
    let ids: Vec<_> = ids.iter().copied().filter(|id| !refused.contains(id)).collect();
    let awaiting = store::interaction::get_awaiting_catalog(&deps.database, &ids).await?;
    let delivery = catalog.deliver(&awaiting.open, Instant::now() + deadline.remaining()).await?;
    delivered.catalog_is_down = delivery.catalog_is_down();
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
        match catalog {
            Catalog::Feed(_) => store::pending::remove(&deps.database, Sink::Catalog, &delivered.confirmed).await?,
            Catalog::Http(_) => store::pending::remove_outside(&deps.database, &delivered.confirmed).await?,
        }
    }
    Ok(())
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

/// Adds the result of a batch of so many interactions; those that are in no part of it were done before.
fn counted(line: Metrics, batch: &Batch, delivered: &Delivered, interactions: usize) -> Metrics {
    let outside = delivered.confirmed.len() + delivered.again.len();
    let owed = outside.max(delivered.learned) + delivered.refused.len() + delivered.parked.len();
    line.count(Metric::Messages, batch.len())
        .count(Metric::Learned, delivered.learned)
        .count(Metric::Delivered, delivered.confirmed.len())
        .count(Metric::AlreadyDone, interactions.saturating_sub(owed))
        .count(Metric::Parked, delivered.refused.len())
        .count(Metric::Again, delivered.again.len())
        .count(Metric::Unreadable, batch.unreadable())
        .millis_each(Metric::CatalogLatency, &delivered.call_times)
}
