//! The reply to a request that hands over events.

use serde::Serialize;
use uuid::Uuid;

use crate::{Rejection, RejectionCode};

/// The outcome of one event.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum EventStatus {
    /// Stored in the queue.
    Accepted,
    /// Rejected; a retry will be rejected as well.
    Rejected,
    /// Not confirmed by the queue, although it may have been stored; sending it again is safe.
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
    /// The id under which the event is logged: the producer's id if it is a UUID, else one derived from id or content.
    /// Missing when the event was rejected.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub event_id: Option<Uuid>,
    /// The reason (rejected).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub code: Option<RejectionCode>,
    /// The human-readable reason (rejected and unavailable).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
}

impl EventResult {
    /// Builds the result of an event that is in the queue.
    #[must_use]
    pub fn accepted(index: usize, event_id: Uuid) -> Self {
        Self { index, status: EventStatus::Accepted, event_id: Some(event_id), code: None, message: None }
    }

    /// Builds the result of an event that the queue did not confirm.
    #[must_use]
    pub fn unavailable(index: usize, event_id: Uuid) -> Self {
        let message = Some("the queue did not confirm it; send it again".to_owned());
        Self { status: EventStatus::Unavailable, message, ..Self::accepted(index, event_id) }
    }

    /// Builds the result of a rejected event.
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
    /// Events stored in the queue.
    pub accepted: usize,
    /// Rejected events.
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
