//! What an interaction is about: a product or a category.

use std::str::FromStr;

use uuid::Uuid;

/// The longest category id, in characters.
pub const CATEGORY_ID_MAX_CHARS: usize = 128;

/// The kind of thing referred to, with the names of the wire and of the database.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RefType {
    /// A product (SPU). Its interactions are scored.
    Product,
    /// A category. Its interactions are stored and sent to the catalog, never scored.
    Category,
}

/// A checked reference. A product reference holds a real product id, so nothing unparsable can be scored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reference {
    /// The SPU id.
    Product(Uuid),
    /// The category's id in the shop, free text.
    Category(String),
}

/// Why a reference was refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InvalidReference {
    /// The kind is not one of ours.
    #[error("ref_type: must be \"Product\" or \"Category\"")]
    UnknownType,
    /// A product is named by its SPU id, a UUID; the nil UUID names nothing.
    #[error("ref_id: must be a UUID other than the nil UUID when ref_type is \"Product\"")]
    NotAProductId,
    /// A category id is short printable text.
    #[error(
        "ref_id: must have 1 to {CATEGORY_ID_MAX_CHARS} characters and no control characters when ref_type is \"Category\""
    )]
    NotACategoryId,
}

impl RefType {
    /// Returns the name on the wire and in the database.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Product => "Product",
            Self::Category => "Category",
        }
    }
}

impl FromStr for RefType {
    type Err = InvalidReference;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "Product" => Ok(Self::Product),
            "Category" => Ok(Self::Category),
            _ => Err(InvalidReference::UnknownType),
        }
    }
}

impl Reference {
    /// Checks an id against the kind it claims to be.
    ///
    /// # Errors
    /// The reason, naming the field and the rule.
    pub fn new(ref_type: RefType, ref_id: &str) -> Result<Self, InvalidReference> {
        match ref_type {
            // Only the hyphenated form: one product must have one spelling in the log.
            RefType::Product if ref_id.len() == uuid::fmt::Hyphenated::LENGTH => match Uuid::try_parse(ref_id) {
                Ok(id) if !id.is_nil() => Ok(Self::Product(id)),
                _ => Err(InvalidReference::NotAProductId),
            },
            RefType::Product => Err(InvalidReference::NotAProductId),
            RefType::Category => {
                let chars = ref_id.chars().count();
                if (1..=CATEGORY_ID_MAX_CHARS).contains(&chars) && !ref_id.chars().any(char::is_control) {
                    Ok(Self::Category(ref_id.to_owned()))
                } else {
                    Err(InvalidReference::NotACategoryId)
                }
            }
        }
    }

    /// Returns the kind.
    #[must_use]
    pub fn ref_type(&self) -> RefType {
        match self {
            Self::Product(_) => RefType::Product,
            Self::Category(_) => RefType::Category,
        }
    }

    /// Returns the id as stored: a product id in lower case with hyphens, a category id as it came.
    #[must_use]
    pub fn ref_id(&self) -> String {
        match self {
            Self::Product(id) => id.to_string(),
            Self::Category(id) => id.clone(),
        }
    }

    /// Returns the product to score, when there is one.
    #[must_use]
    pub fn product_id(&self) -> Option<Uuid> {
        match self {
            Self::Product(id) => Some(*id),
            Self::Category(_) => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_product_reference_is_a_uuid_and_never_the_nil_uuid() {
        let spu = "0192E4A0-0000-7000-8000-000000000001";
        let reference = Reference::new(RefType::Product, spu).unwrap();
        assert_eq!(reference.ref_id(), spu.to_lowercase());
        for bad in ["", "42", "00000000-0000-0000-0000-000000000000", "{0192e4a0-0000-7000-8000-000000000001}"] {
            assert_eq!(Reference::new(RefType::Product, bad), Err(InvalidReference::NotAProductId), "{bad}");
        }
    }

    #[test]
    fn a_category_reference_is_short_printable_text() {
        assert!(Reference::new(RefType::Category, "shoes/ünïsex").is_ok());
        assert!(Reference::new(RefType::Category, &"ü".repeat(128)).is_ok());
        for bad in ["", "a\nb", "a\u{0}b", &"ü".repeat(129)] {
            assert_eq!(Reference::new(RefType::Category, bad), Err(InvalidReference::NotACategoryId));
        }
    }
}
