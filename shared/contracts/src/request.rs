//! Reads the body of a recording request.
//!
//! A fault of the request as a whole is a [`RequestError`]; a fault of one item is that item's rejection and
//! touches no other item.

use domain::{Caller, NewInteraction};
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::value::RawValue;
use uuid::Uuid;

use crate::rejection::shorten;
use crate::{Rejection, field, item};

/// The largest body, in bytes (256 KiB).
pub const BODY_MAX_BYTES: usize = 256 * 1024;
/// The most items of one request.
pub const ITEMS_MAX: usize = 100;

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

/// A request of which nothing can be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RequestError {
    /// The body is larger than allowed.
    #[error("body: must have at most {BODY_MAX_BYTES} bytes, has {bytes}")]
    TooLarge {
        /// The size that came.
        bytes: usize,
    },
    /// The body is not JSON.
    #[error("body: is not valid JSON ({reason})")]
    NotJson {
        /// What and where, by line and column.
        reason: String,
    },
    /// The body is JSON of another shape.
    #[error("body: {reason}")]
    WrongShape {
        /// What is wrong.
        reason: String,
    },
    /// Too few or too many items.
    #[error("interactions: must have 1 to {ITEMS_MAX} items, has {items}")]
    WrongCount {
        /// How many came.
        items: usize,
    },
    /// The body claims another account than the token's.
    #[error("account_id: must be the account of the token, or be left out")]
    ForeignAccount,
}

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
    if body.len() > BODY_MAX_BYTES {
        return Err(RequestError::TooLarge { bytes: body.len() });
    }
    // serde would also read a struct from an array, and would call the struct by its Rust name.
    if body.trim_ascii_start().first().is_some_and(|first| *first != b'{') {
        return Err(RequestError::WrongShape { reason: "must be a JSON object".to_owned() });
    }
    let body: Body<'_> = serde_json::from_slice(body).map_err(|error| {
        let reason = shorten(error.to_string());
        match error.classify() {
            serde_json::error::Category::Data => RequestError::WrongShape { reason },
            _ => RequestError::NotJson { reason },
        }
    })?;
    if let Some(raw) = body.account_id {
        let named = field::text("account_id", raw).map_err(|it| RequestError::WrongShape { reason: it.message })?;
        if caller.account_id().is_none_or(|own| Uuid::try_parse(&named) != Ok(own)) {
            return Err(RequestError::ForeignAccount);
        }
    }
    let items: Vec<&RawValue> = serde_json::from_str(body.interactions.get())
        .map_err(|_| RequestError::WrongShape { reason: "interactions: must be an array".to_owned() })?;
    if items.is_empty() || items.len() > ITEMS_MAX {
        return Err(RequestError::WrongCount { items: items.len() });
    }
    Ok(items)
}

fn read_item(raw: &RawValue, sender: &Sender, new_event_id: &mut impl FnMut() -> Uuid) -> ItemOutcome {
    let refused = |event_id| move |rejection| RefusedItem { event_id, rejection };
    let item = item::split(raw).map_err(refused(None))?;
    let event_id = item.event_id().map_err(refused(None))?;
    item.admit(event_id.unwrap_or_else(new_event_id), sender).map_err(refused(event_id))
}

#[cfg(test)]
mod tests;
