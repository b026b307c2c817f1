//! Reads the body of a recording request.
//!
//! A fault of the request as a whole is a [`RequestError`]; a fault of one item is that item's rejection and
//! touches no other item.

use domain::{Caller, NewInteraction, check_imported_at, check_occurred_at};
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::value::RawValue;
use uuid::Uuid;

use crate::body::{self, Limits};
use crate::item::{self, TimeRule};
use crate::{Rejection, RejectionCode, RequestError};

/// Who sends, and when it arrived.
#[derive(Debug, Clone, Copy)]
pub struct Sender {
    /// From the verified token.
    pub caller: Caller,
    /// The server's time.
    pub arrival: Timestamp,
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
}

/// Reads a body into one outcome per item.
///
/// `new_event_id` is called for each item without an event id; such an item is a new event at every retry.
///
/// # Errors
/// A [`RequestError`] when no item can be told apart.
pub fn read_request(
    body: &[u8],
    sender: &Sender,
    mut new_event_id: impl FnMut() -> Uuid,
) -> Result<Vec<ItemOutcome>, RequestError> {
    let items = split(body, sender.caller, Limits::LIVE)?;
    let read = |raw| read_item(raw, sender, check_occurred_at, || Ok(new_event_id()));
    Ok(items.into_iter().map(read).collect())
}

/// Reads the body of an import, which a service of the shop sends, into one outcome per item.
///
/// It may hold more than a live request, and its items may be of any age. Each needs an event id and a time: without
/// them a repeated import would store its events once more, at another time.
///
/// # Errors
/// A [`RequestError`] when no item can be told apart.
pub fn read_import(body: &[u8], arrival: Timestamp) -> Result<Vec<ItemOutcome>, RequestError> {
    let sender = Sender { caller: Caller::Trusted, arrival };
    let items = split(body, sender.caller, Limits::IMPORT)?;
    let read = |raw| {
        let item = read_item(raw, &sender, check_imported_at, || Err(missing("event_id")))?;
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

fn split(body: &[u8], caller: Caller, limits: Limits) -> Result<Vec<&RawValue>, RequestError> {
    let body: Body<'_> = body::object(body, limits)?;
    if let Some(raw) = body.account_id {
        let is_own = item::is_own(raw, caller).map_err(|it| RequestError::WrongShape { reason: it.message })?;
        if !is_own {
            return Err(RequestError::ForeignAccount);
        }
    }
    body::items("interactions", body.interactions, limits)
}

fn read_item(
    raw: &RawValue,
    sender: &Sender,
    check_time: TimeRule,
    without_event_id: impl FnOnce() -> Result<Uuid, Rejection>,
) -> ItemOutcome {
    let refused = |event_id| move |rejection| RefusedItem { event_id, rejection };
    let item = item::split(raw).map_err(refused(None))?;
    let event_id = item.event_id().map_err(refused(None))?;
    let id = event_id.map_or_else(without_event_id, Ok).map_err(refused(None))?;
    item.admit(id, sender, check_time).map_err(refused(event_id))
}

#[cfg(test)]
mod tests;
