//! `GET /sales/...`: windows, rankings, customer segments and months. None of it is cacheable.
//!
//! Each response is one statement, so that its figures are consistent.

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

/// Writes a private response, in our envelope.
fn answer(data: impl Serialize) -> Response {
    private::answer(&Data { data })
}
