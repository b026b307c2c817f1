//! Hides what looks personal in an event, whatever field a producer has put it into.
//!
//! Works on the event in the form that is kept, so that a new field is covered on the day it is read. Ids become keyed
//! hashes, the same for the same text, so that what belongs together stays together; labels lose their text.

use domain::ShopEvent;
use serde_json::Value;

use super::AddressKey;
use crate::personal::{HASHED_PREFIX, HIDDEN, is_personal};
use crate::{Rejection, RejectionCode};

/// The texts that name no thing that something else refers to. Everything else is taken for an id.
const LABELS: [&str; 4] = ["service", "name", "method", "payment_method"];

/// Amounts are texts of digits, and sixteen digits of money are no card.
const AMOUNTS: [&str; 8] = ["amount", "discount", "fee", "price", "refund", "shipping", "tax", "total"];

/// Hides what looks personal in an event.
pub(super) fn hide(event: ShopEvent, key: &AddressKey) -> Result<ShopEvent, Rejection> {
    let failed =
        |_| Rejection::new(RejectionCode::InvalidText, "event: must not hold an email address or a card number");
    let mut value = serde_json::to_value(&event).map_err(failed)?;
    if !hide_in(&mut value, None, key) {
        return Ok(event);
    }
    serde_json::from_value(value).map_err(failed)
}

/// Hides the texts of a value; says whether there were any.
fn hide_in(value: &mut Value, field: Option<&str>, key: &AddressKey) -> bool {
    match value {
        Value::String(_) if field.is_some_and(|field| AMOUNTS.contains(&field)) => false,
        Value::String(text) if is_personal(text) => {
            let is_label = field.is_some_and(|field| LABELS.contains(&field));
            *text = if is_label { HIDDEN.to_owned() } else { format!("{HASHED_PREFIX}{}", key.hash(text)) };
            true
        }
        Value::Array(values) => values.iter_mut().fold(false, |any, value| hide_in(value, field, key) | any),
        Value::Object(members) => {
            members.iter_mut().fold(false, |any, (name, value)| hide_in(value, Some(name), key) | any)
        }
        Value::String(_) | Value::Number(_) | Value::Bool(_) | Value::Null => false,
    }
}
