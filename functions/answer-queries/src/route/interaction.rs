//! `GET /interaction/{event_id}`: where an event is. For whoever sent it, for services of the shop, and for admins.

use std::sync::Arc;

use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};
use axum::response::Response;
use contracts::{
    Contribution, CountOutcome, Data, EffectStatus, Parameters, SinkProgress, TrackedInteraction, TrackedInteractions,
};
use domain::{Micros, Sink};
use serving::QueryParameters;
use store::tracking::{self, Outcome, Tracked};
use uuid::Uuid;

use crate::Deps;
use crate::caller::Senders;
use crate::failure::Failure;

pub(crate) async fn track(
    senders: Senders,
    State(deps): State<Arc<Deps>>,
    event_id: Result<Path<String>, PathRejection>,
    query: QueryParameters,
) -> Result<Response, Failure> {
    Parameters::read(query.pairs(), &[])?;
    let text = event_id.map_err(|_| Failure::InvalidEventId)?.0;
    let event_id = Uuid::try_parse(&text).map_err(|_| Failure::InvalidEventId)?;
    let found = tracking::list(&deps.database, event_id, senders.origin()).await?;
    let as_of = found.first().ok_or(Failure::UnknownEvent)?.as_of;
    let interactions = found.into_iter().map(|found| public(event_id, found)).collect();
    Ok(serving::private(&Data { data: TrackedInteractions { as_of, interactions } }))
}

fn public(event_id: Uuid, found: Tracked) -> TrackedInteraction {
    TrackedInteraction {
        id: found.id.0,
        event_id,
        sinks: Sink::ALL.map(|sink| progress(sink, &found)).into(),
        popularity: contribution(&found),
        event_type: found.event_type,
        ref_type: found.ref_type,
        ref_id: found.ref_id,
        occurred_at: found.occurred_at,
        date_created: found.date_created,
    }
}

fn progress(sink: Sink, found: &Tracked) -> SinkProgress {
    let name = sink.to_string();
    let Some(row) = found.outstanding.iter().find(|row| row.sink == sink) else {
        let status = EffectStatus::Applied;
        return SinkProgress {
            sink: name,
            status,
            hints: None,
            next_hint_at: None,
            parked_at: None,
            parked_reason: None,
        };
    };
    let (parked_at, parked_reason) = row.parked.clone().unzip();
    SinkProgress {
        sink: name,
        status: if parked_at.is_some() { EffectStatus::Parked } else { EffectStatus::Waiting },
        hints: Some(row.hints),
        next_hint_at: parked_at.is_none().then_some(row.next_hint_at),
        parked_at,
        parked_reason,
    }
}

fn contribution(found: &Tracked) -> Option<Contribution> {
    let counts = found.outcome == Some(Outcome::Counted);
    Some(Contribution {
        product_id: found.product_id.clone()?,
        outcome: found.outcome.map(|outcome| match outcome {
            Outcome::Counted => CountOutcome::Counted,
            Outcome::Capped => CountOutcome::Capped,
            Outcome::Excluded => CountOutcome::Excluded,
        }),
        weight: found.weight.map(Micros::points),
        points: found.weight.filter(|_| counts).unwrap_or(Micros(0)).points(),
    })
}
