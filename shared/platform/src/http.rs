//! Serves HTTP requests from API Gateway: the caller's claims, and the headers of every response.
//!
//! `lambda_http` builds a URL from what the client sent, and panics if it is invalid: a failed invocation that anyone
//! could cause. So such requests are sanitized first.

use std::collections::{BTreeMap, HashMap};
use std::fmt::{Debug, Write};
use std::pin::Pin;

use aws_lc_rs::digest::{SHA256, digest};
use lambda_http::aws_lambda_events::apigw::ApiGatewayRequestAuthorizer;
use lambda_http::http::header::{
    CACHE_CONTROL, CONTENT_ENCODING, CONTENT_TYPE, RETRY_AFTER, STRICT_TRANSPORT_SECURITY, X_CONTENT_TYPE_OPTIONS,
};
use lambda_http::http::{Extensions, HeaderValue, StatusCode};
use lambda_http::request::{LambdaRequest, RequestContext};
use lambda_http::{Adapter, Body, Error, IntoResponse, Request, Response};
use lambda_runtime::tower::Service;
use lambda_runtime::tower::util::{MapRequest, MapResponse};
use lambda_runtime::{Diagnostic, LambdaEvent};
use serde::Serialize;

use crate::{Metric, Metrics};

/// Browsers must not sniff the content type: a body is what `Content-Type` says, never a script.
const NO_SNIFF: HeaderValue = HeaderValue::from_static("nosniff");
/// After the first visit, browsers use only https for a year. Subdomains are not included: they are not ours.
const HTTPS_ONLY: HeaderValue = HeaderValue::from_static("max-age=31536000");

/// Enough to tell callers apart, too few to be taken for an identity.
const PRINCIPAL_BYTES: usize = 8;

/// Runs an HTTP service until the environment ends. Every response gets the headers that protect browsers.
///
/// The service sees the path and the query as the client sent them, but never the `Host` and
/// `X-Forwarded-Proto` headers: a client can write anything there.
///
/// # Errors
/// When the runtime API is gone.
pub async fn serve<'a, R, S, E>(service: S) -> Result<(), Error>
where
    S: Service<Request, Response = R, Error = E>,
    S::Future: Send + 'a,
    R: IntoResponse + Send + 'static,
    E: Debug + Into<Diagnostic>,
{
    lambda_runtime::run(MapRequest::new(Adapter::from(MapResponse::new(service, Protected)), mend)).await
}

/// A response with the headers that all responses have.
struct Protected<R>(R);

impl<R: IntoResponse + Send + 'static> IntoResponse for Protected<R> {
    fn into_response(self) -> Pin<Box<dyn Future<Output = Response<Body>> + Send>> {
        Box::pin(async move {
            let mut response = self.0.into_response().await;
            response.headers_mut().insert(X_CONTENT_TYPE_OPTIONS, NO_SNIFF);
            response.headers_mut().insert(STRICT_TRANSPORT_SECURITY, HTTPS_ONLY);
            response
        })
    }
}

/// Returns the claims of the token that API Gateway's JWT authorizer verified; `None` when there was no token.
///
/// Takes the extensions of a request, which handlers and extractors both have. `domain::Claims` interprets the claims.
#[must_use]
pub fn claims(extensions: &Extensions) -> Option<&HashMap<String, String>> {
    let Some(RequestContext::ApiGatewayV2(context)) = extensions.get() else { return None };
    Some(&context.authorizer.as_ref()?.jwt.as_ref()?.claims)
}

/// Returns a pseudonym of who called: the same for the same subject of a token, and not the subject itself. `None` without
/// a token.
///
/// Without a key, so that an operator can compute it for an account that they know; subjects are random, so nobody finds
/// one by trying.
fn principal(authorizer: Option<&ApiGatewayRequestAuthorizer>) -> Option<String> {
    let subject = authorizer?.jwt.as_ref()?.claims.get("sub")?;
    let hash = digest(&SHA256, format!("principal:{subject}").as_bytes());
    let digits = hash.as_ref().iter().take(PRINCIPAL_BYTES).map(|byte| format!("{byte:02x}"));
    Some(digits.collect())
}

/// Returns the `content-encoding` of a request's body.
#[must_use]
pub fn content_encoding(request: &Request) -> Option<&str> {
    // An unreadable header names no known encoding.
    request.headers().get(CONTENT_ENCODING).map(|value| value.to_str().unwrap_or("unreadable"))
}

/// Writes an uncacheable JSON response. A 503 asks the client to wait a second, a 429 a minute.
///
/// # Errors
/// When the body cannot be written as JSON.
pub fn answer(status: StatusCode, body: &impl Serialize) -> Result<Response<Body>, Error> {
    let mut response = Response::builder()
        .status(status)
        .header(CONTENT_TYPE, "application/json")
        .header(CACHE_CONTROL, "no-store")
        .body(Body::from(serde_json::to_string(body)?))?;
    let pause = match status {
        StatusCode::SERVICE_UNAVAILABLE => Some(1),
        // Limits are per minute.
        StatusCode::TOO_MANY_REQUESTS => Some(60),
        _ => None,
    };
    if let Some(seconds) = pause {
        response.headers_mut().insert(RETRY_AFTER, HeaderValue::from(seconds));
    }
    Ok(response)
}

/// Counts the rejected items of a request. One line per code: one line has one value of each dimension.
pub fn report_rejections(function: &str, request_id: &str, codes: impl Iterator<Item = &'static str>) {
    let mut by_code = BTreeMap::new();
    for code in codes {
        *by_code.entry(code).or_insert(0) += 1;
    }
    for (code, count) in by_code {
        Metrics::with(&[("Function", function), ("Code", code)])
            .note("request.id", request_id)
            .count(Metric::RejectedByCode, count)
            .emit("rejected");
    }
}

/// Counts a request that failed as a whole, and logs what went wrong on our side.
pub fn report_refusal(
    (function, request_id): (&str, &str),
    code: &'static str,
    cause: Option<&(dyn std::error::Error + 'static)>,
) {
    if let Some(cause) = cause {
        tracing::error!(request.id = request_id, error = crate::chain(cause), "could not answer");
    }
    Metrics::with(&[("Function", function), ("Code", code)])
        .note("request.id", request_id)
        .count(Metric::RequestRefused, 1)
        .emit("refused");
}

/// Cleans the request, and logs who calls: the access log has the route, the status and this id, and cannot hash.
fn mend(mut event: LambdaEvent<LambdaRequest>) -> LambdaEvent<LambdaRequest> {
    if let LambdaRequest::ApiGatewayV2(request) = &mut event.payload {
        if let Some(principal) = principal(request.request_context.authorizer.as_ref()) {
            tracing::info!(request.id = event.context.request_id, principal, "called");
        }
        request.headers.remove("host");
        request.headers.remove("x-forwarded-proto");
        request.raw_query_string = request.raw_query_string.take().map(|query| encode(&query));
    }
    event
}

/// Percent-encodes characters that a query must not contain, and leaves everything else unchanged.
///
/// Source of the set: <https://url.spec.whatwg.org/#query-state>.
fn encode(query: &str) -> String {
    let mut encoded = String::with_capacity(query.len());
    for byte in query.bytes() {
        if byte.is_ascii_graphic() && !matches!(byte, b'"' | b'#' | b'<' | b'>') {
            encoded.push(char::from(byte));
        } else {
            write!(encoded, "%{byte:02X}").expect("writing to a string cannot fail");
        }
    }
    encoded
}

#[cfg(test)]
mod tests {
    use super::encode;

    #[test]
    fn only_what_a_query_must_not_hold_is_encoded() {
        assert_eq!(encode("limit=10&cursor=AQ%2F_-&a[]='{}|^`\\"), "limit=10&cursor=AQ%2F_-&a[]='{}|^`\\");
        assert_eq!(encode("q=\"a b\"<ü>#\u{7f}\n"), "q=%22a%20b%22%3C%C3%BC%3E%23%7F%0A");
    }
}
