//! Parses back-end events into the closed set of events.
//!
//! Two formats are known: the order lifecycle (`event`, `timestamp`, `orderId`, ...) and the analytics event
//! (`eventType`, `service`, `entityId`, ...). Both may arrive bare or as the `detail` of an EventBridge event. Unknown
//! fields are ignored; an email address becomes a keyed hash and goes no further.

use std::collections::BTreeMap;

use domain::{Currency, CustomerKey, FUTURE_LIMIT_MINUTES, ShopEvent, Subject};
use hmac::{Hmac, KeyInit, Mac};
use jiff::{SignedDuration, Timestamp};
use serde_json::value::RawValue;
use sha2::Sha256;
use uuid::Uuid;

use crate::personal::{HASHED_PREFIX, is_personal};
use crate::{Rejection, RejectionCode};

mod analytics;
mod fields;
mod hidden;
mod lifecycle;
mod person;
pub(crate) mod sealed;
mod time;

use fields::Fields;
pub use person::{Anonymized, anonymize_in_event, is_named_in_event};

#[cfg(feature = "openapi")]
pub(crate) use {analytics::NAMES as ANALYTICS_NAMES, lifecycle::NAMES as LIFECYCLE_NAMES};

/// The largest event, in bytes (64 KiB).
pub const SHOP_EVENT_MAX_BYTES: usize = 64 * 1024;
/// The longest id, name or method, in characters.
pub const SHOP_TEXT_MAX_CHARS: usize = domain::ID_MAX_CHARS;
/// The most lines of an order.
pub const ORDER_LINES_MAX: usize = 500;
/// The largest quantity of a line.
pub const QUANTITY_MAX: i64 = 1_000_000;
/// Before this year the clock of a producer is wrong.
const FIRST_YEAR: &str = "2000-01-01T00:00:00Z";

/// The namespace of event ids that are not UUIDs. It must never change.
const NAMED: Uuid = Uuid::from_u128(0x5d0c_7a3e_91b2_5c44_9e0f_2b6d_88a1_f703);
/// Domain separation between digests of events and hashes of addresses under the same secret.
const UNNAMED: &[u8] = b"event without an id\0";

/// The secret with which email addresses are hashed, so that no one can find an address by trial.
///
/// It has versions, and a hash names the version that made it. Hashes of two versions never match: with a new key every
/// address is a new customer, and what was stored under the old one stays unchanged.
#[derive(Clone)]
pub struct AddressKey {
    /// The version in force.
    version: u32,
    /// All known versions, including the one in force.
    secrets: BTreeMap<u32, Vec<u8>>,
}

/// Domain separation for seals: no address contains a zero byte.
const SEAL: &[u8] = b"\0sealed shop event\0";

/// The shortest secret, in bytes.
pub const ADDRESS_KEY_MIN_BYTES: usize = 16;

impl AddressKey {
    /// Takes a version of the secret; `None` when it is shorter than [`ADDRESS_KEY_MIN_BYTES`].
    #[must_use]
    pub fn new(version: u32, secret: &str) -> Option<Self> {
        let secrets = BTreeMap::from([(version, secret.as_bytes().to_vec())]);
        (secret.len() >= ADDRESS_KEY_MIN_BYTES).then_some(Self { version, secrets })
    }

    /// A placeholder for an unknown key. Nothing that is read with it may be compared or stored.
    #[must_use]
    pub fn unknown() -> Self {
        Self { version: 0, secrets: BTreeMap::new() }
    }

    /// Chooses the version in force: the one that `current` names, or else the first. Merely adding a version changes
    /// nothing, because every customer would become a new one.
    ///
    /// # Errors
    /// What is missing or too short, by the names in the secret; values are never shown.
    pub fn choose(versions: &BTreeMap<u32, &str>, current: Option<&str>) -> Result<Self, String> {
        let version = match current {
            Some(number) => {
                number.parse().map_err(|_| "address_hash_version must be a number, such as 1".to_owned())?
            }
            None => {
                *versions.keys().next().ok_or_else(|| "address_hash_key_1 is missing: invoke migrate".to_owned())?
            }
        };
        let name = format!("address_hash_key_{version}");
        let secret = versions.get(&version).ok_or_else(|| format!("{name} is missing"))?;
        if secret.len() < ADDRESS_KEY_MIN_BYTES {
            return Err(format!("{name} must have at least {ADDRESS_KEY_MIN_BYTES} bytes"));
        }
        let secrets = versions.iter().map(|(version, secret)| (*version, secret.as_bytes().to_vec())).collect();
        Ok(Self { version, secrets })
    }

    /// Hashes an address: the version, a colon, and HMAC-SHA-256 in hexadecimal. Case and surrounding spaces are
    /// ignored.
    fn hash(&self, address: &str) -> String {
        let secret = self.secrets.get(&self.version).map(Vec::as_slice).unwrap_or_default();
        hash((self.version, secret), address)
    }

    /// Returns the keys under which customers with this address may be stored: one for each version.
    #[must_use]
    pub fn customers(&self, address: &str) -> Vec<CustomerKey> {
        let hashes = self.secrets.iter().map(|(version, secret)| hash((*version, secret), address));
        hashes.map(|hash| CustomerKey::of_hashed_address(&hash)).collect()
    }

    /// Returns the keys under which a customer with this id may be stored: the id itself, or its keyed hashes when it
    /// looks like an address or a card number.
    #[must_use]
    pub fn customers_of_id(&self, id: &str) -> Vec<CustomerKey> {
        if !is_personal(id) {
            return vec![CustomerKey::of_id(id)];
        }
        let hashes = self.secrets.iter().map(|(version, secret)| hash((*version, secret), id));
        hashes.map(|hash| CustomerKey::of_id(&format!("{HASHED_PREFIX}{hash}"))).collect()
    }

    /// Seals a text that we wrote.
    fn seal(&self, text: &str) -> String {
        let secret = self.secrets.get(&self.version).map(Vec::as_slice).unwrap_or_default();
        hexadecimal(keyed(secret, &[SEAL, text.as_bytes()]))
    }

    /// Says whether a seal is valid for this text, under any version.
    fn has_sealed(&self, text: &str, seal: &str) -> bool {
        let bytes = seal.as_bytes().chunks(2).map(|it| u8::from_str_radix(str::from_utf8(it).ok()?, 16).ok());
        let Some(seal) = bytes.collect::<Option<Vec<u8>>>() else { return false };
        self.secrets.values().any(|secret| keyed(secret, &[SEAL, text.as_bytes()]).verify_slice(&seal).is_ok())
    }

    /// Digests an event without an id, always with the first version: a change of the version in force must not turn a
    /// repeated event into a new one.
    fn digest(&self, content: &str) -> [u8; 32] {
        let first = self.secrets.values().next().map(Vec::as_slice).unwrap_or_default();
        keyed(first, &[UNNAMED, content.as_bytes()]).finalize().into_bytes().into()
    }
}

fn hash((version, secret): (u32, &[u8]), address: &str) -> String {
    format!("{version}:{}", hexadecimal(keyed(secret, &[address.trim().to_lowercase().as_bytes()])))
}

fn keyed(secret: &[u8], parts: &[&[u8]]) -> Hmac<Sha256> {
    let mut mac = Hmac::new_from_slice(secret).expect("HMAC takes a key of any length");
    parts.iter().for_each(|part| mac.update(part));
    mac
}

fn hexadecimal(mac: Hmac<Sha256>) -> String {
    mac.finalize().into_bytes().iter().map(|byte| format!("{byte:02x}")).collect()
}

impl std::fmt::Debug for AddressKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "AddressKey({}, ..)", self.version)
    }
}

/// The settings for parsing an event.
#[derive(Debug, Clone)]
pub struct Intake {
    /// The default currency of amounts.
    pub currency: Currency,
    /// Hashes addresses.
    pub address_key: AddressKey,
}

impl Intake {
    /// The name of the key in the secret of the application, before its version.
    pub const KEY: &str = "address_hash_key";
    /// The name of the version in force.
    pub const KEY_VERSION: &str = "address_hash_version";

    /// Takes the default currency, and the key in force among those in the secret.
    ///
    /// # Errors
    /// See [`AddressKey::choose`].
    pub fn new(currency: Currency, keys: &BTreeMap<u32, &str>, version: Option<&str>) -> Result<Self, String> {
        Ok(Self { currency, address_key: AddressKey::choose(keys, version)? })
    }
}

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
    let is_hyphenated = id.len() == uuid::fmt::Hyphenated::LENGTH;
    let uuid = Uuid::try_parse(id).ok().filter(|uuid| is_hyphenated && !uuid.is_nil());
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
