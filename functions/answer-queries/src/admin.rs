//! Who may read what only admins may: decided by the claims that API Gateway's authorizer verified.

use std::collections::HashMap;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use lambda_http::request::RequestContext;

use crate::failure::Failure;

/// The group of admins, under the claim that Cognito uses.
const CLAIM: &str = "cognito:groups";
const GROUP: &str = "admin";

/// The proof that the caller is an admin; a handler that takes it cannot be reached by anybody else.
pub(crate) struct Admin;

impl<S: Send + Sync> FromRequestParts<S> for Admin {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Failure> {
        if is_admin(claims(parts)?) { Ok(Self) } else { Err(Failure::NotAdmin) }
    }
}

/// Returns what API Gateway's authorizer verified of the caller's token.
pub(crate) fn claims(parts: &Parts) -> Result<&HashMap<String, String>, Failure> {
    let Some(RequestContext::ApiGatewayV2(context)) = parts.extensions.get() else {
        return Err(Failure::Unauthorized);
    };
    let jwt = context.authorizer.as_ref().and_then(|authorizer| authorizer.jwt.as_ref());
    Ok(&jwt.ok_or(Failure::Unauthorized)?.claims)
}

/// Says whether the caller is in the group of admins.
pub(crate) fn is_admin(claims: &HashMap<String, String>) -> bool {
    claims.get(CLAIM).is_some_and(|groups| lists(groups))
}

/// Reads the claim as API Gateway writes a list: `[admin other]`, a single name without brackets.
fn lists(groups: &str) -> bool {
    groups.trim_matches(['[', ']']).split([' ', ',']).any(|group| group == GROUP)
}

#[cfg(test)]
mod tests {
    use super::lists;

    #[test]
    fn only_the_whole_name_of_the_group_counts() {
        for admin in ["admin", "[admin]", "[seller admin]", "[admin,seller]"] {
            assert!(lists(admin), "{admin}");
        }
        for other in ["", "[]", "[administrator]", "[not-admin]", "Admin", "[sub-admin seller]"] {
            assert!(!lists(other), "{other}");
        }
    }
}
