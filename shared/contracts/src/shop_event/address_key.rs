//! The secret that hides addresses, and the settings for parsing events, of which it is one.

use std::collections::BTreeMap;
use std::fmt;

use domain::{Currency, CustomerKey};
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use crate::personal::{HASHED_PREFIX, is_personal};

/// The shortest secret, in bytes.
pub const ADDRESS_KEY_MIN_BYTES: usize = 16;
/// Domain separation between digests of events and hashes of addresses under the same secret.
const UNNAMED: &[u8] = b"event without an id\0";
/// Domain separation for seals: no address contains a zero byte.
const SEAL: &[u8] = b"\0sealed shop event\0";

/// The secret with which email addresses are hashed, so that no one can find an address by trial.
///
/// It has versions, and a hash names the version that made it. Hashes of two versions never match: with a new key every
/// address is a new customer, and what was stored under the old one stays unchanged.
#[derive(Clone)]
pub struct AddressKey {
    /// The version in force.
    version: u32,
    /// All known versions, including the one in force.
    secrets: BTreeMap<u32, Vec<u8>>,
}

impl AddressKey {
    /// Takes a version of the secret; `None` when it is shorter than [`ADDRESS_KEY_MIN_BYTES`].
    #[must_use]
    pub fn new(version: u32, secret: &str) -> Option<Self> {
        let secrets = BTreeMap::from([(version, secret.as_bytes().to_vec())]);
        (secret.len() >= ADDRESS_KEY_MIN_BYTES).then_some(Self { version, secrets })
    }

    /// A placeholder for an unknown key. Nothing that is read with it may be compared or stored.
    #[must_use]
    pub fn unknown() -> Self {
        Self { version: 0, secrets: BTreeMap::new() }
    }

    /// Chooses the version in force: the one that `current` names, or else the first. Merely adding a version changes
    /// nothing, because every customer would become a new one.
    ///
    /// # Errors
    /// What is missing or too short, by the names in the secret; values are never shown.
    pub fn choose(versions: &BTreeMap<u32, &str>, current: Option<&str>) -> Result<Self, String> {
        let version = match current {
            Some(number) => {
                number.parse().map_err(|_| "address_hash_version must be a number, such as 1".to_owned())?
            }
            None => {
                *versions.keys().next().ok_or_else(|| "address_hash_key_1 is missing: invoke migrate".to_owned())?
            }
        };
        let name = format!("address_hash_key_{version}");
        let secret = versions.get(&version).ok_or_else(|| format!("{name} is missing"))?;
        if secret.len() < ADDRESS_KEY_MIN_BYTES {
            return Err(format!("{name} must have at least {ADDRESS_KEY_MIN_BYTES} bytes"));
        }
        let secrets = versions.iter().map(|(version, secret)| (*version, secret.as_bytes().to_vec())).collect();
        Ok(Self { version, secrets })
    }

    /// Hashes an address: the version, a colon, and HMAC-SHA-256 in hexadecimal. Case and surrounding spaces are
    /// ignored.
    pub(super) fn hash(&self, address: &str) -> String {
        let secret = self.secrets.get(&self.version).map(Vec::as_slice).unwrap_or_default();
        hash((self.version, secret), address)
    }

    /// Returns the keys under which customers with this address may be stored: one for each version.
    #[must_use]
    pub fn customers(&self, address: &str) -> Vec<CustomerKey> {
        let hashes = self.secrets.iter().map(|(version, secret)| hash((*version, secret), address));
        hashes.map(|hash| CustomerKey::of_hashed_address(&hash)).collect()
    }

    /// Returns the keys under which a customer with this id may be stored: the id itself, or its keyed hashes when it
    /// looks like an address or a card number.
    #[must_use]
    pub fn customers_of_id(&self, id: &str) -> Vec<CustomerKey> {
        if !is_personal(id) {
            return vec![CustomerKey::of_id(id)];
        }
        let hashes = self.secrets.iter().map(|(version, secret)| hash((*version, secret), id));
        hashes.map(|hash| CustomerKey::of_id(&format!("{HASHED_PREFIX}{hash}"))).collect()
    }

    /// Seals a text that we wrote.
    pub(super) fn seal(&self, text: &str) -> String {
        let secret = self.secrets.get(&self.version).map(Vec::as_slice).unwrap_or_default();
        hexadecimal(keyed(secret, &[SEAL, text.as_bytes()]))
    }

    /// Says whether a seal is valid for this text, under any version.
    pub(super) fn has_sealed(&self, text: &str, seal: &str) -> bool {
        let bytes = seal.as_bytes().chunks(2).map(|digits| u8::from_str_radix(str::from_utf8(digits).ok()?, 16).ok());
        let Some(seal) = bytes.collect::<Option<Vec<u8>>>() else { return false };
        self.secrets.values().any(|secret| keyed(secret, &[SEAL, text.as_bytes()]).verify_slice(&seal).is_ok())
    }

    /// Digests an event without an id, always with the first version: a change of the version in force must not turn a
    /// repeated event into a new one.
    pub(super) fn digest(&self, content: &str) -> [u8; 32] {
        let first = self.secrets.values().next().map(Vec::as_slice).unwrap_or_default();
        keyed(first, &[UNNAMED, content.as_bytes()]).finalize().into_bytes().into()
    }
}

fn hash((version, secret): (u32, &[u8]), address: &str) -> String {
    format!("{version}:{}", hexadecimal(keyed(secret, &[address.trim().to_lowercase().as_bytes()])))
}

fn keyed(secret: &[u8], parts: &[&[u8]]) -> Hmac<Sha256> {
    let mut mac = Hmac::new_from_slice(secret).expect("HMAC takes a key of any length");
    parts.iter().for_each(|part| mac.update(part));
    mac
}

fn hexadecimal(mac: Hmac<Sha256>) -> String {
    mac.finalize().into_bytes().iter().map(|byte| format!("{byte:02x}")).collect()
}

impl fmt::Debug for AddressKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "AddressKey({}, ..)", self.version)
    }
}

/// The settings for parsing an event.
#[derive(Debug, Clone)]
pub struct Intake {
    /// The default currency of amounts.
    pub currency: Currency,
    /// Hashes addresses.
    pub address_key: AddressKey,
}

impl Intake {
    /// The name of the key in the secret of the application, before its version.
    pub const KEY: &str = "address_hash_key";
    /// The name of the version in force.
    pub const KEY_VERSION: &str = "address_hash_version";

    /// Takes the default currency, and the key in force among those in the secret.
    ///
    /// # Errors
    /// See [`AddressKey::choose`].
    pub fn new(currency: Currency, keys: &BTreeMap<u32, &str>, version: Option<&str>) -> Result<Self, String> {
        Ok(Self { currency, address_key: AddressKey::choose(keys, version)? })
    }
}
