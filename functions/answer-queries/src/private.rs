//! Answers for one caller only, which no cache may keep.

use axum::extract::Query;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use serde::Serialize;

/// Query parameters, decoded, in the order in which they were given.
pub(crate) type Given = Query<Vec<(String, String)>>;

/// Returns them as contracts read them.
pub(crate) fn pairs(given: &Given) -> impl Iterator<Item = (&str, &str)> {
    given.iter().map(|(name, value)| (name.as_str(), value.as_str()))
}

/// Writes an answer.
pub(crate) fn answer(body: &impl Serialize) -> Response {
    let headers = [(CONTENT_TYPE, "application/json"), (CACHE_CONTROL, "no-store")];
    // Text, so that API Gateway gets it as it is and not in base64.
    let body = serde_json::to_string(body).expect("numbers, text and times always serialize");
    (headers, body).into_response()
}
