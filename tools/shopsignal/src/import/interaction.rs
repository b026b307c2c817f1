//! An interaction in the format of the API, built from a line.

use jiff::Timestamp;

use super::identity;
use super::json::{Json, Object};
use super::value::Fault;

/// The interaction in a line.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Interaction {
    /// The source's own id of the event.
    pub(super) event_id: Option<String>,
    pub(super) event_type: String,
    /// `Product` by default.
    pub(super) ref_type: Option<String>,
    pub(super) ref_id: String,
    pub(super) user_id: Option<String>,
    pub(super) session_id: Option<String>,
    pub(super) occurred_at: Timestamp,
    pub(super) metadata: Object,
}

impl Interaction {
    /// Writes the item of a request. Its event id is computed from `source` and the source's id, or from the whole
    /// content.
    pub(super) fn item(self, source: &str) -> Result<Json, Fault> {
        let event_type = snake_case(&self.event_type);
        if event_type.is_empty() {
            return Err(Fault::new("invalid_event_type", format!("{:?} names no event", self.event_type)));
        }
        let mut item = Object::from([
            ("event_type".to_owned(), event_type.into()),
            ("ref_type".to_owned(), self.ref_type.unwrap_or_else(|| "Product".to_owned()).into()),
            ("ref_id".to_owned(), self.ref_id.into()),
            ("occurred_at".to_owned(), self.occurred_at.to_string().into()),
        ]);
        if let Some(user) = &self.user_id {
            item.insert("account_id".to_owned(), identity::account(user).to_string().into());
        }
        if let Some(session) = self.session_id {
            item.insert("session_id".to_owned(), session.into());
        }
        if !self.metadata.is_empty() {
            item.insert("metadata".to_owned(), Json::Object(self.metadata));
        }
        let mut item = Json::Object(item);
        let id = match &self.event_id {
            // One event of the source may be about several products.
            Some(id) => identity::event_id_of(source, id),
            None => identity::event_id(source, &item),
        };
        if let Json::Object(item) = &mut item {
            item.insert("event_id".to_owned(), id.to_string().into());
        }
        Ok(item)
    }
}

/// Writes a name in lower case with underscores: `Product Viewed`, `productViewed` and `product-viewed` are the same.
fn snake_case(name: &str) -> String {
    let (mut snake, mut before) = (String::with_capacity(name.len() + 4), ' ');
    for letter in name.trim().chars() {
        let begins_word = letter.is_uppercase() && (before.is_lowercase() || before.is_ascii_digit());
        if (begins_word || !letter.is_alphanumeric()) && !snake.is_empty() && !snake.ends_with('_') {
            snake.push('_');
        }
        if letter.is_alphanumeric() {
            snake.extend(letter.to_lowercase());
        }
        before = letter;
    }
    snake.trim_end_matches('_').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_become_lower_snake_case() {
        for (name, expected) in [
            ("view", "view"),
            ("Product Viewed", "product_viewed"),
            ("productViewed", "product_viewed"),
            ("add-to-cart", "add_to_cart"),
            ("  Order__Completed! ", "order_completed"),
            ("ADD_TO_CART", "add_to_cart"),
            ("view_item2Cart", "view_item2_cart"),
            ("!", ""),
        ] {
            assert_eq!(snake_case(name), expected, "{name}");
        }
    }
}
