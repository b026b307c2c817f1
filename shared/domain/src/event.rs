//! Event types: the names of what shoppers do.

use std::fmt;
use std::str::FromStr;

/// The longest event type, in characters.
pub const EVENT_TYPE_MAX_CHARS: usize = 64;

/// Browsing events. A guest may send no others: they weigh little, and a guest has no account that could be held
/// responsible.
pub const BROWSING: [&str; 7] = [
    "click_from_category",
    "click_from_recommendation",
    "click_from_search",
    "product_impression",
    "view",
    "view_bounce",
    "view_similar_products",
];

/// A well-formed event type: `[a-z][a-z0-9_]{0,63}`.
///
/// A well-formed event type need not have a weight: one outside the weight table is stored, sent to the catalog, and
/// skipped by the scorer.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EventType(String);

/// The string is not an event type.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("event_type: must match [a-z][a-z0-9_]{{0,63}} (at most {EVENT_TYPE_MAX_CHARS} characters)")]
pub struct InvalidEventType;

impl EventType {
    /// Returns the name as it is stored and sent.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Says whether this is a browsing event, which a guest may send.
    #[must_use]
    pub fn is_browsing(&self) -> bool {
        BROWSING.contains(&self.as_str())
    }
}

impl FromStr for EventType {
    type Err = InvalidEventType;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let starts_well = text.starts_with(|c: char| c.is_ascii_lowercase());
        let goes_on_well = text.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_');
        if starts_well && goes_on_well && text.len() <= EVENT_TYPE_MAX_CHARS {
            Ok(Self(text.to_owned()))
        } else {
            Err(InvalidEventType)
        }
    }
}

impl fmt::Display for EventType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_event_type_is_lower_snake_case_of_at_most_64_characters() {
        for good in ["view", "a", "x1_y", &"a".repeat(64)] {
            assert!(good.parse::<EventType>().is_ok(), "{good}");
        }
        for bad in ["", "View", "1view", "_view", "vi ew", "vi-ew", "vüew", "view\0", &"a".repeat(65)] {
            assert!(bad.parse::<EventType>().is_err(), "{bad:?}");
        }
    }
}
