//! `GET /api/v1/openapi.json`: the HTTP API, described for programs.
//!
//! The file is made from the code by a test and checked in; here it is only bytes of the program.

use axum::http::HeaderMap;
use axum::response::Response;

use crate::cached;

const DOCUMENT: &str = include_str!("../../../../docs/openapi.json");

pub(crate) async fn show(headers: HeaderMap) -> Response {
    cached::fixed(&headers, DOCUMENT)
}
