//! Who a back-end event is about, without the personal data that it may have come with.

use std::fmt;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::canonical_id;

/// The key of a customer: the shop's own customer id, or a keyed hash of an email address.
///
/// The address itself is never kept. An id and an address of the same person are two keys; an event that names both
/// makes a [`CustomerLink`] of them. A person who was erased is a third kind of key, a random one that leads to nobody.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct CustomerKey(String);

/// What the key of a hashed address starts with.
const ADDRESS_PREFIX: &str = "email:";
/// What the key of an erased person starts with.
const ERASED_PREFIX: &str = "erased:";

impl CustomerKey {
    /// Takes the shop's customer id, which `contracts` has checked to be no address, in its canonical form, because it is
    /// compared with accounts.
    #[must_use]
    pub fn of_id(id: &str) -> Self {
        Self(canonical_id(id).into_owned())
    }

    /// Makes the key of an erased person out of a random UUID.
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

    /// Returns the account, when the shop's customer id is one (a UUID other than the nil UUID).
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

/// That an id of the shop and an address are one customer, as an event says that names both.
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
