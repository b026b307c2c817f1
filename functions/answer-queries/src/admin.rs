//! Access for admins, decided by the claims that API Gateway's authorizer verified.

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use domain::Claims;

use crate::failure::Failure;

/// The proof that the caller is an admin; no one else can reach a handler that takes it.
pub(crate) struct Admin;

impl<S: Send + Sync> FromRequestParts<S> for Admin {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Failure> {
        if claims(parts)?.is_admin() { Ok(Self) } else { Err(Failure::NotAdmin) }
    }
}

/// Returns the claims of the caller's token that API Gateway's authorizer verified.
pub(crate) fn claims(parts: &Parts) -> Result<Claims<'_>, Failure> {
    platform::claims(&parts.extensions).map(Claims::new).ok_or(Failure::Unauthorized)
}
