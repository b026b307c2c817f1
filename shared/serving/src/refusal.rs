//! Writes failures, and refuses requests that no route takes.

use axum::http::header::{ALLOW, CACHE_CONTROL, CONTENT_TYPE, HeaderValue, RETRY_AFTER};
use axum::http::{StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use contracts::{Failure, InvalidQuery, Method, Route};

/// A failure as a response. What went wrong on our side is logged when it is written.
#[derive(Debug)]
pub struct Refusal {
    failure: Failure,
    allowed: Option<String>,
}

impl From<Failure> for Refusal {
    fn from(failure: Failure) -> Self {
        Self { failure, allowed: None }
    }
}

impl From<InvalidQuery> for Refusal {
    fn from(reason: InvalidQuery) -> Self {
        Failure::invalid(reason.to_string()).into()
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        if let Some(cause) = self.failure.cause() {
            tracing::error!(error = platform::chain(cause), "could not answer");
        }
        let body = serde_json::to_string(&self.failure.reply()).expect("numbers and text always serialize");
        let status = StatusCode::from_u16(self.failure.status()).expect("the table holds statuses");
        let headers = [(CONTENT_TYPE, "application/json"), (CACHE_CONTROL, "no-store")];
        let mut response = (status, headers, body).into_response();
        if let Some(allowed) = self.allowed.and_then(|methods| HeaderValue::from_str(&methods).ok()) {
            response.headers_mut().insert(ALLOW, allowed);
        }
        if status == StatusCode::SERVICE_UNAVAILABLE {
            response.headers_mut().insert(RETRY_AFTER, HeaderValue::from_static("1"));
        }
        response
    }
}

/// Refuses a request for a path that does not exist, or with a method that its path does not take, whichever function answers
/// for it.
pub async fn refuse_route(uri: Uri) -> Refusal {
    let methods = Route::methods_of(uri.path());
    if methods.is_empty() {
        return Failure::no_route().into();
    }
    let allowed = methods.into_iter().map(Method::as_str).collect::<Vec<_>>().join(", ");
    let failure = Failure::new(405, "method_not_allowed", format!("this path takes {allowed} only"));
    Refusal { failure, allowed: Some(allowed) }
}
