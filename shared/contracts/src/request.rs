//! Reads the body of a recording request.
//!
//! A fault of the request as a whole is a [`RequestError`]; a fault of one item is that item's rejection and
//! touches no other item.

use domain::{Caller, EventNames, NewInteraction, clock_error};
use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;
use serde_json::value::RawValue;
use uuid::Uuid;

use crate::{Rejection, RequestError, body, field, item};

/// Who sends, and when it arrived.
#[derive(Debug, Clone, Copy)]
pub struct Sender<'a> {
    /// From the verified token.
    pub caller: Caller,
    /// The server's time.
    pub arrival: Timestamp,
    /// What it may call events.
    pub names: &'a EventNames,
}

/// An item that is refused, with its event id as far as that could be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RefusedItem {
    /// The client's event id.
    pub event_id: Option<Uuid>,
    /// Why.
    pub rejection: Rejection,
}

/// What became of one item, in the order of the request.
pub type ItemOutcome = Result<NewInteraction, RefusedItem>;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Body<'a> {
    #[serde(borrow)]
    interactions: &'a RawValue,
    #[serde(borrow)]
    account_id: Option<&'a RawValue>,
    #[serde(borrow)]
    sent_at: Option<&'a RawValue>,
}

/// Reads a body into one outcome per item.
///
/// `new_event_id` is called for each item without an event id; such an item is a new event at every retry.
///
/// # Errors
/// A [`RequestError`] when no item can be told apart.
pub fn read_request(
    body: &[u8],
    sender: &Sender<'_>,
    mut new_event_id: impl FnMut() -> Uuid,
) -> Result<Vec<ItemOutcome>, RequestError> {
    let body: Body<'_> = body::object(body)?;
    check_account(&body, sender.caller)?;
    let clock_error = read_clock_error(&body, sender.arrival)?;
    let items = body::items("interactions", body.interactions)?;
    Ok(items.into_iter().map(|raw| read_item(raw, (sender, clock_error), &mut new_event_id)).collect())
}

fn check_account(body: &Body<'_>, caller: Caller) -> Result<(), RequestError> {
    let Some(raw) = body.account_id else { return Ok(()) };
    match item::is_own(raw, caller) {
        Ok(true) => Ok(()),
        Ok(false) => Err(RequestError::ForeignAccount),
        Err(rejection) => Err(RequestError::WrongShape { reason: rejection.message }),
    }
}

/// Reads how far the sender's clock is behind; without `sent_at` it is believed.
fn read_clock_error(body: &Body<'_>, arrival: Timestamp) -> Result<SignedDuration, RequestError> {
    let Some(raw) = body.sent_at else { return Ok(SignedDuration::ZERO) };
    let sent_at = field::time("sent_at", raw).map_err(|it| RequestError::WrongShape { reason: it.message })?;
    Ok(clock_error(sent_at, arrival))
}

fn read_item(
    raw: &RawValue,
    (sender, clock_error): (&Sender<'_>, SignedDuration),
    new_event_id: &mut impl FnMut() -> Uuid,
) -> ItemOutcome {
    let refused = |event_id| move |rejection| RefusedItem { event_id, rejection };
    let item = item::split(raw).map_err(refused(None))?;
    let event_id = item.event_id().map_err(refused(None))?;
    item.admit(event_id.unwrap_or_else(new_event_id), sender, clock_error).map_err(refused(event_id))
}

#[cfg(test)]
mod tests;
