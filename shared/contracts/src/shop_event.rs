//! Parses back-end events into the closed set of events.
//!
//! Two formats are known: the order lifecycle (`event`, `timestamp`, `orderId`, ...) and the analytics event
//! (`eventType`, `service`, `entityId`, ...). Both may arrive bare or as the `detail` of an EventBridge event. Unknown
//! fields are ignored; an email address becomes a keyed hash and goes no further.

use domain::{FUTURE_LIMIT_MINUTES, ShopEvent, Subject};
use jiff::{SignedDuration, Timestamp};
use serde_json::value::RawValue;
use uuid::Uuid;

use crate::personal::is_personal;
use crate::{Rejection, RejectionCode};

mod address_key;
mod analytics;
mod fields;
mod hidden;
mod lifecycle;
mod person;
pub(crate) mod sealed;
mod time;

pub use address_key::{ADDRESS_KEY_MIN_BYTES, AddressKey, Intake};
use fields::Fields;
pub use fields::{QUANTITY_MAX, SHOP_TEXT_MAX_CHARS, is_nobody};
pub use lifecycle::ORDER_LINES_MAX;
pub use person::{Anonymized, anonymize_in_event, is_named_in_event};

#[cfg(feature = "openapi")]
pub(crate) use {analytics::NAMES as ANALYTICS_NAMES, lifecycle::NAMES as LIFECYCLE_NAMES};

/// The largest event, in bytes (64 KiB).
pub const SHOP_EVENT_MAX_BYTES: usize = 64 * 1024;
/// Before this year the clock of a producer is wrong.
const FIRST_YEAR: &str = "2000-01-01T00:00:00Z";

/// The namespace of event ids that are not UUIDs. It must never change.
const NAMED: Uuid = Uuid::from_u128(0x5d0c_7a3e_91b2_5c44_9e0f_2b6d_88a1_f703);

/// Reads one event: a lifecycle event, an analytics event, or an EventBridge event around one of them.
///
/// `arrival` bounds the event time: the producer's clock may be slightly ahead, and events may be old, since history is
/// sent too. The same content always gets the same id. Strings that look like an address or a card number are hidden in
/// every field. A sealed message of accept-events is opened and yields the event that was parsed there.
///
/// # Errors
/// The field, the rule and the limit.
pub fn read_shop_event(body: &str, intake: &Intake, arrival: Timestamp) -> Result<ShopEvent, Rejection> {
    if let Some(opened) = sealed::open(body, &intake.address_key) {
        return opened;
    }
    if body.len() > SHOP_EVENT_MAX_BYTES {
        let message = format!("event: must have at most {SHOP_EVENT_MAX_BYTES} bytes, has {}", body.len());
        return Err(Rejection::new(RejectionCode::Malformed, message));
    }
    let outer = Fields::of("event", body, intake)?;
    match outer.raw("detail") {
        Some(detail) if outer.raw("detail-type").is_some() => read_bare(detail, intake, arrival),
        _ => read(&outer, intake, arrival),
    }
}

fn read_bare(detail: &RawValue, intake: &Intake, arrival: Timestamp) -> Result<ShopEvent, Rejection> {
    read(&Fields::of("detail", detail.get(), intake)?, intake, arrival)
}

fn read(fields: &Fields<'_>, intake: &Intake, arrival: Timestamp) -> Result<ShopEvent, Rejection> {
    let fact = match (fields.text("event")?, fields.text("eventType")?) {
        (Some(name), None) => lifecycle::read(&name, fields)?,
        (None, Some(name)) => analytics::read(&name, fields)?,
        _ => {
            let message = "event or eventType: exactly one of them is required and names what happened";
            return Err(Rejection::new(RejectionCode::MissingField, message));
        }
    };
    check_version(fields)?;
    let occurred_at = occurred_at(fields, arrival)?;
    let service = fields.label(&["service", "source"]).unwrap_or_default();
    let link = fields.link(fact.subject().0 == Subject::User);
    let named = fields.name("eventId")?.map(|id| named_id(&intake.address_key, &id));
    let event = ShopEvent { id: named.unwrap_or_default(), service, occurred_at, fact, link };
    let event = hidden::hide(event, &intake.address_key)?;
    Ok(ShopEvent { id: named.unwrap_or_else(|| unnamed_id(&intake.address_key, &event)), ..event })
}

/// The only existing version, as a number or string.
fn check_version(fields: &Fields<'_>) -> Result<(), Rejection> {
    match fields.raw("version").map(RawValue::get) {
        None | Some("1" | "\"1\"" | "\"1.0\"") => Ok(()),
        Some(_) => Err(Rejection::new(RejectionCode::Malformed, "version: must be 1 or be left out")),
    }
}

fn occurred_at(fields: &Fields<'_>, arrival: Timestamp) -> Result<Timestamp, Rejection> {
    let at = fields.time("timestamp")?;
    let first = FIRST_YEAR.parse().unwrap_or(Timestamp::UNIX_EPOCH);
    if at < first {
        return Err(Rejection::new(RejectionCode::TooOld, format!("timestamp: must not lie before {FIRST_YEAR}")));
    }
    if at > arrival.saturating_add(SignedDuration::from_mins(FUTURE_LIMIT_MINUTES)).unwrap_or(arrival) {
        let message = format!("timestamp: is more than {FUTURE_LIMIT_MINUTES} minutes after arrival");
        return Err(Rejection::new(RejectionCode::InFuture, message));
    }
    // Postgres stores microseconds; a finer difference must not make two events of one.
    Ok(Timestamp::from_microsecond(at.as_microsecond()).unwrap_or(at))
}

/// A digest of an id that is not a UUID; keyed when it was derived from an address or a card number, because anyone
/// with the log could try all of them.
fn named_id(key: &AddressKey, id: &str) -> Uuid {
    if is_personal(id) {
        return keyed_id(key, id);
    }
    let uuid = Uuid::try_parse(id).ok().filter(|uuid| !uuid.is_nil());
    uuid.unwrap_or_else(|| Uuid::new_v5(&NAMED, id.as_bytes()))
}

/// An event without an id is identified by its content: type, subject, time and everything else that is stored.
///
/// The digest is keyed: the id stays in the log when its customer is erased, and must not reveal the customer to
/// someone who tries all customer ids.
fn unnamed_id(key: &AddressKey, event: &ShopEvent) -> Uuid {
    let content = serde_json::to_string(&(&event.service, event.occurred_at, &event.fact));
    let content = content.expect("times, ids and amounts always serialize");
    keyed_id(key, &content)
}

fn keyed_id(key: &AddressKey, content: &str) -> Uuid {
    let digest = key.digest(content);
    // Version 8: a UUID with custom content (RFC 9562, section 5.8).
    uuid::Builder::from_custom_bytes(std::array::from_fn(|i| digest[i])).into_uuid()
}

#[cfg(test)]
mod tests;
