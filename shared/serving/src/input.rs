//! What a client sends: query parameters and bodies, decoded.

use std::borrow::Cow;

use axum::body::{Bytes, to_bytes};
use axum::extract::rejection::QueryRejection;
use axum::extract::{FromRequest, FromRequestParts, Query, Request};
use axum::http::header::CONTENT_ENCODING;
use axum::http::request::Parts;
use contracts::{BODY_MAX_BYTES, Failure, decode_body};

use crate::Refusal;

/// The decoded query parameters, in the order in which they were given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QueryParameters(Vec<(String, String)>);

impl<S: Send + Sync> FromRequestParts<S> for QueryParameters {
    type Rejection = QueryRejection;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Self::Rejection> {
        Query::from_request_parts(parts, state).await.map(|Query(pairs)| Self(pairs))
    }
}

impl QueryParameters {
    /// Returns them in the form that `contracts` reads.
    pub fn pairs(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }
}

/// The body as its `content-encoding` says, of at most [`BODY_MAX_BYTES`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DecodedBody(pub Bytes);

impl<S: Send + Sync> FromRequest<S> for DecodedBody {
    type Rejection = Refusal;

    async fn from_request(request: Request, _: &S) -> Result<Self, Refusal> {
        // An unreadable header names no known encoding.
        let encoding = request.headers().get(CONTENT_ENCODING);
        let encoding = encoding.map(|value| value.to_str().unwrap_or("unreadable").to_owned());
        // The gateway limits it, and it is in memory already.
        let body = to_bytes(request.into_body(), usize::MAX).await.map_err(Failure::internal)?;
        let decoded = match decode_body(&body, encoding.as_deref(), BODY_MAX_BYTES).map_err(Failure::from)? {
            Cow::Owned(decoded) => Bytes::from(decoded),
            Cow::Borrowed(_) => body.clone(),
        };
        Ok(Self(decoded))
    }
}
