//! Writes public responses, which are cacheable for a few seconds and have an `ETag`. Private ones: `serving::private`.

use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE, ETAG};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use contracts::Data;
use headers::{HeaderMapExt, IfNoneMatch};
use serde::Serialize;
use xxhash_rust::xxh3::xxh3_64;

use crate::failure::Failure;

/// Scores change within seconds; five seconds of cache take the load of a front page off the database.
const MOVING: &str = "public, max-age=5";
/// For responses that change only with a deployment.
const FIXED: &str = "public, max-age=300";

/// Writes a public response that changes often, or a 304 when the caller has the current one.
pub(crate) fn public(request: &HeaderMap, body: &impl Serialize) -> Result<Response, Failure> {
    // Serializing our own types cannot fail.
    Ok(respond(request, MOVING, serde_json::to_string(body).expect("numbers, text and times always serialize")))
}

/// Writes a private response in the usual envelope.
pub(crate) fn enveloped(data: impl Serialize) -> Response {
    serving::private(&Data { data })
}

/// Writes an embedded JSON document, or a 304 when the caller has the current one.
pub(crate) fn fixed(request: &HeaderMap, body: &'static str) -> Response {
    respond(request, FIXED, body)
}

fn respond(request: &HeaderMap, cache: &'static str, body: impl AsRef<str> + IntoResponse) -> Response {
    let tag = format!("W/\"{:016x}\"", xxh3_64(body.as_ref().as_bytes()));
    let headers = [(CACHE_CONTROL, cache), (ETAG, tag.as_str()), (CONTENT_TYPE, "application/json")];
    let known = match (request.typed_get::<IfNoneMatch>(), tag.parse()) {
        (Some(condition), Ok(tag)) => !condition.precondition_passes(&tag),
        _ => false,
    };
    if known {
        return (StatusCode::NOT_MODIFIED, headers).into_response();
    }
    // Text, so that API Gateway gets it unchanged and not in base64.
    (StatusCode::OK, headers, body).into_response()
}
