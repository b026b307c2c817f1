//! The signature by which a receiver verifies that an alert is authentic and fresh.
//!
//! Header `Shopsignal-Signature: t=<seconds since 1970>,k1=<hex>,k2=<hex>`: for each version of the shared key, HMAC-SHA256 with
//! it over `<seconds>.<body>`. A receiver verifies the version that it has, so a key can be rotated without a gap: add
//! the next one, give it to the receivers, remove the old one. The time is signed, so that a receiver can reject a
//! replayed alert.

use std::fmt;
use std::str::FromStr;

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

/// The header that carries the signature.
pub const SIGNATURE_HEADER: &str = "Shopsignal-Signature";

/// A shorter key could be guessed.
const KEY_BYTES_MIN: usize = 32;

/// The key that is shared with the receivers. It is never logged.
#[derive(Clone)]
pub struct SigningKey(Hmac<Sha256>);

/// A key that is too weak.
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
    fn digits(&self, second: u64, body: &str) -> String {
        let mac = self.0.clone().chain_update(format!("{second}.")).chain_update(body).finalize();
        mac.into_bytes().iter().map(|byte| format!("{byte:02x}")).collect()
    }
}

/// Every version of the key.
#[derive(Debug, Clone)]
pub struct SigningKeys(Vec<(u32, SigningKey)>);

impl SigningKeys {
    /// Takes the versions; without any, alerts would be unsigned, which `receiver` allows only while there is no
    /// webhook.
    #[must_use]
    pub fn new(keys: Vec<(u32, SigningKey)>) -> Self {
        Self(keys)
    }

    /// Writes the value of the header for a body sent at this second.
    #[must_use]
    pub fn sign(&self, second: u64, body: &str) -> String {
        let signed = self.0.iter().map(|(version, key)| format!(",k{version}={}", key.digits(second, body)));
        format!("t={second}{}", signed.collect::<String>())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_signature_covers_the_time_and_the_body() {
        let key: SigningKey = "0123456789abcdef0123456789abcdef".parse().unwrap();
        let key = SigningKeys::new(vec![(1, key)]);
        // printf '1700000000.{}' | openssl dgst -sha256 -hmac 0123456789abcdef0123456789abcdef
        assert_eq!(
            key.sign(1_700_000_000, "{}"),
            "t=1700000000,k1=417adf36b901772f658597a76d329694e335e65fc0849d7715c3ca33406309b5"
        );
        assert_ne!(key.sign(1_700_000_001, "{}"), key.sign(1_700_000_000, "{}"));
        assert_ne!(key.sign(1_700_000_000, "{ }"), key.sign(1_700_000_000, "{}"));
    }

    #[test]
    fn while_a_key_is_replaced_both_versions_sign() {
        let [old, new] = ["0123456789abcdef0123456789abcdef", "fedcba9876543210fedcba9876543210"]
            .map(|text| text.parse::<SigningKey>().unwrap());
        let [only_old, only_new] = [(3, &old), (4, &new)]
            .map(|(version, key)| SigningKeys::new(vec![(version, key.clone())]).sign(7, "{}").replace("t=7", ""));
        let both = SigningKeys::new(vec![(3, old), (4, new)]).sign(7, "{}");
        assert_eq!(both, format!("t=7{only_old}{only_new}"));
        assert!(only_old.starts_with(",k3=") && only_new.starts_with(",k4=") && only_old[4..] != only_new[4..]);
    }

    #[test]
    fn a_short_key_is_refused_and_no_key_is_shown() {
        assert_eq!("0123456789abcdef0123456789abcde".parse::<SigningKey>().err(), Some(InvalidKey));
        let key: SigningKey = "s3cret-s3cret-s3cret-s3cret-s3cret".parse().unwrap();
        assert_eq!(format!("{key:?}"), "SigningKey(..)");
    }
}
