//! `GET /api/analytics/flow`: what waits, what is parked, whether all is accounted for. For admins.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use contracts::{
    DeadLetters, ExcludedActor, Flow, FlowConservation, Parameters, ParkedExample, ParkedReason, SinkFlow,
};
use jiff::Timestamp;
use messaging::DeadLetterCount;
use serving::{Admin, QueryParameters};
use store::conservation::{self, Conservation};
use store::exclusion::{self, Exclusion};
use store::flow::{self, ALERTS, Parked};
use store::{Database, pending, pending_alert};

use crate::Deps;
use crate::failure::Failure;

/// Examples of each reason for which something is parked.
const EXAMPLES: u32 = 5;
/// The most exclusions of a response. Operators make them one by one.
const EXCLUDED: u32 = 1_000;

pub(crate) async fn show(_: Admin, State(deps): State<Arc<Deps>>, query: QueryParameters) -> Result<Response, Failure> {
    Parameters::read(query.pairs(), &[])?;
    // At the same time, because neither depends on the other.
    let (stored, dead_letters) = tokio::join!(read(&deps.database), deps.dead_letters.count());
    Ok(serving::private(&Flow { dead_letters: dead_letters.into_iter().map(dead).collect(), ..stored? }))
}

/// Reads what Postgres knows.
async fn read(database: &Database) -> Result<Flow, Failure> {
    let parked = flow::list_parked(database, EXAMPLES).await?;
    let of_sink = |sink: &'static str, (waiting, oldest_seconds): (i64, f64)| {
        let reasons: Vec<_> = parked.iter().filter(|row| row.sink == sink).map(reason).collect();
        let parked = reasons.iter().map(|reason| reason.count).sum();
        SinkFlow { sink, waiting, oldest_seconds, parked, parked_by_reason: reasons }
    };
    let depths = pending::get_depth(database).await?;
    let alerts = pending_alert::get_depth(database).await?;
    // In the order in which they are declared.
    let sinks = domain::Sink::ALL.iter().filter_map(|sink| depths.iter().find(|depth| depth.sink == *sink));
    let sinks = sinks.map(|depth| of_sink(depth.sink.as_str(), (depth.waiting, depth.oldest_age_seconds)));
    let alerts = of_sink(ALERTS, (alerts.waiting, alerts.oldest_age_seconds));
    Ok(Flow {
        sinks: sinks.chain([alerts]).collect(),
        conservation: conservation::find_newest(database).await?.map(measured),
        excluded: exclusion::list(database, false, Some(EXCLUDED)).await?.into_iter().map(excluded).collect(),
        dead_letters: Vec::new(),
    })
}

fn dead(DeadLetterCount { queue, messages }: DeadLetterCount) -> DeadLetters {
    DeadLetters { queue, messages }
}

fn reason(parked: &Parked) -> ParkedReason {
    let examples = parked.examples.iter().map(|(id, since)| ParkedExample { id: *id, since: *since });
    ParkedReason { reason: parked.reason.clone(), count: parked.rows, examples: examples.collect() }
}

fn measured((measured_at, found): (Timestamp, Conservation)) -> FlowConservation {
    let Conservation { stored, applied, waiting, parked } = found;
    FlowConservation { measured_at, stored, applied, waiting, parked, difference: found.difference() }
}

fn excluded(found: Exclusion) -> ExcludedActor {
    let (excluded_by, date_created) = found.begun;
    ExcludedActor {
        actor: found.actor,
        kind: found.kind,
        since: found.since,
        reason: found.reason,
        excluded_by,
        date_created,
    }
}
