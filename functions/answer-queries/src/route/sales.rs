//! `GET /sales/...`: windows, rankings, segments of customers and months. Responses are not cacheable.
//!
//! Each response is read by one statement, so that its figures are consistent.

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

/// Writes a private response in the usual envelope.
fn enveloped(data: impl Serialize) -> Response {
    serving::private(&Data { data })
}
