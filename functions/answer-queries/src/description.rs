//! `GET /api/v1/openapi.json`: the HTTP API, described for programs.
//!
//! A test generates the file from the code, and it is checked in; here it is only embedded.

use axum::http::HeaderMap;
use axum::response::Response;

use crate::cached;

const DOCUMENT: &str = include_str!("../../../docs/openapi.json");

pub(crate) async fn show(headers: HeaderMap) -> Response {
    cached::fixed(&headers, DOCUMENT)
}
