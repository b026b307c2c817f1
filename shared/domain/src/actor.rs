//! Whose events a daily cap counts: an account, a session, or a guest's network.
//!
//! Only hashes leave this module, so the tables of the caps name nobody. They are not secret: whoever knows an account can
//! compute its hash, which is why erasing a person replaces it.

use uuid::Uuid;

use crate::origin::hash;
use crate::truncate_address;

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

/// An actor as an operator names it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NamedActor {
    /// The shopper's account.
    Account(Uuid),
    /// A session, as long as nobody is signed in.
    Session(String),
    /// All guests of a network, by its address as it is stored.
    Network(String),
}

impl NamedActor {
    /// Reads a network: any address of it, or the network with its prefix length, /24 or /48.
    #[must_use]
    pub fn of_network(text: &str) -> Option<Self> {
        let (address, length) = text.split_once('/').map_or((text, None), |(address, length)| (address, Some(length)));
        let network = truncate_address(address)?;
        let whole = if network.contains(':') { "48" } else { "24" };
        length.is_none_or(|length| length == whole).then_some(Self::Network(network))
    }

    /// Returns the actor.
    #[must_use]
    pub fn actor(&self) -> Actor {
        match self {
            Self::Account(id) => Actor::of_account(*id),
            Self::Session(id) => Actor::of_session(id),
            Self::Network(network) => Actor::of_network(network),
        }
    }

    /// Returns what it is: account, session or network.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Account(_) => "account",
            Self::Session(_) => "session",
            Self::Network(_) => "network",
        }
    }

    /// Returns the account.
    #[must_use]
    pub fn account_id(&self) -> Option<Uuid> {
        if let Self::Account(id) = self { Some(*id) } else { None }
    }

    /// Returns the session.
    #[must_use]
    pub fn session_id(&self) -> Option<&str> {
        if let Self::Session(id) = self { Some(id) } else { None }
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

    #[test]
    fn a_network_is_named_by_its_prefix_or_by_an_address_in_it() {
        let named = |text: &str| NamedActor::of_network(text).map(|actor| actor.actor());
        let network = Some(Actor::of_network("203.0.113.0"));
        assert_eq!((named("203.0.113.7"), named("203.0.113.0/24")), (network, network));
        assert_eq!(named("2001:db8:1:2::3/48"), Some(Actor::of_network("2001:db8:1::")));
        for other in ["203.0.113.0/16", "2001:db8::/32", "203.0.113", "", "/24", "shop.example"] {
            assert_eq!(named(other), None, "{other}");
        }
    }
}
