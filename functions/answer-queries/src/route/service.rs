//! `GET /api/v1/openapi.json` returns the description of the HTTP API; `GET /health` says whether this function can
//! reach Postgres, and returns its version.

use std::sync::Arc;

use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use contracts::Data;
use serde_json::json;

use crate::Deps;
use crate::answer;
use crate::failure::Failure;

/// Generated from the code by a test, checked in and embedded in the program.
const DESCRIPTION: &str = include_str!("../../../../docs/openapi.json");

pub(crate) async fn describe(headers: HeaderMap) -> Response {
    answer::fixed(&headers, DESCRIPTION)
}

pub(crate) async fn check_health(State(deps): State<Arc<Deps>>) -> Result<Response, Failure> {
    deps.database.ping().await?;
    let health = json!({ "status": "ok", "postgres": "ok", "version": env!("CARGO_PKG_VERSION") });
    Ok(serving::private(&Data { data: health }))
}
