//! A public answer that caches may keep for a moment, and that is not sent again while it stays the same.

use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE, ETAG};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use headers::{HeaderMapExt, IfNoneMatch};
use serde::Serialize;
use xxhash_rust::xxh3::xxh3_64;

use crate::failure::Failure;

/// Scores move within seconds; five seconds of cache take the load of a front page off the database.
const CACHE: &str = "public, max-age=5";

/// Writes the answer, or a 304 when the caller already has it.
pub(crate) fn answer(request: &HeaderMap, body: &impl Serialize) -> Result<Response, Failure> {
    let body = serde_json::to_vec(body).unwrap_or_default();
    let tag = format!("W/\"{:016x}\"", xxh3_64(&body));
    let headers = [(CACHE_CONTROL, CACHE), (ETAG, tag.as_str()), (CONTENT_TYPE, "application/json")];
    let known = match (request.typed_get::<IfNoneMatch>(), tag.parse()) {
        (Some(condition), Ok(tag)) => !condition.precondition_passes(&tag),
        _ => false,
    };
    if known {
        return Ok((StatusCode::NOT_MODIFIED, headers).into_response());
    }
    // Text, so that API Gateway gets it as it is and not in base64.
    let body = String::from_utf8(body).unwrap_or_default();
    Ok((StatusCode::OK, headers, body).into_response())
}
