//! The caller and their permissions, from the claims that API Gateway's authorizer verified. Sellers may read their own
//! figures, admins those of the shop and of every seller.

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use domain::{Claims, Origin, canonical_id, is_id};
use serving::claims;
use store::sales::WHOLE_SHOP;

use crate::failure::Failure;

/// The caller as a seller. A handler that takes it returns the figures of this seller only.
pub(crate) struct Seller(pub(crate) String);

impl<S: Send + Sync> FromRequestParts<S> for Seller {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Failure> {
        Self::of(claims(parts)?)
    }
}

impl Seller {
    /// Takes the subject of verified claims, in the form in which events name sellers. Figures of the whole shop are
    /// stored under the empty id, so the empty id must never pass.
    pub(crate) fn of(claims: Claims<'_>) -> Result<Self, Failure> {
        let subject = claims.subject().filter(|subject| is_id(subject)).ok_or(Failure::NotSeller)?;
        // An issuer's strings are compared unchanged, apart from the spelling of a UUID: with a space it is another
        // subject.
        let has_space = subject.trim() != subject;
        Ok(Self(if has_space { subject.to_owned() } else { canonical_id(subject).into_owned() }))
    }
}

/// Those whose interactions the caller may look for.
pub(crate) enum Senders {
    /// Everybody's: the caller is an admin or a service of the shop.
    All,
    /// The caller's own.
    Own(Origin),
}

impl Senders {
    /// Returns the only sender to look for; `None` for all.
    pub(crate) fn origin(self) -> Option<Origin> {
        match self {
            Self::All => None,
            Self::Own(origin) => Some(origin),
        }
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Senders {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Failure> {
        let claims = claims(parts)?;
        if claims.is_admin() || claims.is_trusted() {
            return Ok(Self::All);
        }
        claims.account_id().map(|id| Self::Own(Origin::of_account(id))).ok_or(Failure::NotSender)
    }
}

/// A caller with a verified token.
pub(crate) enum Reader {
    Admin,
    Seller(String),
}

impl Reader {
    /// Returns the seller whose figures are read, given the requested one.
    pub(crate) fn seller(self, asked: Option<String>) -> Result<String, Failure> {
        match (self, asked) {
            (Self::Admin, asked) => Ok(asked.unwrap_or(WHOLE_SHOP.to_owned())),
            (Self::Seller(own), None) => Ok(own),
            (Self::Seller(own), Some(asked)) if asked == own => Ok(own),
            (Self::Seller(_), Some(_)) => Err(Failure::ForeignSeller),
        }
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Reader {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Failure> {
        let claims = claims(parts)?;
        if claims.is_admin() {
            return Ok(Self::Admin);
        }
        Seller::of(claims).map(|Seller(id)| Self::Seller(id))
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use super::*;

    fn seller(subject: &str) -> Option<String> {
        let claims = HashMap::from([("sub".to_owned(), subject.to_owned())]);
        Seller::of(Claims::new(&claims)).ok().map(|seller| seller.0)
    }

    #[test]
    fn a_subject_without_text_is_no_seller() {
        assert_eq!(seller("s").as_deref(), Some("s"));
        for odd in ["", "s\n", "a\u{0}b", &"x".repeat(129)] {
            assert_eq!(seller(odd), None, "{odd}");
        }
    }

    #[test]
    fn a_seller_is_the_same_however_the_issuer_spells_a_uuid() {
        let id = "7a1f0c7e-3a57-4a55-9d5b-6f3f6a1f0001";
        assert_eq!(seller(id).as_deref(), Some(id));
        assert_eq!(seller(&id.to_uppercase()).as_deref(), Some(id));
        assert_eq!(seller("s-1 ").as_deref(), Some("s-1 "), "another subject than s-1");
    }
}
