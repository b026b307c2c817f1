//! Which seller asks: the subject of the verified token, and nobody else.

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use contracts::SHOP_TEXT_MAX_CHARS;
use domain::Claims;

use crate::admin::claims;
use crate::failure::Failure;

/// The caller as a seller. A handler that takes it answers for no other.
pub(crate) struct Seller(pub(crate) String);

impl<S: Send + Sync> FromRequestParts<S> for Seller {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Failure> {
        Self::of(claims(parts)?)
    }
}

impl Seller {
    /// Takes the subject of verified claims.
    pub(crate) fn of(claims: Claims<'_>) -> Result<Self, Failure> {
        let subject = claims.subject().filter(|subject| is_seller_id(subject)).ok_or(Failure::NotSeller)?;
        Ok(Self(subject.to_owned()))
    }
}

/// The figures keep the whole shop under the empty id, so that one must never pass.
fn is_seller_id(subject: &str) -> bool {
    (1..=SHOP_TEXT_MAX_CHARS).contains(&subject.chars().count()) && !subject.chars().any(char::is_control)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_subject_without_text_is_no_seller() {
        assert!(is_seller_id("7a1f0c7e-3a57-4a55-9d5b-6f3f6a1f0001"));
        assert!(is_seller_id("s"));
        for odd in ["", "a\u{0}b", &"x".repeat(129)] {
            assert!(!is_seller_id(odd), "{odd}");
        }
    }
}
