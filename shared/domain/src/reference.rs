//! What an interaction is about: a product or a category.

use std::str::FromStr;

use crate::{InvalidId, ProductId, canonical_id, is_id};

/// The kind of thing referred to, with the names of the wire and of the database.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RefType {
    /// A product (SPU). Its interactions are scored.
    Product,
    /// A category. Its interactions are stored and sent to the catalog, never scored.
    Category,
}

/// A checked reference. The id is canonical, so that the same thing has the same spelling in the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reference {
    /// The shop's id of the product.
    Product(ProductId),
    /// The shop's id of the category.
    Category(String),
}

/// Why a reference was rejected.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InvalidReference {
    /// The kind is not one of ours.
    #[error("ref_type: must be \"Product\" or \"Category\"")]
    UnknownType,
    /// The id is not a short printable string, or is the nil UUID.
    #[error("ref_id: {0}")]
    NotAnId(#[from] InvalidId),
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
            RefType::Product => Ok(Self::Product(ref_id.parse()?)),
            RefType::Category => {
                let id = canonical_id(ref_id);
                if is_id(&id) { Ok(Self::Category(id.into_owned())) } else { Err(InvalidId.into()) }
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

    /// Returns the id as stored.
    #[must_use]
    pub fn ref_id(&self) -> &str {
        match self {
            Self::Product(id) => id.as_str(),
            Self::Category(id) => id,
        }
    }

    /// Returns the product to score, if there is one.
    #[must_use]
    pub fn product_id(&self) -> Option<&ProductId> {
        match self {
            Self::Product(id) => Some(id),
            Self::Category(_) => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_product_is_what_the_shop_calls_it_and_never_the_nil_uuid() {
        let spu = "{0192E4A0-0000-7000-8000-000000000001}";
        let reference = Reference::new(RefType::Product, spu).unwrap();
        assert_eq!(reference.ref_id(), "0192e4a0-0000-7000-8000-000000000001");
        assert_eq!(Reference::new(RefType::Product, " 1004767 ").unwrap().ref_id(), "1004767");
        for bad in ["", "a\nb", &"ü".repeat(129), "00000000-0000-0000-0000-000000000000"] {
            let refused = Reference::new(RefType::Product, bad).unwrap_err().to_string();
            let rule = "ref_id: must have 1 to 128 characters and no control characters, and not be the nil UUID";
            assert_eq!(refused, rule, "{bad}");
        }
    }

    #[test]
    fn a_category_reference_is_short_printable_text() {
        assert!(Reference::new(RefType::Category, "shoes/ünïsex").is_ok());
        assert!(Reference::new(RefType::Category, &"ü".repeat(128)).is_ok());
        for bad in ["", "a\nb", "a\u{0}b", &"ü".repeat(129)] {
            assert_eq!(Reference::new(RefType::Category, bad), Err(InvalidReference::NotAnId(InvalidId)));
        }
    }
}
