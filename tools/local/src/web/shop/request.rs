//! Reads the requests of the pages field by field, so that an error can name the field.

use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::refusal::Refusal;
use crate::simulate::order::Product;

/// As the API has it.
const SESSION_MAX: usize = 128;
/// What guests do with a cart or a recommendation.
const ACTIONS: [&str; 4] = ["add_to_cart", "remove_from_cart", "add_to_favorites", "not_interested"];

/// The members of an object, each read once.
pub(super) struct Fields {
    /// Where the object is, such as `lines[0].`; empty for the body.
    place: String,
    members: Map<String, Value>,
}

impl Fields {
    /// Reads a body.
    pub(super) fn of_body(body: &[u8]) -> Result<Self, Refusal> {
        let value = serde_json::from_slice(body)
            .map_err(|error| Refusal::Invalid(format!("the body must be a JSON object: {error}")))?;
        Self::new(String::new(), value)
    }

    /// Reads an object at a place.
    pub(super) fn new(place: String, value: Value) -> Result<Self, Refusal> {
        match value {
            Value::Object(members) => Ok(Self { place, members }),
            _ if place.is_empty() => Err(Refusal::Invalid("the body must be a JSON object".to_owned())),
            _ => Err(Refusal::Invalid(format!("{}: must be an object", place.trim_end_matches('.')))),
        }
    }

    /// Takes a field. `rule` says what is allowed, after "must be".
    pub(super) fn take<T>(
        &mut self,
        name: &str,
        rule: &str,
        read: impl FnOnce(Value) -> Option<T>,
    ) -> Result<T, Refusal> {
        let value = self.members.remove(name).unwrap_or_default();
        read(value).ok_or_else(|| Refusal::Invalid(format!("{}{name}: must be {rule}", self.place)))
    }

    /// The session, if one is named.
    pub(super) fn take_session(&mut self) -> Result<Option<String>, Refusal> {
        if !self.members.contains_key("session") {
            return Ok(None);
        }
        self.take("session", "a string of 1 to 128 characters", |value| text(value, SESSION_MAX)).map(Some)
    }

    /// The position of a product among those of the shop.
    pub(super) fn take_product(&mut self, products: &[Product]) -> Result<usize, Refusal> {
        self.take("product", "the id of a product of this shop, such as \"lund-mug\"", |value| {
            products.iter().position(|product| value == product.id.as_str())
        })
    }

    /// No field may be left: a mistyped one would be ignored.
    pub(super) fn finish(self) -> Result<(), Refusal> {
        match self.members.keys().next() {
            None => Ok(()),
            Some(name) => Err(Refusal::Invalid(format!("{}{name}: is not known", self.place))),
        }
    }
}

/// A string of 1 to `max` characters.
pub(super) fn text(value: Value, max: usize) -> Option<String> {
    match value {
        Value::String(text) if (1..=max).contains(&text.chars().count()) => Some(text),
        _ => None,
    }
}

/// A UUID.
pub(super) fn uuid(value: Value) -> Option<Uuid> {
    text(value, 36)?.parse().ok()
}

/// What a guest did with a product.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Interaction {
    pub(super) event_id: Uuid,
    event_type: &'static str,
    product: String,
    session: String,
}

impl Interaction {
    /// Reads a body.
    pub(super) fn read(body: &[u8], products: &[Product]) -> Result<Self, Refusal> {
        let mut fields = Fields::of_body(body)?;
        let read = Self {
            event_id: fields.take("event_id", "a UUID", uuid)?,
            event_type: fields.take("event_type", &format!("one of {}", ACTIONS.join(", ")), |value| {
                ACTIONS.into_iter().find(|action| value == *action)
            })?,
            product: products[fields.take_product(products)?].id.clone(),
            session: fields.take("session", "a string of 1 to 128 characters", |value| text(value, SESSION_MAX))?,
        };
        fields.finish()?;
        Ok(read)
    }

    /// The item of a request to the API.
    pub(super) fn item(&self) -> Value {
        let Self { event_id, event_type, product, session } = self;
        json!({
            "event_id": event_id, "event_type": event_type, "ref_type": "Product", "ref_id": product, "session_id": session,
        })
    }
}
