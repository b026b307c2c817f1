//! The customer of a back-end event, without the personal data that the event may contain.

use std::fmt;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::canonical_id;

/// The key of a customer: the shop's own customer id, or a keyed hash of an email address.
///
/// The address itself is never stored. An id and an address of the same person are two keys; an event that names both
/// yields a [`CustomerLink`]. An erased person is a third kind of key, a random one that identifies no one.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct CustomerKey(String);

/// The prefix of a hashed address.
const ADDRESS_PREFIX: &str = "email:";
/// The prefix of an erased person.
const ERASED_PREFIX: &str = "erased:";

impl CustomerKey {
    /// Takes the shop's customer id, which `contracts` has verified not to be an address, in canonical form, because it
    /// is compared with accounts.
    #[must_use]
    pub fn of_id(id: &str) -> Self {
        Self(canonical_id(id).into_owned())
    }

    /// Builds the key of an erased person from a random UUID.
    #[must_use]
    pub fn erased(random: Uuid) -> Self {
        Self(format!("{ERASED_PREFIX}{random}"))
    }

    /// Takes the keyed hash of an address, with the version of its key.
    #[must_use]
    pub fn of_hashed_address(hash: &str) -> Self {
        Self(format!("{ADDRESS_PREFIX}{hash}"))
    }

    /// Returns the key as stored.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Returns the account, if the shop's customer id is one (a UUID other than the nil UUID).
    #[must_use]
    pub fn account_id(&self) -> Option<Uuid> {
        let is_hyphenated = self.0.len() == uuid::fmt::Hyphenated::LENGTH;
        Uuid::try_parse(&self.0).ok().filter(|id| is_hyphenated && !id.is_nil())
    }

    /// Says whether the person was erased.
    #[must_use]
    pub fn is_erased(&self) -> bool {
        self.0.starts_with(ERASED_PREFIX)
    }
}

/// Links a customer id of the shop and an address that one event named together.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct CustomerLink {
    /// The shop's customer id.
    pub customer: CustomerKey,
    /// The hashed address.
    pub address: CustomerKey,
}

impl fmt::Display for CustomerKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
