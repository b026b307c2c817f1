//! What the functions behind the HTTP API share: callers, query parameters and bodies, responses that nobody caches, and
//! refusals. A function keeps its routes, and the failures that only it knows.
#![warn(missing_docs)]

mod caller;
mod input;
mod refusal;
mod reply;

use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use serde::Serialize;

pub use caller::{Admin, claims};
pub use input::{DecodedBody, QueryParameters};
pub use refusal::{Refusal, finish};
pub use reply::{refuse, respond};

/// Writes a response that nobody may cache.
pub fn private(body: &impl Serialize) -> Response {
    let headers = [(CONTENT_TYPE, "application/json"), (CACHE_CONTROL, "no-store")];
    // Text, so that API Gateway gets it unchanged and not in base64. Serializing our own types cannot fail.
    let body = serde_json::to_string(body).expect("numbers, text and times always serialize");
    (headers, body).into_response()
}
