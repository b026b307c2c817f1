//! `GET /health`: whether this function can reach Postgres, and its version.

use std::sync::Arc;

use axum::extract::State;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use contracts::Data;
use serde_json::json;

use crate::failure::Failure;
use crate::router::Deps;

pub(crate) async fn check(State(deps): State<Arc<Deps>>) -> Result<Response, Failure> {
    deps.database.ping().await?;
    let health = json!({ "status": "ok", "postgres": "ok", "version": env!("CARGO_PKG_VERSION") });
    let headers = [(CONTENT_TYPE, "application/json"), (CACHE_CONTROL, "no-store")];
    Ok((headers, serde_json::to_string(&Data { data: health }).expect("text always serializes")).into_response())
}
