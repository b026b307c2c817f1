//! Whose events a daily cap counts: an account, a session, or a guest's network.
//!
//! Only hashes leave this module, so the tables of the caps name nobody. They are not secret: whoever knows an account can
//! compute its hash, which is why erasing a person replaces it.

use uuid::Uuid;

use crate::origin::hash;

/// Someone whose events on a product are capped by the day.
///
/// It is found from what the event is about and not from who sent it: a service of the shop that reports what an account
/// did uses up the account's cap.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Actor(Uuid);

impl Actor {
    /// Returns the actor of an account: the same hash as the origin of what it sends.
    #[must_use]
    pub fn of_account(account_id: Uuid) -> Self {
        Self(hash("account", account_id.as_bytes()))
    }

    /// Returns the actor of a session in which nobody is signed in.
    #[must_use]
    pub fn of_session(session_id: &str) -> Self {
        Self(hash("session", session_id.as_bytes()))
    }

    /// Returns the actor that all guests of a network are together, by the network as it is stored; empty when it is
    /// unknown.
    #[must_use]
    pub fn of_network(network: &str) -> Self {
        Self(hash("network", network.as_bytes()))
    }

    /// Returns the actor as it is stored: 16 bytes.
    #[must_use]
    pub fn as_uuid(self) -> Uuid {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Origin;

    #[test]
    fn a_network_is_no_session_of_that_name_and_an_account_is_its_origin() {
        assert_ne!(Actor::of_network("203.0.113.0/24"), Actor::of_session("203.0.113.0/24"));
        let account = Uuid::from_u128(7);
        assert_eq!(Actor::of_account(account).as_uuid(), Origin::of_account(account).as_uuid());
        assert_eq!(Actor::of_session("visit").as_uuid(), Origin::of_session("visit").as_uuid());
    }
}
