//! Reads the body of a recording request.
//!
//! An error of the request as a whole is a [`RequestError`]; an error in one item rejects that item and affects no
//! other.

use domain::{Caller, EventNames, NewInteraction, check_imported_at, check_occurred_at, clock_error};
use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;
use serde_json::value::RawValue;
use uuid::Uuid;

use crate::body::{self, Limits};
use crate::item::{self, Sender, TimeRule};
use crate::{Rejection, RejectionCode, RequestError, field};

/// A rejected item, with its event id if that could be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RefusedItem {
    /// The client's event id.
    pub event_id: Option<Uuid>,
    /// Why.
    pub rejection: Rejection,
}

/// The outcome of one item, in the order of the request.
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
/// A [`RequestError`] when the items cannot be separated.
pub fn read_request(
    body: &[u8],
    sender: &Sender<'_>,
    mut new_event_id: impl FnMut() -> Uuid,
) -> Result<Vec<ItemOutcome>, RequestError> {
    let body = split(body, sender.caller, Limits::LIVE)?;
    let times = (read_clock_error(&body, sender.arrival)?, check_occurred_at as TimeRule);
    let items = body::items("interactions", body.interactions, Limits::LIVE)?;
    let read = |raw| read_item(raw, sender, times, || Ok(new_event_id()));
    Ok(items.into_iter().map(read).collect())
}

/// Reads the body of an import, which a service of the shop sends, into one outcome per item.
///
/// It may contain more items than a live request, and they may be of any age. Each needs an event id and a time:
/// without them a repeated import would store its events again, at another time.
///
/// # Errors
/// A [`RequestError`] when the items cannot be separated.
pub fn read_import(body: &[u8], arrival: Timestamp, names: &EventNames) -> Result<Vec<ItemOutcome>, RequestError> {
    let sender = Sender { caller: Caller::Trusted, arrival, names };
    let body = split(body, sender.caller, Limits::IMPORT)?;
    let times = (read_clock_error(&body, arrival)?, check_imported_at as TimeRule);
    let items = body::items("interactions", body.interactions, Limits::IMPORT)?;
    let read = |raw| {
        let item = read_item(raw, &sender, times, || Err(missing("event_id")))?;
        if item.occurred_at.is_none() {
            return Err(RefusedItem { event_id: Some(item.event_id), rejection: missing("occurred_at") });
        }
        Ok(item)
    };
    Ok(items.into_iter().map(read).collect())
}

fn missing(field: &str) -> Rejection {
    Rejection::new(RejectionCode::MissingField, format!("{field}: is required of imported events"))
}

/// Splits a body, and checks the account that it names as a whole.
fn split(body: &[u8], caller: Caller, limits: Limits) -> Result<Body<'_>, RequestError> {
    let body: Body<'_> = body::object(body, limits)?;
    let Some(raw) = body.account_id else { return Ok(body) };
    match item::is_own(raw, caller) {
        Ok(true) => Ok(body),
        Ok(false) => Err(RequestError::ForeignAccount),
        Err(rejection) => Err(RequestError::WrongShape { reason: rejection.message }),
    }
}

/// Reads how far the sender's clock is behind; without `sent_at` it is assumed to be correct.
fn read_clock_error(body: &Body<'_>, arrival: Timestamp) -> Result<SignedDuration, RequestError> {
    let Some(raw) = body.sent_at else { return Ok(SignedDuration::ZERO) };
    let sent_at =
        field::time("sent_at", raw).map_err(|rejection| RequestError::WrongShape { reason: rejection.message })?;
    Ok(clock_error(sent_at, arrival))
}

fn read_item(
    raw: &RawValue,
    sender: &Sender<'_>,
    times: (SignedDuration, TimeRule),
    without_event_id: impl FnOnce() -> Result<Uuid, Rejection>,
) -> ItemOutcome {
    let refused = |event_id| move |rejection| RefusedItem { event_id, rejection };
    let item = item::split(raw).map_err(refused(None))?;
    let event_id = item.event_id().map_err(refused(None))?;
    let id = event_id.map_or_else(without_event_id, Ok).map_err(refused(None))?;
    item.admit(id, sender, times).map_err(refused(event_id))
}

#[cfg(test)]
mod tests;
