//! The fields of one event, read by name so that a rejection can say which one is wrong.

use std::collections::BTreeMap;

use domain::{
    Amount, Currency, CustomerKey, CustomerLink, Denomination, Fit, InvalidAmount, Quantity, canonical_id, is_id,
};
use jiff::Timestamp;
use serde_json::value::RawValue;

use super::address_key::Intake;
use super::time;
use crate::members::{self, NotMembers};
use crate::{Rejection, RejectionCode, field};

/// The longest id, name or method, in characters.
pub const SHOP_TEXT_MAX_CHARS: usize = domain::ID_MAX_CHARS;
/// The largest quantity of a line.
pub const QUANTITY_MAX: i64 = 1_000_000;

/// The fields that name a customer, the most reliable first.
pub(super) const CUSTOMER: [&str; 3] = ["customerId", "userId", "userEmail"];

/// The common fields of events, and those that EventBridge adds: never looked up in `metadata`, whose own `version` or
/// `source` means something else.
const ENVELOPE: [&str; 9] =
    ["event", "eventType", "timestamp", "eventId", "version", "service", "source", "detail", "detail-type"];

/// Placeholders for "no customer", used by shops whose guests share one customer id.
const NOBODY: [&str; 11] =
    ["0", "-1", "null", "nil", "none", "undefined", "unknown", "guest", "anonymous", "anon", "n/a"];

/// Reads the object at a path of the event.
fn object<'a>(place: &str, json: &'a str) -> Result<BTreeMap<String, &'a RawValue>, Rejection> {
    members::read(json).map_err(|error| {
        let reason = match error {
            NotMembers::Repeated(name) => format!(" without a member twice, but {name:?} is"),
            NotMembers::NoObject(error) if json.trim_start().starts_with('{') => format!(" {error}"),
            NotMembers::NoObject(_) => String::new(),
        };
        Rejection::new(RejectionCode::Malformed, format!("{place}: must be a JSON object{reason}"))
    })
}

/// The members of a JSON object, still raw. Null and empty strings count as absent.
pub(super) struct Fields<'a> {
    place: String,
    members: BTreeMap<String, &'a RawValue>,
    metadata: BTreeMap<String, &'a RawValue>,
    intake: &'a Intake,
}

impl<'a> Fields<'a> {
    /// Splits an object. Fields in `metadata` are found too, after those next to it.
    pub(super) fn of(place: &str, json: &'a str, intake: &'a Intake) -> Result<Self, Rejection> {
        let members = object(place, json)?;
        let path = if is_whole(place) { "metadata".to_owned() } else { format!("{place}.metadata") };
        let metadata = match members.get("metadata").filter(|raw| is_present(raw)) {
            // PHP writes an empty object as an array.
            Some(raw) if raw.get() != "[]" => object(&path, raw.get())?,
            _ => BTreeMap::new(),
        };
        Ok(Self { place: place.to_owned(), members, metadata, intake })
    }

    /// Returns a field unchanged.
    pub(super) fn raw(&self, name: &str) -> Option<&'a RawValue> {
        let beside = || self.metadata.get(name).filter(|raw| !ENVELOPE.contains(&name) && is_present(raw));
        self.members.get(name).filter(|raw| is_present(raw)).or_else(beside).copied()
    }

    /// Returns the path of a field, for a rejection.
    fn path(&self, name: &str) -> String {
        if is_whole(&self.place) { name.to_owned() } else { format!("{}.{name}", self.place) }
    }

    /// Builds the rejection of a field.
    pub(super) fn reject(&self, code: RejectionCode, name: &str, rule: &str) -> Rejection {
        Rejection::new(code, format!("{}: {rule}", self.path(name)))
    }

    /// Reads any string.
    pub(super) fn text(&self, name: &str) -> Result<Option<String>, Rejection> {
        self.raw(name).map(|raw| field::text(&self.path(name), raw)).transpose()
    }

    /// Reads an id or name: a short printable string. A number is converted to a string, since some shops use
    /// sequential ids, and a UUID to its canonical form in every field, since any id may be compared with one that
    /// another service spells differently.
    pub(super) fn name(&self, name: &str) -> Result<Option<String>, Rejection> {
        let Some(raw) = self.raw(name) else { return Ok(None) };
        let text =
            if field::is_whole_number(raw.get()) { raw.get().to_owned() } else { field::text(&self.path(name), raw)? };
        let text = canonical_id(&text);
        if is_id(&text) {
            return Ok(Some(text.into_owned()));
        }
        let rule = format!("must have 1 to {SHOP_TEXT_MAX_CHARS} characters and no control characters");
        Err(self.reject(RejectionCode::InvalidText, name, &rule))
    }

    /// Reads a string that is only displayed: without control characters and those that hide or reorder what follows, and
    /// truncated. Anything else counts as absent, and so does a string in which nothing can be seen.
    pub(super) fn label(&self, names: &[&str]) -> Option<String> {
        let raw = names.iter().find_map(|name| self.raw(name))?;
        let text: String = serde_json::from_str(raw.get()).unwrap_or_else(|_| raw.get().trim_matches('"').to_owned());
        let kept = text.chars().filter(|c| !is_deceptive(*c));
        let clean: String = kept.map(|c| if c.is_control() { ' ' } else { c }).collect();
        let words: Vec<_> = clean.split_whitespace().collect();
        let cut: String = words.join(" ").chars().take(SHOP_TEXT_MAX_CHARS).collect();
        Some(cut.trim_end().to_owned())
            .filter(|label| label.chars().any(is_visible) && (raw.get().starts_with('"') || is_number(raw)))
    }

    /// Reads the first of several names that is present.
    pub(super) fn any_name(&self, names: &[&str]) -> Result<Option<String>, Rejection> {
        for name in names {
            if let Some(text) = self.name(name)? {
                return Ok(Some(text));
            }
        }
        Ok(None)
    }

    /// Reads the first of several names, one of which is required.
    pub(super) fn required(&self, names: &[&str]) -> Result<String, Rejection> {
        let missing = || self.reject(RejectionCode::MissingField, &names.join(" or "), "is required");
        self.any_name(names)?.ok_or_else(missing)
    }

    /// Reads the customer: the first field that names one. An address in any field becomes its keyed hash.
    pub(super) fn customer(&self, names: &[&str]) -> Result<Option<CustomerKey>, Rejection> {
        for name in names {
            let Some(text) = self.name(name)?.filter(|text| !is_nobody(text)) else { continue };
            return Ok(Some(if text.contains('@') {
                CustomerKey::of_hashed_address(&self.intake.address_key.hash(&text))
            } else {
                CustomerKey::of_id(&text)
            }));
        }
        Ok(None)
    }

    /// Reads an id and an address that occur together; for a user the entity may be the id. Unreadable ones do not
    /// reject the event, because they are not part of it.
    pub(super) fn link(&self, of_user: bool) -> Option<CustomerLink> {
        let [customer_id, user_id, address] = CUSTOMER;
        let names = [customer_id, user_id, "entityId"];
        let names = if of_user { &names[..] } else { &names[..2] };
        let is_id = |text: &String| !text.contains('@') && !is_nobody(text);
        let id = names.iter().find_map(|name| self.name(name).ok().flatten().filter(is_id))?;
        let address = self.name(address).ok().flatten().filter(|name| name.contains('@'))?;
        let address = CustomerKey::of_hashed_address(&self.intake.address_key.hash(&address));
        Some(CustomerLink { customer: CustomerKey::of_id(&id), address })
    }

    /// Reads the currency, or takes the default and says so.
    pub(super) fn currency(&self) -> Result<Denomination, Rejection> {
        let Some(code) = self.text("currency")? else {
            return Ok(Denomination { code: self.intake.currency, named: false });
        };
        let code = code.trim().to_ascii_uppercase().parse();
        code.map(|code| Denomination { code, named: true }).map_err(|rule: domain::InvalidCurrency| {
            self.reject(RejectionCode::InvalidCurrency, "currency", &rule.to_string())
        })
    }

    /// Reads a number, written as a number or a string.
    pub(super) fn number(&self, name: &str) -> Result<Option<String>, Rejection> {
        let Some(raw) = self.raw(name) else { return Ok(None) };
        let text = if raw.get().starts_with('"') { field::text(&self.path(name), raw)? } else { raw.get().to_owned() };
        Ok(Some(text.trim().to_owned()))
    }

    /// Reads an amount in the major unit with any number of decimals.
    pub(super) fn any_amount(&self, name: &str, currency: Currency) -> Result<Option<Amount>, Rejection> {
        let Some(text) = self.number(name)? else { return Ok(None) };
        let amount: Result<Amount, _> = text.parse();
        let fits = amount
            .and_then(|amount| if amount.is_too_large(currency) { Err(InvalidAmount::TooLarge) } else { Ok(amount) });
        fits.map(Some).map_err(|rule| self.reject(RejectionCode::InvalidAmount, name, &rule.to_string()))
    }

    /// Reads an amount that its currency can express, apart from floating-point noise. One whose currency is not known
    /// yet must fit some currency.
    pub(super) fn amount(&self, name: &str, currency: Denomination) -> Result<Option<Amount>, Rejection> {
        let amount = self.any_amount(name, currency.code)?;
        let fits = |amount: &Amount| if currency.named { amount.fit(currency.code) } else { amount.fit_any() };
        match amount.filter(|amount| fits(amount) == Fit::Between) {
            Some(_) => Err(self.too_precise(name, currency)),
            None => Ok(amount),
        }
    }

    /// Builds the rejection of an amount that lies between two minor units.
    pub(super) fn too_precise(&self, name: &str, currency: Denomination) -> Rejection {
        let decimals = if currency.named { currency.code.decimals() } else { Amount::MOST_DECIMALS };
        let rule = InvalidAmount::TooPrecise { currency: currency.code, decimals };
        self.reject(RejectionCode::InvalidAmount, name, &rule.to_string())
    }

    /// Reads a whole number within limits, also when it is written as a string or with a fraction of 0.
    pub(super) fn integer(&self, name: &str, (least, most): (i64, i64)) -> Result<Option<i64>, Rejection> {
        let Some(text) = self.number(name)? else { return Ok(None) };
        let plain = text.parse().ok().or_else(|| text.parse::<Amount>().ok()?.to_string().parse().ok());
        match plain {
            Some(number) if (least..=most).contains(&number) => Ok(Some(number)),
            _ => {
                let rule = format!("must be a whole number from {least} to {most}");
                Err(self.reject(RejectionCode::WrongType, name, &rule))
            }
        }
    }

    /// Reads a stock: a decimal number, also below 0, since shops that sell what they do not have yet report what they
    /// owe. Rounded up: half a kilogram is in stock.
    pub(super) fn stock(&self) -> Result<Option<i64>, Rejection> {
        let Some(text) = self.number("stock")? else { return Ok(None) };
        let (is_owed, size) = text.strip_prefix('-').map_or((false, &*text), |size| (true, size));
        let plain = size.parse::<Amount>().map(|size| size.to_string()).unwrap_or_default();
        let (whole, fraction) = plain.split_once('.').unwrap_or((&plain, ""));
        match whole.parse::<i64>().ok() {
            Some(whole) if is_owed => Ok(Some(-whole)),
            Some(whole) => Ok(Some(if fraction.is_empty() { whole } else { whole.saturating_add(1) })),
            None => Err(self.reject(RejectionCode::WrongType, "stock", "must be a number, like 12, 0.5 or -3")),
        }
    }

    /// Reads a flag: true or false, which some shops write as 1 or 0, or as a string.
    pub(super) fn flag(&self, name: &str) -> Result<Option<bool>, Rejection> {
        match self.number(name)?.map(|text| text.to_ascii_lowercase()).as_deref() {
            None => Ok(None),
            Some("true" | "1") => Ok(Some(true)),
            Some("false" | "0") => Ok(Some(false)),
            Some(_) => Err(self.reject(RejectionCode::WrongType, name, "must be true or false")),
        }
    }

    /// Reads a quantity.
    pub(super) fn quantity(&self, name: &str) -> Result<Option<Quantity>, Rejection> {
        let Some(text) = self.number(name)? else { return Ok(None) };
        match Quantity::parse(&text) {
            Some(quantity) if quantity <= Quantity::whole(QUANTITY_MAX) => Ok(Some(quantity)),
            _ => {
                let rule = format!("must be a number from 0.001 to {QUANTITY_MAX} with at most 3 decimal places");
                Err(self.reject(RejectionCode::WrongType, name, &rule))
            }
        }
    }

    /// Reads a time in any of the forms that [`super::time`] knows; without an offset it is UTC.
    pub(super) fn time(&self, name: &str) -> Result<Timestamp, Rejection> {
        let Some(text) = self.number(name)? else {
            return Err(self.reject(RejectionCode::MissingField, name, "is required"));
        };
        time::parse(&text).ok_or_else(|| self.reject(RejectionCode::InvalidTime, name, time::RULE))
    }

    /// Reads a list of objects.
    pub(super) fn objects(&self, name: &str) -> Result<Vec<Fields<'a>>, Rejection> {
        let Some(raw) = self.raw(name) else { return Ok(Vec::new()) };
        let elements: Vec<&'a RawValue> = serde_json::from_str(raw.get())
            .map_err(|_| self.reject(RejectionCode::WrongType, name, "must be an array"))?;
        let elements = elements.into_iter().enumerate();
        elements.map(|(i, raw)| Fields::of(&format!("{}[{i}]", self.path(name)), raw.get(), self.intake)).collect()
    }

    /// Reads a list of names. Elements that are null or empty count as absent: a variant may have no SKU.
    pub(super) fn names(&self, name: &str) -> Result<Vec<String>, Rejection> {
        let Some(raw) = self.raw(name) else { return Ok(Vec::new()) };
        let elements: Vec<&'a RawValue> = serde_json::from_str(raw.get())
            .map_err(|_| self.reject(RejectionCode::WrongType, name, "must be an array"))?;
        let read = |raw: &'a RawValue| {
            let single = BTreeMap::from([(name.to_owned(), raw)]);
            let fields = Fields { members: single, metadata: BTreeMap::new(), place: self.place.clone(), ..*self };
            fields.required(&[name])
        };
        elements.into_iter().filter(|raw| is_present(raw)).map(read).collect()
    }
}

/// Says whether a path is the event itself, which is omitted from the names of its fields.
fn is_whole(place: &str) -> bool {
    place == "event" || place == "detail"
}

fn is_present(raw: &RawValue) -> bool {
    let text = raw.get();
    let inner = text.strip_prefix('"').and_then(|text| text.strip_suffix('"')).unwrap_or(text);
    text != "null" && !inner.trim().is_empty()
}

fn is_number(raw: &RawValue) -> bool {
    raw.get().starts_with(|first: char| first.is_ascii_digit() || first == '-')
}

/// Says whether a customer id is a placeholder for "no customer": `0`, `guest`, `null`, the nil UUID and the like.
#[must_use]
pub fn is_nobody(text: &str) -> bool {
    let is_nil = uuid::Uuid::try_parse(text).is_ok_and(|id| id.is_nil());
    is_nil || NOBODY.iter().any(|nobody| nobody.eq_ignore_ascii_case(text))
}

/// Characters that have no width, or that turn the direction of other text around: a name with them looks empty, or like
/// another one. <https://www.unicode.org/reports/tr36/#Bidirectional_Text_Spoofing>
const fn is_deceptive(c: char) -> bool {
    matches!(c, '\u{200b}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
}

/// Says whether a character can be seen. Joiners and marks of direction belong into text of many languages, but are nothing
/// by themselves.
fn is_visible(c: char) -> bool {
    !c.is_whitespace() && !matches!(c, '\u{ad}' | '\u{200c}'..='\u{200f}' | '\u{2028}' | '\u{2029}')
}
