//! Events as producers sent them, with everything that we never store: detects whether one names a person, and removes
//! the person.
//!
//! A raw event may contain names, addresses and telephone numbers in fields that are never read. So these are not
//! searched but dropped: only the fields that are read are kept.

use domain::{CustomerKey, Identities, ShopEvent};
use jiff::Timestamp;
use serde_json::{Map, Value};

use super::address_key::Intake;
use super::read_shop_event;
use super::sealed::{open, seal};
use crate::personal::addresses;

/// Every field that is read from an event. Any other field is dropped from an event whose person is erased.
const KNOWN: [&str; 48] = [
    "amount",
    "available",
    "category",
    "categoryId",
    "commentId",
    "currency",
    "customerId",
    "deliveryStatus",
    "detail",
    "detail-type",
    "discountAmount",
    "entityId",
    "event",
    "eventId",
    "eventType",
    "feeAmount",
    "isValid",
    "items",
    "metadata",
    "newStatus",
    "orderId",
    "paymentId",
    "paymentMethod",
    "paymentMode",
    "paymentStatus",
    "price",
    "productId",
    "quantity",
    "rating",
    "ratingId",
    "refundAmount",
    "refundId",
    "scale",
    "sellerId",
    "service",
    "shippingAmount",
    "skuId",
    "skuIds",
    "source",
    "status",
    "stock",
    "taxAmount",
    "timestamp",
    "total",
    "totalPrice",
    "transactionId",
    "userId",
    "version",
];

/// The fields that name a person by an id. An address identifies a person in any field, and so does the id of an
/// account.
const PERSON: [&str; 2] = ["customerId", "userId"];
/// Also names a person in events of this family, and something else in all others.
const ENTITY: &str = "entityId";
const OF_USERS: &str = "USER_";
/// Sellers are not treated as persons: orders and products stay theirs.
const SELLER: &str = "sellerId";

/// The result of removing a person from an event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Anonymized {
    /// The same event, under the same event id, of an anonymous person.
    Rewritten(String),
    /// It cannot be read, so it is not kept.
    Unreadable,
}

/// Removes a person from an event as it was sent; `None` when the event does not name them.
#[must_use]
pub fn anonymize_in_event(
    body: &str,
    (intake, arrival): (&Intake, Timestamp),
    identities: &Identities,
    erased: &CustomerKey,
) -> Option<Anonymized> {
    if let Some(opened) = open(body, &intake.address_key) {
        return anonymize_in_sealed(opened.ok(), (body, intake), identities, erased);
    }
    if !is_named_in_event(body, intake, identities) {
        return None;
    }
    // The id is computed before anything changes: without an id it is a digest of the content.
    let (Ok(event), Ok(mut document)) = (read_shop_event(body, intake, arrival), serde_json::from_str(body)) else {
        return Some(Anonymized::Unreadable);
    };
    let search = Search { intake, identities };
    search.anonymize(&mut document, erased);
    let is_wrapped = document.get("detail-type").is_some() && document.get("detail").is_some();
    let bare = if is_wrapped { document.get_mut("detail") } else { Some(&mut document) };
    if let Some(Value::Object(members)) = bare {
        members.insert("eventId".to_owned(), Value::String(event.id.to_string()));
    }
    let text = document.to_string();
    let still_readable = read_shop_event(&text, intake, arrival).is_ok_and(|read| read.id == event.id);
    Some(if still_readable { Anonymized::Rewritten(text) } else { Anonymized::Unreadable })
}

/// Removes a person from a sealed event of accept-events; an invalid seal hides nothing.
fn anonymize_in_sealed(
    opened: Option<ShopEvent>,
    (body, intake): (&str, &Intake),
    identities: &Identities,
    erased: &CustomerKey,
) -> Option<Anonymized> {
    match opened {
        None => is_named_in_event(body, intake, identities).then_some(Anonymized::Unreadable),
        Some(mut event) if names(&event, identities) => {
            event.fact.rename(erased);
            event.link = None;
            Some(Anonymized::Rewritten(seal(&event, &intake.address_key)))
        }
        Some(_) => None,
    }
}

fn names(event: &ShopEvent, identities: &Identities) -> bool {
    let known = |key: &CustomerKey| identities.customers.contains(key);
    event.fact.customer().is_some_and(known)
        || event.link.as_ref().is_some_and(|link| known(&link.customer) || known(&link.address))
}

/// Says whether an event as it was sent names a person. If it is not JSON, every word is checked.
#[must_use]
pub fn is_named_in_event(body: &str, intake: &Intake, identities: &Identities) -> bool {
    if let Some(Ok(event)) = open(body, &intake.address_key) {
        return names(&event, identities);
    }
    let search = Search { intake, identities };
    match serde_json::from_str::<Value>(body) {
        Ok(document) => search.is_named(&document, ""),
        Err(_) => search.holds_address(body) || words(body).any(|word| search.is_person(word)),
    }
}

struct Search<'a> {
    intake: &'a Intake,
    identities: &'a Identities,
}

impl Search<'_> {
    /// Checks a document; `name` is the key whose value it is.
    fn is_named(&self, document: &Value, name: &str) -> bool {
        match document {
            Value::Object(members) => {
                let of_user = is_of_user(members);
                members.iter().any(|(name, value)| self.is_named(value, meaning(name, of_user)))
            }
            Value::Array(elements) => elements.iter().any(|element| self.is_named(element, name)),
            Value::String(text) => self.is_meant(text, name),
            Value::Number(number) => self.is_meant(&number.to_string(), name),
            Value::Bool(_) | Value::Null => false,
        }
    }

    fn is_meant(&self, text: &str, name: &str) -> bool {
        name != SELLER && (PERSON.contains(&name) && self.is_person(text.trim()) || self.is_certain(text))
    }

    /// Says whether a string in any field unambiguously names the person: by an address or an account.
    fn is_certain(&self, text: &str) -> bool {
        let is_account = |word: &str| CustomerKey::of_id(word).account_id().is_some();
        self.holds_address(text) || words(text).any(|word| is_account(word) && self.is_person(word))
    }

    fn holds_address(&self, text: &str) -> bool {
        let known = |key: &CustomerKey| self.identities.customers.contains(key);
        addresses(text).iter().any(|address| self.intake.address_key.customers(address).iter().any(known))
    }

    fn is_person(&self, word: &str) -> bool {
        let known = |key: &CustomerKey| self.identities.customers.contains(key);
        let key = &self.intake.address_key;
        let keys = if word.contains('@') { key.customers(word) } else { key.customers_of_id(word) };
        keys.iter().any(known) || self.identities.sessions.contains(word)
    }

    /// Drops fields that are not read, and replaces the person.
    fn anonymize(&self, document: &mut Value, erased: &CustomerKey) {
        match document {
            Value::Object(members) => self.anonymize_members(members, erased),
            Value::Array(elements) => elements.iter_mut().for_each(|element| self.anonymize(element, erased)),
            Value::String(text) if self.is_certain(text) => *text = erased.to_string(),
            _ => {}
        }
    }

    fn anonymize_members(&self, members: &mut Map<String, Value>, erased: &CustomerKey) {
        let is_of_person = |value: &Value, name: &str| self.is_named(value, name);
        // An address identifies the customer when no id does.
        let address = members.remove("userEmail").is_some_and(|value| is_of_person(&value, "userEmail"));
        members.retain(|name, _| KNOWN.contains(&&**name));
        let of_user = is_of_user(members);
        let mut is_named = false;
        for (name, value) in members.iter_mut() {
            let name = meaning(name, of_user);
            if PERSON.contains(&name) && is_of_person(value, name) {
                *value = Value::String(erased.to_string());
                is_named = true;
            } else if name != SELLER {
                self.anonymize(value, erased);
            }
        }
        if address && !is_named {
            members.insert("customerId".to_owned(), Value::String(erased.to_string()));
        }
    }
}

fn is_of_user(members: &Map<String, Value>) -> bool {
    members.get("eventType").and_then(Value::as_str).is_some_and(|name| name.starts_with(OF_USERS))
}

/// Returns the key of a member that names a person.
fn meaning(name: &str, of_user: bool) -> &str {
    if of_user && name == ENTITY { PERSON[1] } else { name }
}

/// Splits text at characters that neither ids nor addresses contain.
fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !(c.is_alphanumeric() || "@.-_+:%".contains(c))).filter(|word| !word.is_empty())
}

#[cfg(test)]
mod tests;
