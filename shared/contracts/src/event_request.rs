//! Reads the body of a request with back-end events.
//!
//! The parsed event is forwarded under a seal, not the producer's text: so nothing personal reaches the queue, and
//! exactly what is accepted is logged.

use std::collections::HashMap;

use domain::ShopEvent;
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::value::RawValue;

use crate::body::{self, Limits};
use crate::shop_event::sealed;
use crate::{Intake, Rejection, RejectionCode, RequestError, read_shop_event};

/// An event that was parsed, and the message that carries it.
#[derive(Debug, Clone, PartialEq)]
pub struct EventMessage {
    /// The parsed event.
    pub event: ShopEvent,
    /// The message for the queue.
    pub text: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Body<'a> {
    #[serde(borrow)]
    events: &'a RawValue,
}

/// Reads a body into one outcome per event, in the order of the request.
///
/// The same event may be repeated, even within one request; a different event under the same id is rejected.
///
/// # Errors
/// A [`RequestError`] when the events cannot be separated.
pub fn read_events(
    body: &[u8],
    intake: &Intake,
    arrival: Timestamp,
) -> Result<Vec<Result<EventMessage, Rejection>>, RequestError> {
    let body: Body<'_> = body::object(body, Limits::LIVE)?;
    let mut known = HashMap::new();
    let events = body::items("events", body.events, Limits::LIVE)?.into_iter().map(|raw| {
        let event = read_shop_event(raw.get(), intake, arrival)?;
        if known.entry(event.id).or_insert_with(|| event.clone()) != &event {
            let rule = "eventId: another event of this request has it; use a new id for a new event";
            return Err(Rejection::new(RejectionCode::Conflict, rule));
        }
        Ok(EventMessage { text: sealed::seal(&event, &intake.address_key), event })
    });
    Ok(events.collect())
}

#[cfg(test)]
mod tests;
