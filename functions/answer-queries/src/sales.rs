//! `GET /sales/...`: windows, rankings, segments of customers and months. None of it is for caches.
//!
//! Each answer comes of one statement, so that its figures belong together.

mod month;
mod ranking;
mod reader;
mod segment;
mod total;
mod window;

use std::sync::Arc;

use axum::Router;
use axum::extract::rejection::QueryRejection;
use axum::extract::{FromRequestParts, Query};
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::http::request::Parts;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use contracts::Data;
use serde::Serialize;

use crate::router::Deps;

/// The routes below `/sales`.
pub(crate) fn routes() -> Router<Arc<Deps>> {
    Router::new()
        .route("/windows", get(window::list))
        .route("/top-products", get(ranking::products))
        .route("/categories", get(ranking::categories))
        .route("/customer-segments", get(segment::list))
        .route("/months", get(month::list))
}

/// The decoded query parameters, in the order in which they were given.
struct Given(Vec<(String, String)>);

impl<S: Send + Sync> FromRequestParts<S> for Given {
    type Rejection = QueryRejection;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Self::Rejection> {
        Query::from_request_parts(parts, state).await.map(|Query(pairs)| Self(pairs))
    }
}

impl Given {
    fn pairs(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }
}

/// Writes an answer that nobody else may see.
fn answer(data: impl Serialize) -> Response {
    let headers = [(CONTENT_TYPE, "application/json"), (CACHE_CONTROL, "no-store")];
    let body = serde_json::to_string(&Data { data }).expect("numbers, text and times always serialize");
    (headers, body).into_response()
}
