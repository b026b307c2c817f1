//! The local token issuer: an RSA key and the tokens signed with it.
//!
//! On AWS the issuer is Cognito or the one that the deployment names. Locally this key takes its place, and the
//! emulator's JWT authorizer checks the tokens as API Gateway would. The private key never leaves its folder (mode
//! 0600).

use std::path::{Path, PathBuf};

use aws_lc_rs::encoding::{AsDer, Pkcs8V1Der};
use aws_lc_rs::rsa::{KeyPair, KeySize};
use base64::Engine as _;
use jsonwebtoken::jwk::{Jwk, JwkSet, ThumbprintHash};
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::Error;
use crate::file;

/// The scope that a producer's token needs for trusted events.
pub const TRUSTED_SCOPE: &str = "analytic/trusted";

/// The claims of a token, as the API and the functions read them.
///
/// Every field is public so that a test can create a token that must be rejected.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Claims {
    /// The issuer's URL, exactly as the authorizer has it.
    pub iss: String,
    /// The audience that the authorizer expects.
    pub aud: String,
    /// The account.
    pub sub: String,
    /// Start of validity, seconds since 1970.
    pub iat: i64,
    /// End of validity, seconds since 1970.
    pub exp: i64,
    /// Scopes, separated by blanks.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scope: Option<String>,
    /// Groups, under the name that Cognito uses.
    #[serde(default, rename = "cognito:groups", skip_serializing_if = "Vec::is_empty")]
    pub groups: Vec<String>,
}

/// The role of a caller, which determines the scope and groups of the token.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Role {
    /// Someone who browses and buys.
    Shopper,
    /// Someone who sells; sees their own figures only.
    Seller,
    /// Someone in the `admin` group.
    Admin,
    /// A back end that may report trusted events.
    Producer,
}

impl Role {
    /// Adds this role's scope or group to the claims.
    #[must_use]
    pub fn grant(self, mut claims: Claims) -> Claims {
        match self {
            Self::Shopper | Self::Seller => {}
            Self::Admin => claims.groups.push("admin".to_owned()),
            Self::Producer => claims.scope = Some(TRUSTED_SCOPE.to_owned()),
        }
        claims
    }

    /// The default account of a role: fixed, so that a later token accesses the data of an earlier one.
    #[must_use]
    pub fn default_account(self) -> Uuid {
        // Arbitrary fixed values.
        let bits = match self {
            Self::Shopper => 0x0192_6a3c_57d1_7b0e_9c44_5e1f_a7c2_30d8,
            Self::Seller => 0x0192_6a3c_57d2_7f41_8a0b_c93d_6e5f_1174,
            Self::Admin => 0x0192_6a3c_57d3_76c9_b5e8_02a4_d1f9_8b3e,
            Self::Producer => 0x0192_6a3c_57d4_7a5d_a317_f86b_4c0e_92a1,
        };
        Uuid::from_u128(bits)
    }
}

/// Signs tokens with the key of one folder.
pub struct Issuer {
    key: EncodingKey,
    key_id: String,
}

impl Issuer {
    /// Loads the key of a stack's issuer folder.
    ///
    /// # Errors
    /// When the key is missing (the stack was never started) or cannot be used.
    pub fn load(folder: &Path) -> Result<Self, Error> {
        let key = EncodingKey::from_rsa_pem(&file::read(&key_path(folder))?).map_err(Error::Token)?;
        let key_id = public_key(&key)?.thumbprint(ThumbprintHash::SHA256).map_err(Error::Token)?;
        Ok(Self { key, key_id })
    }

    /// Loads the key, or creates one first.
    ///
    /// May be repeated: an existing key is kept, so that tokens and the emulator's cached keys stay valid.
    ///
    /// # Errors
    /// When the folder cannot be written.
    pub fn prepare(folder: &Path) -> Result<Self, Error> {
        if !key_path(folder).exists() {
            file::write_private(&key_path(folder), generate()?.as_bytes())?;
        }
        Self::load(folder)
    }

    /// Signs the claims (RS256) and returns the token.
    ///
    /// # Errors
    /// When signing fails, which means that the key is unusable.
    pub fn token(&self, claims: &Claims) -> Result<String, Error> {
        self.sign(claims)
    }

    /// Signs any claims, such as those of an ID token.
    ///
    /// # Errors
    /// When signing fails, which means that the key is unusable.
    pub fn sign(&self, claims: &impl Serialize) -> Result<String, Error> {
        let mut header = Header::new(Algorithm::RS256);
        header.kid = Some(self.key_id.clone());
        jsonwebtoken::encode(&header, claims, &self.key).map_err(Error::Token)
    }

    /// Returns the claims of a token that this key signed for `audience`, in the name of `issuer`, and that has not expired;
    /// `None` for any other text.
    #[must_use]
    pub fn verify(&self, token: &str, issuer: &str, audience: &str) -> Option<Claims> {
        let key = DecodingKey::from_jwk(&public_key(&self.key).ok()?).ok()?;
        let mut validation = Validation::new(Algorithm::RS256);
        validation.set_issuer(&[issuer]);
        validation.set_audience(&[audience]);
        validation.set_required_spec_claims(&["exp", "iss", "aud"]);
        jsonwebtoken::decode(token, &key, &validation).ok().map(|read| read.claims)
    }

    /// The public key, as the issuer publishes it.
    ///
    /// # Errors
    /// When the key is unusable.
    pub fn public_keys(&self) -> Result<JwkSet, Error> {
        let mut key = public_key(&self.key)?;
        key.common.key_id = Some(self.key_id.clone());
        Ok(JwkSet { keys: vec![key] })
    }
}

/// The path of the private key (PKCS #8, PEM) in an issuer folder.
#[must_use]
pub fn key_path(folder: &Path) -> PathBuf {
    folder.join("key.pem")
}

fn public_key(key: &EncodingKey) -> Result<Jwk, Error> {
    Jwk::from_encoding_key(key, Algorithm::RS256).map_err(Error::Token)
}

fn generate() -> Result<String, Error> {
    let pair = KeyPair::generate(KeySize::Rsa2048).map_err(|_| Error::KeyGeneration)?;
    let der = AsDer::<Pkcs8V1Der<'_>>::as_der(&pair).map_err(|_| Error::KeyGeneration)?;
    let text = base64::engine::general_purpose::STANDARD.encode(der.as_ref());
    // PEM lines hold 64 characters (RFC 7468, section 2).
    let lines: Vec<&str> =
        text.as_bytes().chunks(64).map(|line| std::str::from_utf8(line).unwrap_or_default()).collect();
    Ok(format!("-----BEGIN PRIVATE KEY-----\n{}\n-----END PRIVATE KEY-----\n", lines.join("\n")))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn claims() -> Claims {
        Claims {
            iss: "http://127.0.0.1:1".into(),
            aud: "shopsignal".into(),
            sub: Role::Shopper.default_account().to_string(),
            iat: 1,
            exp: 4_000_000_000,
            scope: None,
            groups: vec![],
        }
    }

    #[test]
    fn a_token_is_accepted_by_the_published_key() {
        let folder = tempfile::tempdir().unwrap();
        let issuer = Issuer::prepare(folder.path()).unwrap();
        let keys = issuer.public_keys().unwrap();

        let token = issuer.token(&Role::Producer.grant(claims())).unwrap();

        let kid = jsonwebtoken::decode_header(&token).unwrap().kid.unwrap();
        let key = DecodingKey::from_jwk(keys.find(&kid).unwrap()).unwrap();
        let mut validation = Validation::new(Algorithm::RS256);
        validation.set_audience(&["shopsignal"]);
        let read = jsonwebtoken::decode::<Claims>(&token, &key, &validation).unwrap().claims;
        assert_eq!(read.scope.as_deref(), Some(TRUSTED_SCOPE));
    }

    #[test]
    fn a_token_is_verified_for_its_issuer_and_audience_by_the_key_that_signed_it() {
        let (folder, other) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let issuer = Issuer::prepare(folder.path()).unwrap();
        let token = issuer.token(&claims()).unwrap();

        assert_eq!(issuer.verify(&token, "http://127.0.0.1:1", "shopsignal"), Some(claims()));
        assert_eq!(issuer.verify(&token, "http://127.0.0.1:2", "shopsignal"), None);
        assert_eq!(issuer.verify(&token, "http://127.0.0.1:1", "shopsignal-web"), None);
        let stranger = Issuer::prepare(other.path()).unwrap();
        assert_eq!(stranger.verify(&token, "http://127.0.0.1:1", "shopsignal"), None);
        let expired = issuer.token(&Claims { exp: 1, ..claims() }).unwrap();
        assert_eq!(issuer.verify(&expired, "http://127.0.0.1:1", "shopsignal"), None);
        assert_eq!(issuer.verify("no token", "http://127.0.0.1:1", "shopsignal"), None);
    }

    #[test]
    fn preparing_twice_keeps_the_key() {
        let folder = tempfile::tempdir().unwrap();
        let first = Issuer::prepare(folder.path()).unwrap();
        let second = Issuer::prepare(folder.path()).unwrap();
        assert_eq!(first.key_id, second.key_id);
    }

    #[test]
    fn the_private_key_is_readable_by_its_owner_only() {
        use std::os::unix::fs::PermissionsExt as _;
        let folder = tempfile::tempdir().unwrap();
        Issuer::prepare(folder.path()).unwrap();
        let mode = std::fs::metadata(key_path(folder.path())).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }
}
