//! The caller, from the claims that API Gateway's authorizer verified.

use axum::extract::FromRequestParts;
use axum::http::Method;
use axum::http::request::Parts;
use contracts::{Failure, read_claims, without_personal};
use domain::Claims;

use crate::Refusal;

/// Returns the claims that API Gateway's authorizer verified.
///
/// # Errors
/// When there was no token, or one that is no access token.
pub fn claims(parts: &Parts) -> Result<Claims<'_>, Failure> {
    read_claims(platform::claims(&parts.extensions))
}

/// The proof that the caller is an admin; a handler that takes it can be called only by admins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Admin {
    /// The subject of the token, to be stored with what the admin decides. An address in it is hidden.
    pub subject: String,
}

impl<S: Send + Sync> FromRequestParts<S> for Admin {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Refusal> {
        let claims = claims(parts)?;
        if claims.is_admin() {
            return Ok(Self { subject: claims.subject().map(without_personal).unwrap_or_default() });
        }
        let reads = matches!(parts.method, Method::GET | Method::HEAD);
        Err(Failure::forbidden(if reads { "only admins may read this" } else { "only admins may change this" }).into())
    }
}
