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
use axum::response::Response;
use axum::routing::get;
use contracts::Data;
use serde::Serialize;

use crate::private;
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

/// Writes an answer that nobody else may see, in our envelope.
fn answer(data: impl Serialize) -> Response {
    private::answer(&Data { data })
}
