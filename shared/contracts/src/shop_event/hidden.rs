//! Hides what looks personal in an event, in whatever field a producer put it.
//!
//! Works on the event in the form that is stored, so that a new field is covered from its first day. Ids become keyed
//! hashes, the same for the same string, so that what belongs together stays together; labels are replaced.

use domain::ShopEvent;
use serde_json::Value;

use super::address_key::AddressKey;
use crate::personal::{HASHED_PREFIX, HIDDEN, is_personal};
use crate::{Rejection, RejectionCode};

/// The strings that nothing else refers to. Everything else is treated as an id.
const LABELS: [&str; 4] = ["service", "name", "method", "payment_method"];

/// Amounts are strings of digits, and an amount of sixteen digits is not a card.
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

/// Hides the strings of a value; says whether there were any.
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
