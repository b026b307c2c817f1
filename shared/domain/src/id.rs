//! Ids of the shop: those of its products, categories, sellers, customers and orders.
//!
//! A shop may use numbers, UUIDs or strings such as `gid://shopify/Product/1`. Two spellings of a UUID are the same id;
//! every other string is compared byte by byte.

use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// The longest id, in characters.
pub const ID_MAX_CHARS: usize = 128;

/// The nil UUID, which programs send when they have no id.
const NIL: &str = "00000000-0000-0000-0000-000000000000";

/// The format of an id, for rejections, which put the name of the field before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("must have 1 to {ID_MAX_CHARS} characters and no control characters, and not be the nil UUID")]
pub struct InvalidId;

/// Returns an id as it is stored and compared: without spaces around it, and a UUID in lower case with hyphens.
///
/// A UUID may be in capitals, in braces, without hyphens, or prefixed with `urn:uuid:`. Idempotent.
#[must_use]
pub fn canonical_id(id: &str) -> Cow<'_, str> {
    let id = id.trim();
    match Uuid::try_parse(id) {
        Ok(uuid) => {
            let mut buffer = Uuid::encode_buffer();
            let canonical: &str = uuid.hyphenated().encode_lower(&mut buffer);
            if canonical == id { Cow::Borrowed(id) } else { Cow::Owned(canonical.to_owned()) }
        }
        Err(_) => Cow::Borrowed(id),
    }
}

/// Says whether a string can be an id: 1 to [`ID_MAX_CHARS`] characters, none of them a control character.
#[must_use]
pub fn is_id(text: &str) -> bool {
    // A character has at most four bytes, so a long string need not be counted.
    !text.is_empty()
        && text.len() <= 4 * ID_MAX_CHARS
        && text.chars().count() <= ID_MAX_CHARS
        && !text.chars().any(char::is_control)
}

/// The shop's id of a product, in canonical form: the same product has the same id everywhere.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ProductId(String);

impl ProductId {
    /// Returns the id as stored.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for ProductId {
    type Err = InvalidId;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let id = canonical_id(text);
        if is_id(&id) && id != NIL { Ok(Self(id.into_owned())) } else { Err(InvalidId) }
    }
}

impl TryFrom<String> for ProductId {
    type Error = InvalidId;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<ProductId> for String {
    fn from(id: ProductId) -> Self {
        id.0
    }
}

impl fmt::Display for ProductId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CANONICAL: &str = "0192e4a0-0000-7000-8000-00000000abcd";

    #[test]
    fn a_uuid_in_any_spelling_is_one_id() {
        for spelling in [
            CANONICAL.to_owned(),
            CANONICAL.to_uppercase(),
            format!("{{{}}}", CANONICAL.to_uppercase()),
            CANONICAL.replace('-', ""),
            CANONICAL.replace('-', "").to_uppercase(),
            format!("urn:uuid:{CANONICAL}"),
            format!(" {CANONICAL}\n"),
        ] {
            assert_eq!(canonical_id(&spelling), CANONICAL, "{spelling}");
            assert_eq!(spelling.parse::<ProductId>().unwrap().as_str(), CANONICAL, "{spelling}");
        }
    }

    #[test]
    fn any_other_id_stays_what_the_shop_calls_it() {
        let longest = "ü".repeat(ID_MAX_CHARS);
        for id in [
            "1004767",
            "007",
            "gid://shopify/Product/7982301249789",
            "01JD3XK4Z8W9T6Q2M5N7P0R1S3",
            "507f1f77bcf86cd799439011",
            "SKU 12/b \"rot\"",
            "top",
            "%2F",
            &longest,
        ] {
            assert_eq!(id.parse::<ProductId>().unwrap().as_str(), id);
        }
        assert_ne!("sku-a".parse::<ProductId>(), "SKU-A".parse::<ProductId>());
    }

    #[test]
    fn what_names_nothing_is_no_product() {
        let long = "ü".repeat(ID_MAX_CHARS + 1);
        for text in ["", "  ", "a\nb", "a\u{0}", &long, "00000000-0000-0000-0000-000000000000"] {
            assert_eq!(text.parse::<ProductId>(), Err(InvalidId), "{text:?}");
        }
        assert_eq!("0".repeat(32).parse::<ProductId>(), Err(InvalidId), "the nil UUID without hyphens");
    }

    #[test]
    fn what_is_canonical_stays_so() {
        for text in ["", " a ", "A-1", &CANONICAL.to_uppercase(), "{x}"] {
            let once = canonical_id(text).into_owned();
            assert_eq!(canonical_id(&once), once);
        }
    }
}
