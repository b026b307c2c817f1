//! `GET /sales/...`: windows, rankings, segments of customers and months. None of it is for caches.
//!
//! Each answer comes of one statement, so that its figures belong together.

mod month;
mod ranking;
mod segment;
mod total;
mod window;

use axum::response::Response;
use contracts::Data;
pub(crate) use month::list as months;
pub(crate) use ranking::{categories, products as top_products};
pub(crate) use segment::list as segments;
use serde::Serialize;
pub(crate) use window::list as windows;

use crate::answer;

/// Writes an answer that nobody else may see, in our envelope.
fn enveloped(data: impl Serialize) -> Response {
    answer::private(&Data { data })
}
