//! The reply to a request that hands over events.

use serde::Serialize;
use uuid::Uuid;

use crate::{Rejection, RejectionCode};

/// What became of one event.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum EventStatus {
    /// The queue has it.
    Accepted,
    /// Refused; it will be refused again.
    Rejected,
    /// The queue did not confirm it. It may be there all the same; sending it again is safe.
    Unavailable,
}

/// The result of one event, at the index it had in the request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct EventResult {
    /// The position in the request, from 0.
    pub index: usize,
    /// The outcome.
    pub status: EventStatus,
    /// The id that the event is logged under: the producer's when that is a UUID, else one made of its id or content.
    /// It is missing when the event was refused.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub event_id: Option<Uuid>,
    /// The reason (rejected).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub code: Option<RejectionCode>,
    /// The reason in words (rejected and unavailable).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
}

impl EventResult {
    /// The result of an event that the queue has.
    #[must_use]
    pub fn accepted(index: usize, event_id: Uuid) -> Self {
        Self { index, status: EventStatus::Accepted, event_id: Some(event_id), code: None, message: None }
    }

    /// The result of an event that the queue did not confirm.
    #[must_use]
    pub fn unavailable(index: usize, event_id: Uuid) -> Self {
        let message = Some("the queue did not confirm it; send it again".to_owned());
        Self { status: EventStatus::Unavailable, message, ..Self::accepted(index, event_id) }
    }

    /// The result of an event that was refused.
    #[must_use]
    pub fn rejected(index: usize, rejection: Rejection) -> Self {
        let (code, message) = (Some(rejection.code), Some(rejection.message));
        Self { index, status: EventStatus::Rejected, event_id: None, code, message }
    }
}

/// The reply to a request with events.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct EventsReply {
    /// Events that the queue has.
    pub accepted: usize,
    /// Events that were refused.
    pub rejected: usize,
    /// Events that the queue did not confirm.
    pub unavailable: usize,
    /// One result per event, in the order of the request.
    pub results: Vec<EventResult>,
}

impl EventsReply {
    /// Counts the results.
    #[must_use]
    pub fn new(results: Vec<EventResult>) -> Self {
        let count = |wanted: EventStatus| results.iter().filter(|result| result.status == wanted).count();
        Self {
            accepted: count(EventStatus::Accepted),
            rejected: count(EventStatus::Rejected),
            unavailable: count(EventStatus::Unavailable),
            results,
        }
    }
}
