//! `GET /health`: whether this function reaches Postgres, and which version it is.

use std::sync::Arc;

use axum::extract::State;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use contracts::Data;
use serde_json::json;

use crate::Deps;
use crate::failure::Failure;

pub(crate) async fn check(State(deps): State<Arc<Deps>>) -> Result<Response, Failure> {
    deps.database.ping().await?;
    let health = json!({ "status": "ok", "postgres": "ok", "version": env!("CARGO_PKG_VERSION") });
    let headers = [(CONTENT_TYPE, "application/json"), (CACHE_CONTROL, "no-store")];
    Ok((headers, serde_json::to_string(&Data { data: health }).expect("text always serializes")).into_response())
}
