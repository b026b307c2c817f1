//! Reads the body of a request that hands over events of the shop's back end.
//!
//! Each event is read as its consumer will read it from the queue, so that what is accepted does not end in the
//! dead-letter queue. The text that goes on is the producer's own: nothing is lost by writing it anew.

use std::collections::HashMap;

use domain::ShopEvent;
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::value::RawValue;

use crate::{Intake, Rejection, RejectionCode, RequestError, body, read_shop_event};

/// An event that can be read, and the message that carries it.
#[derive(Debug, Clone, PartialEq)]
pub struct EventMessage {
    /// What was read.
    pub event: ShopEvent,
    /// What the queue gets.
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
/// The same event may come twice, also in one request; another event under the same id is refused.
///
/// # Errors
/// A [`RequestError`] when no event can be told apart.
pub fn read_events(
    body: &[u8],
    intake: &Intake,
    arrival: Timestamp,
) -> Result<Vec<Result<EventMessage, Rejection>>, RequestError> {
    let body: Body<'_> = body::object(body)?;
    let mut known = HashMap::new();
    let events = body::items("events", body.events)?.into_iter().map(|raw| {
        let text = message_text(raw.get());
        let event = read_shop_event(&text, intake, arrival)?;
        if known.entry(event.id).or_insert_with(|| event.clone()) != &event {
            let rule = "eventId: another event of this request has it; use a new id for a new event";
            return Err(Rejection::new(RejectionCode::Conflict, rule));
        }
        Ok(EventMessage { event, text })
    });
    Ok(events.collect())
}

/// Writes the two characters that JSON knows and SQS does not as their escapes; one of them would fail a whole batch.
///
/// Source: <https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessage.html>.
fn message_text(json: &str) -> String {
    // Valid JSON has them inside of strings only, and never behind a backslash.
    json.replace('\u{fffe}', "\\ufffe").replace('\u{ffff}', "\\uffff")
}

#[cfg(test)]
mod tests;
