//! Who sends interactions, according to the verified token.

use uuid::Uuid;

use crate::{EventType, Origin};

/// The sender of a request. Built from verified token claims only, never from the body or other headers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Caller {
    /// No one is signed in: the guest route.
    Guest,
    /// A signed-in shopper, seller or admin.
    Account(Uuid),
    /// A service of the shop whose token holds the scope `analytic/trusted`. Its subject is never a shopper, even when
    /// it is a UUID: each item may name the account that it is about.
    Trusted,
}

impl Caller {
    /// Returns the caller's own account.
    #[must_use]
    pub fn account_id(self) -> Option<Uuid> {
        match self {
            Self::Account(id) => Some(id),
            Self::Guest | Self::Trusted => None,
        }
    }

    /// Returns the origin of the caller's event ids. For a guest it is the session, which the guest route requires.
    #[must_use]
    pub fn origin(self, session_id: Option<&str>) -> Origin {
        match self {
            Self::Guest => Origin::of_session(session_id.unwrap_or_default()),
            Self::Account(id) => Origin::of_account(id),
            Self::Trusted => Origin::TRUSTED,
        }
    }

    /// Says whether the caller may vouch for trusted events (purchases, refunds, reviews).
    #[must_use]
    pub fn is_trusted(self) -> bool {
        self == Self::Trusted
    }

    /// Says whether the caller may send this event type, apart from what depends on the weight table.
    ///
    /// Guests may only send browsing events. Whether a signed-in caller may send a *trusted* event is decided by
    /// the `trusted` column of `event_weight` when the interaction is recorded.
    #[must_use]
    pub fn may_send(self, event_type: &EventType) -> bool {
        self != Self::Guest || event_type.is_browsing()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_guest_only_browses() {
        let view: EventType = "view".parse().unwrap();
        let dislike: EventType = "dislike".parse().unwrap();
        assert!(Caller::Guest.may_send(&view));
        assert!(!Caller::Guest.may_send(&dislike));
        assert!(Caller::Account(Uuid::from_u128(1)).may_send(&dislike));
    }
    #[test]
    fn a_session_is_the_origin_of_a_guest_and_of_nobody_else() {
        let (one, other) = (Some("one"), Some("other"));
        let account = Caller::Account(Uuid::from_u128(1));
        assert_ne!(Caller::Guest.origin(one), Caller::Guest.origin(other));
        assert_eq!(account.origin(one), account.origin(other));
        assert_eq!(Caller::Trusted.origin(one), Caller::Trusted.origin(None));
        assert_ne!(Caller::Trusted.origin(None), account.origin(None));
    }
}
