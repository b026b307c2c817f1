//! Who calls, from the claims that API Gateway's JWT authorizer verified, and from nothing else.
//!
//! `X-User-*` and `X-Forwarded-For` headers are never read: anybody can write them.

use domain::{Caller, truncate_address};
use lambda_http::request::RequestContext;
use lambda_http::{Request, RequestExt};
use uuid::Uuid;

use crate::failure::Failure;

/// The path without a sign-in.
const GUEST_PATH: &str = "/api/v1/analytic/guest/interaction";

/// Says who calls.
pub(crate) fn of(request: &Request) -> Result<Caller, Failure> {
    if request.uri().path() == GUEST_PATH {
        return Ok(Caller::Guest);
    }
    let claims = platform::claims(request).ok_or(Failure::Unauthorized)?;
    let subject = claims.get("sub").and_then(|subject| Uuid::try_parse(subject).ok());
    if claims.get("scope").is_some_and(|scopes| domain::is_trusted(scopes)) {
        // A machine client's subject is its client id, which is no account.
        return Ok(Caller::Trusted(subject));
    }
    subject.map(Caller::Account).ok_or(Failure::NoAccount)
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
