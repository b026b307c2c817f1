//! The caller, from the claims that API Gateway's JWT authorizer verified, and from nothing else.
//!
//! `X-User-*` and `X-Forwarded-For` headers are never read: anyone can set them. CloudFront's own header is read only in a
//! stack that nobody reaches without CloudFront, which writes it over whatever a client sent.

use contracts::{Failure, Route, read_claims};
use domain::{Caller, truncate_address};
use lambda_http::request::RequestContext;
use lambda_http::{Request, RequestExt};

use crate::agent::{self, Client};

/// Returns the caller.
pub(crate) fn of(request: &Request) -> Result<Caller, Failure> {
    if request.uri().path() == Route::RecordGuestInteractions.path() {
        return Ok(Caller::Guest);
    }
    let claims = read_claims(platform::claims(request.extensions()))?;
    if claims.is_trusted() {
        return Ok(Caller::Trusted);
    }
    claims
        .account_id()
        .map(Caller::Account)
        .ok_or_else(|| Failure::forbidden("the token's subject is not an account (a UUID in lower case with hyphens)"))
}

/// The address and port of who called CloudFront, like `198.51.100.10:46532` or `2001:db8::7:46532`.
const VIEWER_ADDRESS: &str = "cloudfront-viewer-address";

/// Returns the network of the client's address, as API Gateway saw it, or as CloudFront did when it is in front.
pub(crate) fn network(request: &Request, is_behind_cloudfront: bool) -> Option<String> {
    if is_behind_cloudfront {
        let (address, _port) = request.headers().get(VIEWER_ADDRESS)?.to_str().ok()?.rsplit_once(':')?;
        return truncate_address(address.trim_matches(['[', ']']));
    }
    let Some(RequestContext::ApiGatewayV2(context)) = request.request_context_ref() else { return None };
    truncate_address(context.http.source_ip.as_deref()?)
}

/// Returns what the `User-Agent` header says; a client without one, such as an app, is no bot.
pub(crate) fn client(request: &Request) -> Client {
    let header = request.headers().get("user-agent").and_then(|header| header.to_str().ok());
    header.map(agent::read).unwrap_or_default()
}
