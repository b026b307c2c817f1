//! Serves HTTP requests that come through API Gateway.
//!
//! `lambda_http` builds a URL from what the client sent, and panics where that is none: a failed invocation,
//! which anybody could cause. What it would stumble over is therefore mended first.

use std::fmt::{Debug, Write};

use lambda_http::request::LambdaRequest;
use lambda_http::{Adapter, Error, IntoResponse, Request};
use lambda_runtime::tower::Service;
use lambda_runtime::tower::util::MapRequest;
use lambda_runtime::{Diagnostic, LambdaEvent};

/// Runs an HTTP service until the environment ends.
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
    R: IntoResponse + 'a,
    E: Debug + Into<Diagnostic>,
{
    lambda_runtime::run(MapRequest::new(Adapter::from(service), mend)).await
}

fn mend(mut event: LambdaEvent<LambdaRequest>) -> LambdaEvent<LambdaRequest> {
    if let LambdaRequest::ApiGatewayV2(request) = &mut event.payload {
        request.headers.remove("host");
        request.headers.remove("x-forwarded-proto");
        request.raw_query_string = request.raw_query_string.take().map(|query| encode(&query));
    }
    event
}

/// Percent-encodes what a query must not hold, and leaves everything else as it is.
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
