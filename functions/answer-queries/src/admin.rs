//! Who may read what only admins may: decided by the claims that API Gateway's authorizer verified.

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use contracts::read_claims;
use domain::Claims;

use crate::failure::Failure;

/// The proof that the caller is an admin; a handler that takes it cannot be reached by anybody else.
pub(crate) struct Admin;

impl<S: Send + Sync> FromRequestParts<S> for Admin {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Failure> {
        if claims(parts)?.is_admin() { Ok(Self) } else { Err(Failure::NotAdmin) }
    }
}

/// Returns what API Gateway's authorizer verified of the caller's token.
pub(crate) fn claims(parts: &Parts) -> Result<Claims<'_>, Failure> {
    Ok(read_claims(platform::claims(&parts.extensions))?)
}
