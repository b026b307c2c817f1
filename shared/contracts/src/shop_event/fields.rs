//! The fields of one event, read by name so that a refusal can say which one is wrong.

use std::collections::BTreeMap;

use domain::{Currency, CustomerKey, CustomerLink, Money, canonical_id, is_id};
use jiff::Timestamp;
use serde_json::value::RawValue;

use super::lifecycle::CUSTOMER;
use super::{Intake, SHOP_TEXT_MAX_CHARS};
use crate::{Rejection, RejectionCode, field};

/// What every event has, and what EventBridge puts around one: never looked for in `metadata`, whose own `version` or
/// `source` says something else.
const ENVELOPE: [&str; 9] =
    ["event", "eventType", "timestamp", "eventId", "version", "service", "source", "detail", "detail-type"];

/// The fields that name something which others name as well. Their UUIDs may be spelt differently by each of them.
const IDS: [&str; 12] = [
    "productId",
    "skuId",
    "skuIds",
    "sellerId",
    "categoryId",
    "category",
    "orderId",
    "entityId",
    "commentId",
    "ratingId",
    "customerId",
    "userId",
];

/// The members of a JSON object, still raw. Null is the same as absent.
pub(super) struct Fields<'a> {
    place: String,
    members: BTreeMap<String, &'a RawValue>,
    metadata: BTreeMap<String, &'a RawValue>,
    intake: &'a Intake,
}

impl<'a> Fields<'a> {
    /// Splits an object. What `metadata` holds is found too, after the fields beside it.
    pub(super) fn of(place: &str, json: &'a str, intake: &'a Intake) -> Result<Self, Rejection> {
        let object = |json: &'a str| -> Result<BTreeMap<String, &'a RawValue>, Rejection> {
            serde_json::from_str(json).map_err(|error| {
                let reason = if json.trim_start().starts_with('{') { error.to_string() } else { String::new() };
                Rejection::new(RejectionCode::Malformed, format!("{place}: must be a JSON object {reason}").trim_end())
            })
        };
        let members = object(json)?;
        let metadata = match members.get("metadata") {
            Some(raw) if raw.get() != "null" => object(raw.get())?,
            _ => BTreeMap::new(),
        };
        Ok(Self { place: place.to_owned(), members, metadata, intake })
    }

    /// Returns a field as it came.
    pub(super) fn raw(&self, name: &str) -> Option<&'a RawValue> {
        let present = |raw: &&&RawValue| raw.get() != "null";
        let beside = || self.metadata.get(name).filter(|_| !ENVELOPE.contains(&name)).filter(present);
        self.members.get(name).filter(present).or_else(beside).copied()
    }

    /// Says which field is meant, for a refusal.
    fn path(&self, name: &str) -> String {
        if self.place == "event" || self.place == "detail" { name.to_owned() } else { format!("{}.{name}", self.place) }
    }

    /// Builds the refusal of a field.
    pub(super) fn refuse(&self, code: RejectionCode, name: &str, rule: &str) -> Rejection {
        Rejection::new(code, format!("{}: {rule}", self.path(name)))
    }

    /// Reads text of any kind.
    pub(super) fn text(&self, name: &str) -> Result<Option<String>, Rejection> {
        self.raw(name).map(|raw| field::text(&self.path(name), raw)).transpose()
    }

    /// Reads an id or name: short printable text. A number is taken as its text, since some shops count their ids; an id
    /// is read in its canonical form, since it is compared with ids that others sent.
    pub(super) fn name(&self, name: &str) -> Result<Option<String>, Rejection> {
        let Some(raw) = self.raw(name) else { return Ok(None) };
        let text =
            if field::is_whole_number(raw.get()) { raw.get().to_owned() } else { field::text(&self.path(name), raw)? };
        let text = if IDS.contains(&name) { canonical_id(&text) } else { text.trim().into() };
        if is_id(&text) {
            return Ok(Some(text.into_owned()));
        }
        let rule = format!("must have 1 to {SHOP_TEXT_MAX_CHARS} characters and no control characters");
        Err(self.refuse(RejectionCode::InvalidText, name, &rule))
    }

    /// Reads the first of several names that is there.
    pub(super) fn any_name(&self, names: &[&str]) -> Result<Option<String>, Rejection> {
        for name in names {
            if let Some(text) = self.name(name)? {
                return Ok(Some(text));
            }
        }
        Ok(None)
    }

    /// Reads the first of several names, one of which must be there.
    pub(super) fn required(&self, names: &[&str]) -> Result<String, Rejection> {
        let missing = || self.refuse(RejectionCode::MissingField, &names.join(" or "), "is required");
        self.any_name(names)?.ok_or_else(missing)
    }

    /// Reads who is meant. An address, wherever it stands, becomes its keyed hash.
    pub(super) fn customer(&self, names: &[&str]) -> Result<Option<CustomerKey>, Rejection> {
        let key = |name: String| {
            if name.contains('@') {
                CustomerKey::of_hashed_address(&self.intake.address_key.hash(&name))
            } else {
                CustomerKey::of_id(&name)
            }
        };
        Ok(self.any_name(names)?.map(key))
    }

    /// Reads an id and an address that stand side by side; of a user the entity may be the id. What cannot be read is no
    /// reason for a refusal: it is no part of the event.
    pub(super) fn link(&self, of_user: bool) -> Option<CustomerLink> {
        let [customer_id, user_id, address] = CUSTOMER;
        let names = [customer_id, user_id, "entityId"];
        let names = if of_user { &names[..] } else { &names[..2] };
        let id = self.any_name(names).ok().flatten().filter(|name| !name.contains('@'))?;
        let address = self.name(address).ok().flatten().filter(|name| name.contains('@'))?;
        let address = CustomerKey::of_hashed_address(&self.intake.address_key.hash(&address));
        Some(CustomerLink { customer: CustomerKey::of_id(&id), address })
    }

    /// Reads the currency, or takes the default.
    pub(super) fn currency(&self) -> Result<Currency, Rejection> {
        let Some(code) = self.text("currency")? else { return Ok(self.intake.currency) };
        code.parse().map_err(|rule: domain::InvalidCurrency| {
            self.refuse(RejectionCode::InvalidCurrency, "currency", &rule.to_string())
        })
    }

    /// Reads an amount of the major unit, as a number or as text.
    pub(super) fn amount(&self, name: &str, currency: Currency) -> Result<Option<Money>, Rejection> {
        let Some(raw) = self.raw(name) else { return Ok(None) };
        let text = if raw.get().starts_with('"') { field::text(&self.path(name), raw)? } else { raw.get().to_owned() };
        let amount = Money::parse(&text, currency);
        amount.map(Some).map_err(|rule| self.refuse(RejectionCode::InvalidAmount, name, &rule.to_string()))
    }

    /// Reads a whole number within limits.
    pub(super) fn integer(&self, name: &str, (least, most): (i64, i64)) -> Result<Option<i64>, Rejection> {
        let Some(raw) = self.raw(name) else { return Ok(None) };
        match raw.get().parse() {
            Ok(number) if (least..=most).contains(&number) => Ok(Some(number)),
            _ => {
                let rule = format!("must be a whole number from {least} to {most}");
                Err(self.refuse(RejectionCode::WrongType, name, &rule))
            }
        }
    }

    /// Reads a time with an offset, or without one, which then is UTC.
    pub(super) fn time(&self, name: &str) -> Result<Timestamp, Rejection> {
        let Some(raw) = self.raw(name) else {
            return Err(self.refuse(RejectionCode::MissingField, name, "is required"));
        };
        let text = field::text(&self.path(name), raw)?;
        // Both replaced systems are read: one writes an offset, the other local times that are UTC.
        let has_offset = text.get(19..).unwrap_or_default().contains(['Z', 'z', '+', '-']);
        field::parse_time(&self.path(name), &if has_offset { text } else { text + "Z" })
    }

    /// Reads a list of objects.
    pub(super) fn objects(&self, name: &str) -> Result<Vec<Fields<'a>>, Rejection> {
        let Some(raw) = self.raw(name) else { return Ok(Vec::new()) };
        let elements: Vec<&'a RawValue> = serde_json::from_str(raw.get())
            .map_err(|_| self.refuse(RejectionCode::WrongType, name, "must be an array"))?;
        let elements = elements.into_iter().enumerate();
        elements.map(|(i, it)| Fields::of(&format!("{}[{i}]", self.path(name)), it.get(), self.intake)).collect()
    }

    /// Reads a list of names.
    pub(super) fn names(&self, name: &str) -> Result<Vec<String>, Rejection> {
        let Some(raw) = self.raw(name) else { return Ok(Vec::new()) };
        let elements: Vec<&'a RawValue> = serde_json::from_str(raw.get())
            .map_err(|_| self.refuse(RejectionCode::WrongType, name, "must be an array"))?;
        let read = |raw: &'a RawValue| {
            let single = BTreeMap::from([(name.to_owned(), raw)]);
            let fields = Fields { members: single, metadata: BTreeMap::new(), place: self.place.clone(), ..*self };
            fields.required(&[name])
        };
        elements.into_iter().map(read).collect()
    }
}
