//! The signature by which a receiver knows that an alert is ours and fresh.
//!
//! Header `Shopsignal-Signature: t=<seconds since 1970>,v1=<hex>`, where the hex digits are HMAC-SHA256 with the shared
//! key over `<seconds>.<body>`. The time is signed, so that a receiver can refuse a captured alert that comes later.

use std::fmt;
use std::str::FromStr;

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

/// The header that carries the signature.
pub const SIGNATURE_HEADER: &str = "Shopsignal-Signature";

/// A shorter key could be guessed.
const KEY_BYTES_MIN: usize = 32;

/// The key that is shared with the receivers. It is never written anywhere.
#[derive(Clone)]
pub struct SigningKey(Hmac<Sha256>);

/// A key that does not protect.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("must have at least {KEY_BYTES_MIN} bytes")]
pub struct InvalidKey;

impl FromStr for SigningKey {
    type Err = InvalidKey;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if text.len() < KEY_BYTES_MIN {
            return Err(InvalidKey);
        }
        Hmac::new_from_slice(text.as_bytes()).map(Self).map_err(|_| InvalidKey)
    }
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SigningKey(..)")
    }
}

impl SigningKey {
    /// Writes the value of the header for a body that is sent at this second.
    #[must_use]
    pub fn sign(&self, second: u64, body: &str) -> String {
        let mac = self.0.clone().chain_update(format!("{second}.")).chain_update(body).finalize();
        let digits: String = mac.into_bytes().iter().map(|byte| format!("{byte:02x}")).collect();
        format!("t={second},v1={digits}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_signature_covers_the_time_and_the_body() {
        let key: SigningKey = "0123456789abcdef0123456789abcdef".parse().unwrap();
        // printf '1700000000.{}' | openssl dgst -sha256 -hmac 0123456789abcdef0123456789abcdef
        assert_eq!(
            key.sign(1_700_000_000, "{}"),
            "t=1700000000,v1=417adf36b901772f658597a76d329694e335e65fc0849d7715c3ca33406309b5"
        );
        assert_ne!(key.sign(1_700_000_001, "{}"), key.sign(1_700_000_000, "{}"));
        assert_ne!(key.sign(1_700_000_000, "{ }"), key.sign(1_700_000_000, "{}"));
    }

    #[test]
    fn a_short_key_is_refused_and_no_key_is_shown() {
        assert_eq!("0123456789abcdef0123456789abcde".parse::<SigningKey>().err(), Some(InvalidKey));
        let key: SigningKey = "s3cret-s3cret-s3cret-s3cret-s3cret".parse().unwrap();
        assert_eq!(format!("{key:?}"), "SigningKey(..)");
    }
}
