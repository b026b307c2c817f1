//! What the local issuer remembers between a sign-in page and its token: codes and refresh tokens, in memory only.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use rand::distr::{Alphanumeric, SampleString as _};
use sha2::{Digest as _, Sha256};
use stack::issuer::Role;
use uuid::Uuid;

/// A code is exchanged at once (RFC 6749, section 4.1.2 recommends at most 10 minutes).
const CODE_LIFETIME: Duration = Duration::from_secs(60);

/// Who has signed in.
#[derive(Debug, Clone)]
pub(super) struct Subject {
    pub(super) role: Role,
    pub(super) account: Uuid,
}

/// A sign-in that waits for its code to be exchanged.
#[derive(Debug, Clone)]
pub(super) struct Grant {
    pub(super) subject: Subject,
    pub(super) redirect_uri: String,
    pub(super) nonce: Option<String>,
    /// The S256 challenge (RFC 7636, section 4.2).
    pub(super) challenge: String,
}

/// Codes and refresh tokens that are valid.
#[derive(Default)]
pub(super) struct Sessions {
    codes: Mutex<HashMap<String, (Instant, Grant)>>,
    refresh: Mutex<HashMap<String, Subject>>,
}

impl Sessions {
    /// Returns a new code for a sign-in.
    pub(super) fn open(&self, grant: Grant) -> String {
        let code = secret();
        let mut codes = self.codes.lock().unwrap_or_else(PoisonError::into_inner);
        codes.retain(|_, (opened, _)| opened.elapsed() < CODE_LIFETIME);
        codes.insert(code.clone(), (Instant::now(), grant));
        code
    }

    /// Takes the sign-in of a code, once, if the verifier is the one that the challenge was made from.
    pub(super) fn exchange(&self, code: &str, verifier: &str, redirect_uri: &str) -> Option<Grant> {
        let taken = self.codes.lock().unwrap_or_else(PoisonError::into_inner).remove(code);
        let (opened, grant) = taken?;
        let challenge = URL_SAFE_NO_PAD.encode(Sha256::digest(verifier));
        let valid =
            opened.elapsed() < CODE_LIFETIME && grant.challenge == challenge && grant.redirect_uri == redirect_uri;
        valid.then_some(grant)
    }

    /// Returns a new refresh token.
    pub(super) fn remember(&self, subject: Subject) -> String {
        let token = secret();
        self.refresh.lock().unwrap_or_else(PoisonError::into_inner).insert(token.clone(), subject);
        token
    }

    /// Takes the subject of a refresh token; the token is used up.
    pub(super) fn renew(&self, token: &str) -> Option<Subject> {
        self.refresh.lock().unwrap_or_else(PoisonError::into_inner).remove(token)
    }
}

/// 190 random bits.
fn secret() -> String {
    Alphanumeric.sample_string(&mut rand::rng(), 32)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The pair of RFC 7636, appendix B.
    const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
    const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

    fn opened(sessions: &Sessions) -> String {
        sessions.open(Grant {
            subject: Subject { role: Role::Seller, account: Role::Seller.default_account() },
            redirect_uri: "http://127.0.0.1:1/dashboard/".into(),
            nonce: None,
            challenge: CHALLENGE.into(),
        })
    }

    #[test]
    fn a_code_is_exchanged_once() {
        let sessions = Sessions::default();
        let code = opened(&sessions);
        assert!(sessions.exchange(&code, VERIFIER, "http://127.0.0.1:1/dashboard/").is_some());
        assert!(sessions.exchange(&code, VERIFIER, "http://127.0.0.1:1/dashboard/").is_none());
    }

    #[test]
    fn a_code_needs_its_verifier_and_its_address() {
        let sessions = Sessions::default();
        let code = opened(&sessions);
        assert!(sessions.exchange(&code, "another", "http://127.0.0.1:1/dashboard/").is_none());
        let code = opened(&sessions);
        assert!(sessions.exchange(&code, VERIFIER, "http://127.0.0.1:2/").is_none());
    }

    #[test]
    fn a_refresh_token_is_used_once() {
        let sessions = Sessions::default();
        let token = sessions.remember(Subject { role: Role::Admin, account: Role::Admin.default_account() });
        assert!(sessions.renew(&token).is_some());
        assert!(sessions.renew(&token).is_none());
    }
}
