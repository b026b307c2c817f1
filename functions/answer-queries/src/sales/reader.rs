//! Which figures a caller may read: sellers their own, admins those of the shop and of every seller.

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use store::sales::WHOLE_SHOP;

use crate::admin::claims;
use crate::failure::Failure;
use crate::seller::Seller;

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
