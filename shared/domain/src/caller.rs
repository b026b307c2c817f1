//! Who sends interactions, as far as a verified token says.

use uuid::Uuid;

use crate::EventType;

/// The scope of the shop's own services.
const TRUSTED_SCOPE: &str = "analytic/trusted";

/// Says whether the scopes of a token, a list with spaces between, hold the one of the shop's own services.
#[must_use]
pub fn is_trusted(scopes: &str) -> bool {
    scopes.split_whitespace().any(|scope| scope == TRUSTED_SCOPE)
}

/// The sender of a request. Built from verified token claims only, never from the body or other headers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Caller {
    /// Nobody signed in: the guest route.
    Guest,
    /// A signed-in shopper, seller or admin.
    Account(Uuid),
    /// A service of the shop whose token holds the scope `analytic/trusted`.
    ///
    /// It has an account only when its token's subject is one; a machine client has none.
    Trusted(Option<Uuid>),
}

impl Caller {
    /// Returns the account that the stored interactions belong to.
    #[must_use]
    pub fn account_id(self) -> Option<Uuid> {
        match self {
            Self::Guest => None,
            Self::Account(id) => Some(id),
            Self::Trusted(id) => id,
        }
    }

    /// Says whether the caller may vouch for trusted events (purchases, refunds, reviews).
    #[must_use]
    pub fn is_trusted(self) -> bool {
        matches!(self, Self::Trusted(_))
    }

    /// Says whether the caller may send this event type as far as that does not depend on the weight table.
    ///
    /// Guests browse and nothing else. Whether a signed-in caller may send a *trusted* event is decided by
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
    fn only_the_whole_name_of_the_scope_is_trusted() {
        assert!(is_trusted("analytic/trusted") && is_trusted("openid analytic/trusted email"));
        assert!(["", "analytic/trusted2", "x-analytic/trusted", "Analytic/Trusted"].iter().all(|it| !is_trusted(it)));
    }

    #[test]
    fn a_guest_only_browses() {
        let view: EventType = "view".parse().unwrap();
        let dislike: EventType = "dislike".parse().unwrap();
        assert!(Caller::Guest.may_send(&view));
        assert!(!Caller::Guest.may_send(&dislike));
        assert!(Caller::Account(Uuid::from_u128(1)).may_send(&dislike));
    }
}
