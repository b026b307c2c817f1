//! Every kind of token that may arrive at the API.

use std::time::{SystemTime, UNIX_EPOCH};

use jsonwebtoken::{Algorithm, EncodingKey, Header, decode_header, encode};
use serde_json::{Value, json};
use stack::issuer::{Claims, Issuer, Role, key_path};
use uuid::Uuid;

use crate::shop::Shop;

/// An hour, in seconds.
const HOUR: i64 = 3600;

/// The kinds of token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Bearer {
    Nobody,
    Garbage,
    Expired,
    NotYetValid,
    OtherAudience,
    OtherIssuer,
    OtherKey,
    Unsigned,
    PublicKeyAsSecret,
    /// Groups whose names contain "admin": with a comma, a space, brackets.
    GroupsLikeAdmin,
    /// The scope of admins under `scope`, as a string.
    AdminScope,
    /// The same as a list under `scp`, next to another one.
    AdminScopeInList,
    Role(Role),
}

impl Bearer {
    /// Says whether the API accepts the token, whatever it authorizes.
    pub(crate) fn is_accepted(self) -> bool {
        matches!(self, Self::GroupsLikeAdmin | Self::AdminScope | Self::AdminScopeInList | Self::Role(_))
    }

    /// Creates a token of this kind for an account; `None` for no token.
    pub(crate) fn token(self, shop: &Shop, account: Uuid) -> Option<String> {
        let now = now();
        let good = shop.stack.claims(Role::Producer, &account.to_string(), now..now + HOUR);
        let issuer = shop.stack.load_issuer().unwrap();
        let sign = |claims: Claims| issuer.token(&claims).unwrap();
        let token = match self {
            Self::Nobody => return None,
            Self::Garbage => "eyJhbGciOiJSUzI1NiJ9.garbage.garbage".to_owned(),
            Self::Expired => sign(Claims { iat: now - 2 * HOUR, exp: now - HOUR, ..good }),
            Self::NotYetValid => not_yet_valid(shop, &sign(good.clone()), &good),
            Self::OtherAudience => sign(Claims { aud: "another-shop".to_owned(), ..good }),
            // Exactly one character more.
            Self::OtherIssuer => sign(Claims { iss: format!("{}/", good.iss), ..good }),
            Self::OtherKey => with_key(&sign(good.clone()), &json!(good), &another_key()),
            Self::Unsigned => unsigned(&sign(good)),
            Self::PublicKeyAsSecret => signed_by_public_key(shop, &sign(good.clone()), &good),
            Self::GroupsLikeAdmin => {
                let groups = ["billing,admin", "billing admin", "[admin]"].map(str::to_owned).to_vec();
                sign(Claims { scope: None, groups, ..good })
            }
            Self::AdminScope => sign(Claims { scope: Some("openid analytic/admin".to_owned()), ..good }),
            Self::AdminScopeInList => with_scope_list(shop, &sign(good.clone()), &good, &["openid", "analytic/admin"]),
            Self::Role(role) => return Some(of(shop, role, account)),
        };
        Some(token)
    }
}

/// A token that the API accepts.
pub(crate) fn of(shop: &Shop, role: Role, account: Uuid) -> String {
    let now = now();
    let claims = shop.stack.claims(role, &account.to_string(), now..now + HOUR);
    shop.stack.load_issuer().unwrap().token(&claims).unwrap()
}

fn now() -> i64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs().try_into().unwrap()
}

fn not_yet_valid(shop: &Shop, like: &str, claims: &Claims) -> String {
    let mut claims = json!(claims);
    claims["nbf"] = json!(now() + HOUR);
    with_key(like, &claims, &issuers_key(shop))
}

fn with_scope_list(shop: &Shop, like: &str, claims: &Claims, scopes: &[&str]) -> String {
    let mut claims = json!(claims);
    claims["scope"].take();
    claims["scp"] = json!(scopes);
    with_key(like, &claims, &issuers_key(shop))
}

fn issuers_key(shop: &Shop) -> EncodingKey {
    EncodingKey::from_rsa_pem(&std::fs::read(&shop.stack.issuer_key).unwrap()).unwrap()
}

/// Signs claims with a key, under the key id of another token.
fn with_key(like: &str, claims: &Value, key: &EncodingKey) -> String {
    let mut header = Header::new(Algorithm::RS256);
    header.kid = decode_header(like).unwrap().kid;
    encode(&header, claims, key).unwrap()
}

/// A key that does not belong to the issuer.
fn another_key() -> EncodingKey {
    let folder = tempfile::tempdir().unwrap();
    Issuer::prepare(folder.path()).unwrap();
    EncodingKey::from_rsa_pem(&std::fs::read(key_path(folder.path())).unwrap()).unwrap()
}

/// The claims of a valid token with the header `{"alg":"none","typ":"JWT"}`.
fn unsigned(good: &str) -> String {
    let claims = good.split('.').nth(1).unwrap();
    format!("eyJhbGciOiJub25lIiwidHlwIjoiSldUIn0.{claims}.")
}

/// HS256 with the public key as the secret: the classic algorithm confusion.
fn signed_by_public_key(shop: &Shop, like: &str, claims: &Claims) -> String {
    let folder = shop.stack.issuer_key.parent().unwrap();
    let keys = Issuer::load(folder).unwrap().public_keys().unwrap();
    let public = serde_json::to_vec(&keys).unwrap();
    let mut header = Header::new(Algorithm::HS256);
    header.kid = decode_header(like).unwrap().kid;
    encode(&header, claims, &EncodingKey::from_secret(&public)).unwrap()
}
