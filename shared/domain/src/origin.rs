//! The origin of an event id. An event id is unique within its origin, so that no one can claim an id that someone else
//! sends.

use sha2::{Digest, Sha256};
use uuid::{Builder, Uuid};

/// The namespace that an interaction's event id belongs to.
///
/// There is one for interactions derived from back-end events, one for the shop's own services, and one for each
/// account and each guest session. The same id from two origins is two events, so a sender can neither block nor probe
/// what another sent. A guest's namespace is the session alone: anyone who knows a session id can claim ids in it, so
/// it must be as hard to guess as a session of the shop.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Origin(Uuid);

impl Origin {
    /// The origin of interactions derived from back-end events.
    pub const DERIVED: Self = Self(Uuid::from_u128(1));
    /// The origin of interactions that the shop's own services send.
    pub const TRUSTED: Self = Self(Uuid::from_u128(2));

    /// Returns the origin of what an account sends.
    #[must_use]
    pub fn of_account(account_id: Uuid) -> Self {
        Self(hash("account", account_id.as_bytes()))
    }

    /// Returns the origin of what a guest sends in a session.
    #[must_use]
    pub fn of_session(session_id: &str) -> Self {
        Self(hash("session", session_id.as_bytes()))
    }

    /// Returns the origin as it is stored: 16 bytes.
    #[must_use]
    pub fn as_uuid(self) -> Uuid {
        self.0
    }
}

/// SHA-256 truncated to a UUID of version 8, whose fixed bits distinguish a hash from the constants.
pub(crate) fn hash(kind: &str, name: &[u8]) -> Uuid {
    let mut hash = Sha256::new();
    // The kind and its length distinguish an account from a session with the same bytes.
    hash.update([u8::try_from(kind.len()).unwrap_or(u8::MAX)]);
    hash.update(kind);
    hash.update(name);
    let digest = hash.finalize();
    Builder::from_custom_bytes(std::array::from_fn(|i| digest[i])).into_uuid()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_sender_has_an_origin_of_its_own() {
        let (one, other) = (Uuid::from_u128(1), Uuid::from_u128(2));
        let session = String::from_utf8(one.as_bytes().to_vec()).unwrap();
        let origins = [
            Origin::DERIVED,
            Origin::TRUSTED,
            Origin::of_account(one),
            Origin::of_account(other),
            Origin::of_session(&session),
            Origin::of_session(&one.to_string()),
            Origin::of_session(""),
        ];
        assert_eq!(BTreeSet::from(origins).len(), origins.len());
        assert_eq!(Origin::of_account(one), Origin::of_account(one));
    }

    #[test]
    fn no_name_hashes_to_a_constant() {
        assert_eq!(Origin::of_account(Uuid::nil()).as_uuid().get_version_num(), 8);
        assert!([Origin::DERIVED, Origin::TRUSTED].iter().all(|origin| origin.as_uuid().get_version_num() == 0));
    }
}
