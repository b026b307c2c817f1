//! The caller, from the claims that API Gateway's JWT authorizer verified, and from nothing else.
//!
//! `X-User-*` and `X-Forwarded-For` headers are never read: anyone can set them.

use domain::{Caller, Claims, truncate_address};
use lambda_http::request::RequestContext;
use lambda_http::{Request, RequestExt};

use crate::agent;
use crate::failure::Failure;

/// The path of the guest route.
const GUEST_PATH: &str = "/api/v1/analytic/guest/interaction";

/// Returns the caller.
pub(crate) fn of(request: &Request) -> Result<Caller, Failure> {
    if request.uri().path() == GUEST_PATH {
        return Ok(Caller::Guest);
    }
    let claims = platform::claims(request.extensions()).map(Claims::new).ok_or(Failure::Unauthorized)?;
    if claims.is_trusted() {
        return Ok(Caller::Trusted);
    }
    claims.account_id().map(Caller::Account).ok_or(Failure::NoAccount)
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
