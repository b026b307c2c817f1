//! Reads the body of a recording request.
//!
//! A fault of the request as a whole is a [`RequestError`]; a fault of one item is that item's rejection and
//! touches no other item.

use domain::{Caller, NewInteraction};
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::value::RawValue;
use uuid::Uuid;

use crate::{Rejection, RequestError, body, item};

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
    let items = split(body, sender.caller)?;
    Ok(items.into_iter().map(|raw| read_item(raw, sender, &mut new_event_id)).collect())
}

fn split(body: &[u8], caller: Caller) -> Result<Vec<&RawValue>, RequestError> {
    let body: Body<'_> = body::object(body)?;
    if let Some(raw) = body.account_id {
        let is_own = item::is_own(raw, caller).map_err(|it| RequestError::WrongShape { reason: it.message })?;
        if !is_own {
            return Err(RequestError::ForeignAccount);
        }
    }
    body::items("interactions", body.interactions)
}

fn read_item(raw: &RawValue, sender: &Sender, new_event_id: &mut impl FnMut() -> Uuid) -> ItemOutcome {
    let refused = |event_id| move |rejection| RefusedItem { event_id, rejection };
    let item = item::split(raw).map_err(refused(None))?;
    let event_id = item.event_id().map_err(refused(None))?;
    item.admit(event_id.unwrap_or_else(new_event_id), sender).map_err(refused(event_id))
}

#[cfg(test)]
mod tests;
