//! The caller, from the claims that API Gateway's JWT authorizer verified, and from nothing else.
//!
//! `X-User-*` and `X-Forwarded-For` headers are never read: anyone can set them.

use contracts::{Failure, Route, read_claims};
use domain::{Caller, truncate_address};
use lambda_http::request::RequestContext;
use lambda_http::{Request, RequestExt};

use crate::agent;

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

/// Returns the network of the client's address, as API Gateway saw it.
pub(crate) fn network(request: &Request) -> Option<String> {
    let Some(RequestContext::ApiGatewayV2(context)) = request.request_context_ref() else { return None };
    truncate_address(context.http.source_ip.as_deref()?)
}

/// Returns the reduced `User-Agent` header; see [`agent::describe`].
pub(crate) fn user_agent(request: &Request) -> Option<String> {
    agent::describe(request.headers().get("user-agent")?.to_str().ok()?)
}
