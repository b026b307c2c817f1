//! What the claims of a verified token allow, read from the strings into which API Gateway converts them.
//!
//! An HTTP API passes every claim to a function as a string. A list becomes its elements in brackets, separated by
//! spaces, `[admin seller]`, whatever the elements contain; a string is unchanged. Measured against AWS:
//! <https://github.com/floci-io/floci/pull/2011>, and reported with its consequences:
//! <https://github.com/aws-solutions-library-samples/guidance-for-claude-code-with-amazon-bedrock/issues/802>.
//! So `[billing admin]` may be two groups, or one whose name contains a space. It is interpreted conservatively:
//!
//! - A scope has no space (RFC 6749, section 3.3), so both forms can be split at spaces.
//! - A Cognito group has no space either, but may have commas and brackets: its name matches
//!   `[\p{L}\p{M}\p{S}\p{N}\p{P}]+`
//!   (<https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_CreateGroup.html>). A list from
//!   Cognito is split at spaces and nowhere else.
//! - Other issuers may have groups with spaces, so only a list with a single group counts; for several roles use the
//!   scope.

use std::collections::HashMap;

use uuid::Uuid;

/// The scope of the shop's own services.
const TRUSTED_SCOPE: &str = "analytic/trusted";
/// The scope that grants what admins may read; for issuers without groups and for machine clients.
const ADMIN_SCOPE: &str = "analytic/admin";
/// The group of admins, under the claim that Cognito uses.
const GROUPS_CLAIM: &str = "cognito:groups";
const ADMIN_GROUP: &str = "admin";
/// The claims that carry scopes: the one of RFC 9068, and the one of Entra ID and Okta.
const SCOPE_CLAIMS: [&str; 2] = ["scope", "scp"];

/// Returns the account that a string names: a UUID in canonical form (hyphens, lower case), other than the nil UUID.
///
/// Issuers compare subjects as strings, so another spelling of the same UUID is another subject.
#[must_use]
pub fn account_id(subject: &str) -> Option<Uuid> {
    let id = Uuid::try_parse(subject).ok().filter(|id| !id.is_nil())?;
    (id.hyphenated().encode_lower(&mut Uuid::encode_buffer()) == subject).then_some(id)
}

/// The claims of a token that API Gateway's authorizer verified.
#[derive(Debug, Clone, Copy)]
pub struct Claims<'a>(&'a HashMap<String, String>);

impl<'a> Claims<'a> {
    /// Wraps verified claims.
    #[must_use]
    pub fn new(claims: &'a HashMap<String, String>) -> Self {
        Self(claims)
    }

    /// Returns the subject unchanged.
    #[must_use]
    pub fn subject(self) -> Option<&'a str> {
        self.0.get("sub").map(String::as_str)
    }

    /// Says whether this is an ID token of Cognito: it says who somebody is, is meant for the page that asked for it, and
    /// has no scopes. An API takes access tokens; the authorizer does not tell the two apart.
    /// See <https://docs.aws.amazon.com/cognito/latest/developerguide/amazon-cognito-user-pools-using-the-id-token.html>.
    #[must_use]
    pub fn is_id_token(self) -> bool {
        self.0.get("token_use").is_some_and(|kind| kind == "id")
    }

    /// Returns the name of the program that asks, when the token says it, else its subject.
    #[must_use]
    pub fn client(self) -> Option<&'a str> {
        ["client_id", "azp", "sub"].into_iter().find_map(|name| self.0.get(name)).map(String::as_str)
    }

    /// Returns the account, when the subject is one; see [`account_id`].
    #[must_use]
    pub fn account_id(self) -> Option<Uuid> {
        account_id(self.subject()?)
    }

    /// Says whether this is one of the shop's own services: scope `analytic/trusted`.
    #[must_use]
    pub fn is_trusted(self) -> bool {
        self.has_scope(TRUSTED_SCOPE)
    }

    /// Says whether this is an admin: group `admin` or scope `analytic/admin`.
    #[must_use]
    pub fn is_admin(self) -> bool {
        self.has_scope(ADMIN_SCOPE) || self.is_in_group(ADMIN_GROUP)
    }

    fn has_scope(self, wanted: &str) -> bool {
        let claims = SCOPE_CLAIMS.iter().filter_map(|name| self.0.get(*name));
        claims.map(|text| elements(text).unwrap_or(text)).any(|scopes| scopes.split(' ').any(|scope| scope == wanted))
    }

    fn is_in_group(self, wanted: &str) -> bool {
        let Some(text) = self.0.get(GROUPS_CLAIM) else { return false };
        match elements(text) {
            Some(groups) if self.is_from_cognito() => groups.split(' ').any(|group| group == wanted),
            Some(group) => group == wanted,
            None => text == wanted,
        }
    }

    /// The authorizer has compared the issuer with the configured one, so it cannot be forged.
    fn is_from_cognito(self) -> bool {
        let host = self.0.get("iss").and_then(|issuer| issuer.strip_prefix("https://cognito-idp.")?.split_once('/'));
        host.is_some_and(|(host, _)| host.ends_with(".amazonaws.com") || host.ends_with(".amazonaws.com.cn"))
    }
}

/// Returns the text between the brackets of a list; `None` when the claim was a string.
fn elements(text: &str) -> Option<&str> {
    text.strip_prefix('[')?.strip_suffix(']')
}

#[cfg(test)]
mod tests;
