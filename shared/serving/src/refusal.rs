//! Writes failures, and refuses requests that no route takes.

use std::sync::Arc;

use axum::Router;
use axum::extract::{Request, State};
use axum::http::header::{ALLOW, CACHE_CONTROL, CONTENT_TYPE, HeaderValue, RETRY_AFTER};
use axum::http::{StatusCode, Uri};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use contracts::{Failure, InvalidQuery, Method, Route};
use lambda_http::RequestExt;

/// A failure as a response, which [`finish`] reports.
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
        response.extensions_mut().insert(Reason(Arc::new(self.failure)));
        response
    }
}

/// What a response refuses, for [`report`].
#[derive(Debug, Clone)]
struct Reason(Arc<Failure>);

/// Completes the routes of a function: refuses what none of them takes, and counts and logs every refusal with the name of the
/// function and the id of the request.
pub fn finish<S: Clone + Send + Sync + 'static>(routes: Router<S>, function: &'static str) -> Router<S> {
    let routes = routes.method_not_allowed_fallback(refuse_route).fallback(refuse_route);
    routes.layer(from_fn_with_state(function, report))
}

async fn report(State(function): State<&'static str>, request: Request, next: Next) -> Response {
    // Only a test calls a router without the runtime.
    let context = request.extensions().lambda_context_ref().cloned().unwrap_or_default();
    let response = next.run(request).await;
    if let Some(Reason(failure)) = response.extensions().get() {
        platform::report_refusal((function, &context.request_id), failure.code(), failure.cause());
    }
    response
}

/// Refuses a request for a path that does not exist, or with a method that its path does not take, whichever function answers
/// for it.
async fn refuse_route(uri: Uri) -> Refusal {
    let methods = Route::methods_of(uri.path());
    if methods.is_empty() {
        return Failure::no_route().into();
    }
    let allowed = methods.into_iter().map(Method::as_str).collect::<Vec<_>>().join(", ");
    let failure = Failure::new(405, "method_not_allowed", format!("this path takes {allowed} only"));
    Refusal { failure, allowed: Some(allowed) }
}
