//! Reads what the shop's back end sends into the closed set of events.
//!
//! Two shapes are known: the order lifecycle (`event`, `timestamp`, `orderId`, ...) and the analytics event
//! (`eventType`, `service`, `entityId`, ...). Both may come bare or as the `detail` of an EventBridge event. Fields that
//! mean nothing here are left alone; an email address becomes a keyed hash and goes no further.

use domain::{Currency, FUTURE_LIMIT_MINUTES, InvalidCurrency, ShopEvent, Subject};
use hmac::{Hmac, KeyInit, Mac};
use jiff::{SignedDuration, Timestamp};
use serde_json::value::RawValue;
use sha2::Sha256;
use uuid::Uuid;

use crate::{Rejection, RejectionCode};

mod analytics;
mod fields;
mod hidden;
mod lifecycle;
pub(crate) mod sealed;

use fields::Fields;

#[cfg(feature = "openapi")]
pub(crate) use {analytics::NAMES as ANALYTICS_NAMES, lifecycle::NAMES as LIFECYCLE_NAMES};

/// The largest event, in bytes (64 KiB).
pub const SHOP_EVENT_MAX_BYTES: usize = 64 * 1024;
/// The longest id, name or method, in characters.
pub const SHOP_TEXT_MAX_CHARS: usize = 128;
/// The most lines of an order.
pub const ORDER_LINES_MAX: usize = 500;
/// The most pieces of a line.
pub const QUANTITY_MAX: i64 = 1_000_000;
/// Before this year the clock of a producer is wrong.
const FIRST_YEAR: &str = "2000-01-01T00:00:00Z";

/// The namespaces of event ids that are no UUID, and of events that have none. Fixed for ever.
const NAMED: Uuid = Uuid::from_u128(0x5d0c_7a3e_91b2_5c44_9e0f_2b6d_88a1_f703);
const UNNAMED: Uuid = Uuid::from_u128(0x1e64_b8f0_37cd_5a19_b2d8_c405_6f9a_7e21);

/// The secret that email addresses are hashed with, so that nobody can find an address by trying.
#[derive(Clone)]
pub struct AddressKey(Vec<u8>);

/// What a sealed text is preceded by; no address has a zero byte in it.
const SEAL: &[u8] = b"\0sealed shop event\0";

/// The shortest secret, in bytes.
pub const ADDRESS_KEY_MIN_BYTES: usize = 16;

impl AddressKey {
    /// Takes a secret; `None` when it is shorter than [`ADDRESS_KEY_MIN_BYTES`].
    #[must_use]
    pub fn new(secret: &str) -> Option<Self> {
        (secret.len() >= ADDRESS_KEY_MIN_BYTES).then(|| Self(secret.as_bytes().to_vec()))
    }

    /// Hashes an address (HMAC-SHA-256, hexadecimal). Capitals and spaces around it make no other person.
    fn hash(&self, address: &str) -> String {
        hexadecimal(self.mac(&[address.trim().to_lowercase().as_bytes()]))
    }

    /// Seals a text that we wrote.
    fn seal(&self, text: &str) -> String {
        hexadecimal(self.mac(&[SEAL, text.as_bytes()]))
    }

    /// Says whether a seal is ours and of this text.
    fn has_sealed(&self, text: &str, seal: &str) -> bool {
        let seal: Option<Vec<u8>> =
            seal.as_bytes().chunks(2).map(|it| u8::from_str_radix(str::from_utf8(it).ok()?, 16).ok()).collect();
        seal.is_some_and(|seal| self.mac(&[SEAL, text.as_bytes()]).verify_slice(&seal).is_ok())
    }

    fn mac(&self, parts: &[&[u8]]) -> Hmac<Sha256> {
        let mut mac = Hmac::new_from_slice(&self.0).expect("HMAC takes a key of any length");
        for part in parts {
            mac.update(part);
        }
        mac
    }
}

fn hexadecimal(mac: Hmac<Sha256>) -> String {
    mac.finalize().into_bytes().iter().map(|byte| format!("{byte:02x}")).collect()
}

impl std::fmt::Debug for AddressKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("AddressKey(..)")
    }
}

/// What an event is read with.
#[derive(Debug, Clone)]
pub struct Intake {
    /// The currency of amounts that come without one.
    pub currency: Currency,
    /// Hashes addresses.
    pub address_key: AddressKey,
}

impl Intake {
    /// Reads `DEFAULT_CURRENCY` and `ADDRESS_HASH_KEY`.
    ///
    /// # Errors
    /// Names the variables that are missing or malformed; the key itself stays out of the text.
    pub fn from_variables(lookup: &mut dyn FnMut(&'static str) -> Option<String>) -> Result<Self, String> {
        let currency = lookup("DEFAULT_CURRENCY").ok_or_else(|| "is missing".to_owned());
        let currency =
            currency.and_then(|code| code.parse().map_err(|rule: InvalidCurrency| format!("is malformed: {rule}")));
        let secret = lookup("ADDRESS_HASH_KEY").ok_or_else(|| "is missing".to_owned());
        let too_short = || format!("must have at least {ADDRESS_KEY_MIN_BYTES} bytes");
        let key = secret.and_then(|secret| AddressKey::new(&secret).ok_or_else(too_short));
        match (currency, key) {
            (Ok(currency), Ok(address_key)) => Ok(Self { currency, address_key }),
            (Err(currency), Ok(_)) => Err(format!("DEFAULT_CURRENCY {currency}")),
            (Ok(_), Err(key)) => Err(format!("ADDRESS_HASH_KEY {key}")),
            (Err(currency), Err(key)) => Err(format!("DEFAULT_CURRENCY {currency}; ADDRESS_HASH_KEY {key}")),
        }
    }
}

/// Reads one event: a lifecycle event, an analytics event, or an EventBridge event around one of them.
///
/// `arrival` bounds the event time: the producer's clock may run ahead a little, and events may be old, since history
/// is sent too. The same content always gets the same id. Texts that look like an address or a card number are hidden,
/// in whatever field they stand. A message of accept-events is opened and is the event that was read there.
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
    let service = fields.name("service")?.or(fields.name("source")?).unwrap_or_default();
    let link = fields.link(fact.subject().0 == Subject::User);
    let named = fields.name("eventId")?.map(|id| named_id(&id));
    let event = ShopEvent { id: named.unwrap_or_default(), service, occurred_at, fact, link };
    let event = hidden::hide(event, &intake.address_key)?;
    Ok(ShopEvent { id: named.unwrap_or_else(|| unnamed_id(&event)), ..event })
}

/// The only version there is, as a number or text.
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
        let message = format!("timestamp: lies more than {FUTURE_LIMIT_MINUTES} minutes after arrival");
        return Err(Rejection::new(RejectionCode::InFuture, message));
    }
    // Postgres keeps microseconds; what is finer must not make two events of one.
    Ok(Timestamp::from_microsecond(at.as_microsecond()).unwrap_or(at))
}

fn named_id(id: &str) -> Uuid {
    let is_hyphenated = id.len() == uuid::fmt::Hyphenated::LENGTH;
    let uuid = Uuid::try_parse(id).ok().filter(|uuid| is_hyphenated && !uuid.is_nil());
    uuid.unwrap_or_else(|| Uuid::new_v5(&NAMED, id.as_bytes()))
}

/// An event without an id is its content: type, subject, time and everything else that is kept of it.
fn unnamed_id(event: &ShopEvent) -> Uuid {
    let content = serde_json::to_string(&(&event.service, event.occurred_at, &event.fact));
    let content = content.expect("times, ids and amounts always serialize");
    Uuid::new_v5(&UNNAMED, content.as_bytes())
}

#[cfg(test)]
mod tests;
