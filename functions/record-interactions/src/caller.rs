//! Who calls, from the claims that API Gateway's JWT authorizer verified, and from nothing else.
//!
//! `X-User-*` and `X-Forwarded-For` headers are never read: anybody can write them.

use domain::{Caller, Claims, truncate_address};
use lambda_http::request::RequestContext;
use lambda_http::{Request, RequestExt};

use crate::failure::Failure;

/// The path without a sign-in.
const GUEST_PATH: &str = "/api/v1/analytic/guest/interaction";

/// Says who calls.
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

/// Returns the start of the `User-Agent` header.
pub(crate) fn user_agent(request: &Request) -> Option<String> {
    const USER_AGENT_MAX_CHARS: usize = 512;
    let header = request.headers().get("user-agent")?.to_str().ok()?;
    Some(header.chars().take(USER_AGENT_MAX_CHARS).collect())
}
