//! The names that other systems use for our event types.
//!
//! A shop that migrates, or forwards what its tag manager already sends, needs no second vocabulary.

use std::collections::BTreeMap;
use std::str::FromStr;

use crate::{EVENT_TYPE_MAX_CHARS, EventType, InvalidEventType};

/// The event types that have a weight from the first migration on: they are known in any spelling, too.
const OURS: [&str; 24] = [
    "add_to_cart",
    "add_to_favorites",
    "ask_question",
    "cancel_order",
    "checkout_started",
    "click_from_category",
    "click_from_recommendation",
    "click_from_search",
    "dislike",
    "hide_item",
    "not_interested",
    "product_impression",
    "purchase",
    "rating_high",
    "rating_low",
    "rating_medium",
    "refund_requested",
    "remove_from_cart",
    "report_product",
    "return_product",
    "view",
    "view_bounce",
    "view_similar_products",
    "write_review",
];

/// Names that are known without a setting, as [`normalize`] returns them, grouped by system. Names whose meaning
/// differs between systems (`refund`, `click`) are not included.
const KNOWN: [(&str, &str); 29] = [
    // REES46 and the data sets that it publishes
    ("cart", "add_to_cart"),
    // RetailRocket
    ("addtocart", "add_to_cart"),
    ("transaction", "purchase"),
    // Alibaba's user behavior
    ("pv", "view"),
    ("fav", "add_to_favorites"),
    ("buy", "purchase"),
    // Segment's e-commerce specification, version 2, and Shopify's customer events
    ("product_viewed", "view"),
    ("product_added", "add_to_cart"),
    ("product_added_to_cart", "add_to_cart"),
    ("product_removed", "remove_from_cart"),
    ("product_removed_from_cart", "remove_from_cart"),
    ("product_added_to_wishlist", "add_to_favorites"),
    ("product_clicked", "click_from_category"),
    ("product_reviewed", "write_review"),
    ("order_completed", "purchase"),
    ("order_cancelled", "cancel_order"),
    ("checkout_completed", "purchase"),
    // Google Analytics 4, recommended events of online sales
    ("view_item", "view"),
    ("view_item_list", "product_impression"),
    ("select_item", "click_from_category"),
    ("add_to_wishlist", "add_to_favorites"),
    ("begin_checkout", "checkout_started"),
    // names that shops use on their own
    ("product_view", "view"),
    ("add_to_basket", "add_to_cart"),
    ("remove_from_basket", "remove_from_cart"),
    ("favorite", "add_to_favorites"),
    ("wishlist", "add_to_favorites"),
    ("purchase_completed", "purchase"),
    ("purchased", "purchase"),
];

/// The names of other systems and our own, and the event types that they map to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EventNames(BTreeMap<String, Option<EventType>>);

/// The string is not a table of names.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("must be pairs like product_seen=view, separated by commas, and {entry:?} is not one: {reason}")]
pub struct InvalidEventNames {
    entry: String,
    reason: &'static str,
}

impl EventNames {
    /// The names that are known without a setting.
    #[must_use]
    pub fn known() -> Self {
        let entry = |(name, meaning): (&str, &str)| (name.to_owned(), meaning.parse().ok());
        let ours = OURS.map(|name| (name, name));
        Self(KNOWN.into_iter().chain(ours).map(entry).collect())
    }

    /// Reads an event type as a client wrote it: one of ours or a name of another system, in any case, with words
    /// separated by spaces, hyphens or dots. A well-formed unknown name is kept unchanged.
    ///
    /// # Errors
    /// When the name is neither known nor well-formed.
    pub fn read(&self, text: &str) -> Result<EventType, InvalidEventType> {
        let known = || self.0.get(&normalize(text)).cloned().flatten();
        if text.chars().count() > EVENT_TYPE_MAX_CHARS {
            return Err(InvalidEventType);
        }
        known().map_or_else(|| text.parse(), Ok)
    }
}

impl Default for EventNames {
    fn default() -> Self {
        Self::known()
    }
}

impl FromStr for EventNames {
    type Err = InvalidEventNames;

    /// Reads comma-separated pairs `name=event_type` that extend the known names; `name=` removes a known one.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let Self(mut names) = Self::known();
        for entry in text.split(',').map(str::trim).filter(|entry| !entry.is_empty()) {
            let invalid = |reason| InvalidEventNames { entry: entry.to_owned(), reason };
            let (name, meaning) = entry.split_once('=').ok_or_else(|| invalid("an equals sign is missing"))?;
            let name = normalize(name.trim());
            let _: EventType = name.parse().map_err(|_| invalid("the name must be letters, digits and _"))?;
            let meaning = match meaning.trim() {
                "" => None,
                meaning => Some(meaning.parse().map_err(|_| invalid("the meaning must be an event type"))?),
            };
            names.insert(name, meaning);
        }
        Ok(Self(names))
    }
}

/// Writes a name as ours are written: in lower case, with words separated by underscores.
fn normalize(name: &str) -> String {
    name.chars().map(|c| if matches!(c, ' ' | '-' | '.') { '_' } else { c.to_ascii_lowercase() }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::BROWSING;

    fn read(names: &EventNames, text: &str) -> String {
        names.read(text).map_or_else(|error| error.to_string(), |event_type| event_type.to_string())
    }

    #[test]
    fn every_known_name_and_meaning_is_well_formed() {
        let EventNames(names) = EventNames::known();
        assert_eq!(names.len(), KNOWN.len() + OURS.len(), "a name is listed twice");
        assert!(names.iter().all(|(name, meaning)| meaning.is_some() && name.parse::<EventType>().is_ok()));
    }

    #[test]
    fn names_of_other_systems_are_read_in_their_own_spelling() {
        let names = EventNames::known();
        for (name, meaning) in [
            ("cart", "add_to_cart"),
            ("Product Viewed", "view"),
            ("product_viewed", "view"),
            ("Order Completed", "purchase"),
            ("view_item", "view"),
            ("purchase_completed", "purchase"),
            ("view", "view"),
            ("refund_requested", "refund_requested"),
            ("refund", "refund"),
            ("newsletter_opened", "newsletter_opened"),
        ] {
            assert_eq!(read(&names, name), meaning, "{name}");
        }
        for bad in ["", "Newsletter Opened", "Viewed", &"a".repeat(65), "zahlung\u{e4}"] {
            assert_eq!(names.read(bad), Err(InvalidEventType), "{bad}");
        }
    }

    #[test]
    fn our_names_are_read_in_any_spelling() {
        let names = EventNames::known();
        for name in OURS {
            let words = name.split('_').map(|word| word[..1].to_uppercase() + &word[1..]).collect::<Vec<_>>();
            for spelling in [name.to_owned(), name.to_uppercase(), words.join(" "), words.join("-"), words.join(".")] {
                assert_eq!(read(&names, &spelling), name, "{spelling}");
            }
        }
        assert!(BROWSING.iter().all(|name| OURS.contains(name)));
        let renamed: EventNames = "VIEW=look".parse().unwrap();
        assert_eq!(read(&renamed, "View"), "look", "a setting comes first");
    }

    #[test]
    fn a_shop_adds_names_and_takes_known_ones_away() {
        let names: EventNames = "Look Inside = view, cart=, fav=dislike,".parse().unwrap();
        assert_eq!(
            ["look_inside", "Look Inside", "cart", "fav", "buy"].map(|name| read(&names, name)),
            ["view", "view", "cart", "dislike", "purchase"]
        );
        assert_eq!("".parse(), Ok(EventNames::known()));
        for (bad, reason) in [("look", "an equals sign"), ("=view", "the name"), ("look=View", "the meaning")] {
            let error = bad.parse::<EventNames>().unwrap_err().to_string();
            assert!(error.contains(reason) && error.contains(&format!("{bad:?}")), "{error}");
        }
    }
}
