//! One thing that a shopper did.

use std::fmt;

use jiff::{SignedDuration, Timestamp};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::{Actor, EventType, Origin, Reference};

/// The database's id of a stored interaction, and the idempotency key towards the catalog.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct InteractionId(pub i64);

impl fmt::Display for InteractionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// An interaction that passed every check and may be recorded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewInteraction {
    /// The origin of its event id.
    pub origin: Origin,
    /// The client's id of the event, or a generated one. Recording it again from the same origin stores nothing.
    pub event_id: Uuid,
    /// The account that it belongs to: the sender's own, or the one that a service of the shop names.
    pub account_id: Option<Uuid>,
    /// What was done.
    pub event_type: EventType,
    /// To what.
    pub reference: Reference,
    /// The visit it belongs to.
    pub session_id: Option<String>,
    /// A JSON object in canonical form (keys sorted, no spaces); `{}` when none was sent.
    pub metadata: String,
    /// When it happened according to the client; `None` means on arrival.
    pub occurred_at: Option<Timestamp>,
    /// How far the client's clock is behind; see [`clock_error`](crate::clock_error). It is measured anew at each
    /// retry, so it is not part of the fingerprint.
    pub clock_error: SignedDuration,
}

/// A digest of an interaction's content: the same event id of one origin with another fingerprint is a conflict.
pub type Fingerprint = [u8; 16];

impl NewInteraction {
    /// Returns the event time by our clock; `None` means on arrival.
    #[must_use]
    pub fn corrected_time(&self) -> Option<Timestamp> {
        self.occurred_at.map(|at| at.saturating_add(self.clock_error).unwrap_or(at))
    }

    /// Returns whose daily cap it counts towards: the account's, else the session's. An event that names neither has no
    /// cap: a service of the shop vouches for it.
    #[must_use]
    pub fn actor(&self) -> Option<Actor> {
        let account = self.account_id.map(Actor::of_account);
        account.or_else(|| self.session_id.as_deref().map(Actor::of_session))
    }

    /// Computes the digest of everything that the sender determines.
    ///
    /// The address and the user agent are excluded: a retry over another network is the same event. SHA-256
    /// cut to 128 bits; every field is preceded by its length, so that no two contents have the same bytes.
    #[must_use]
    pub fn fingerprint(&self) -> Fingerprint {
        let account = self.account_id.map(|id| id.to_string());
        let occurred_at = self.occurred_at.map(|at| at.to_string());
        let fields = [
            account.as_deref(),
            self.session_id.as_deref(),
            Some(self.event_type.as_str()),
            Some(self.reference.ref_type().as_str()),
            Some(self.reference.ref_id()),
            Some(&self.metadata),
            occurred_at.as_deref(),
        ];
        let mut hash = Sha256::new();
        for field in fields {
            // An absent field differs from an empty one.
            let length = field.map_or(u64::MAX, |text| text.len() as u64);
            hash.update(length.to_be_bytes());
            hash.update(field.unwrap_or_default());
        }
        let digest = hash.finalize();
        std::array::from_fn(|i| digest[i])
    }
}

/// A stored interaction, as it is delivered to the catalog.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Interaction {
    /// The database's id.
    pub id: InteractionId,
    /// The account, unless a guest or a machine client sent it.
    pub account_id: Option<Uuid>,
    /// The visit.
    pub session_id: Option<String>,
    /// What was done.
    pub event_type: String,
    /// `Product` or `Category`.
    pub ref_type: String,
    /// The shop's id of the product or category.
    pub ref_id: String,
    /// A JSON object as a string.
    pub metadata: String,
    /// When it happened.
    pub occurred_at: Timestamp,
    /// When it arrived.
    pub date_created: Timestamp,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::RefType;

    fn favorite() -> NewInteraction {
        NewInteraction {
            origin: Origin::TRUSTED,
            event_id: Uuid::from_u128(7),
            account_id: Some(Uuid::from_u128(1)),
            event_type: "add_to_favorites".parse().unwrap(),
            reference: Reference::new(RefType::Category, "shoes").unwrap(),
            session_id: None,
            metadata: "{}".to_owned(),
            occurred_at: None,
            clock_error: SignedDuration::ZERO,
        }
    }

    #[test]
    fn the_fingerprint_tells_contents_apart() {
        let original = favorite();
        let mut others = vec![NewInteraction { session_id: Some(String::new()), ..favorite() }];
        others.push(NewInteraction { metadata: r#"{"a":1}"#.to_owned(), ..favorite() });
        others.push(NewInteraction { occurred_at: Some(Timestamp::UNIX_EPOCH), ..favorite() });
        others.push(NewInteraction { event_type: "view".parse().unwrap(), ..favorite() });
        others.push(NewInteraction { account_id: None, ..favorite() });
        for other in &others {
            assert_ne!(other.fingerprint(), original.fingerprint(), "{other:?}");
        }
    }

    #[test]
    fn the_account_is_the_actor_and_else_the_session_whoever_sends_it() {
        let signed_in = NewInteraction { session_id: Some("visit".to_owned()), ..favorite() };
        assert_eq!(signed_in.actor(), Some(Actor::of_account(Uuid::from_u128(1))));
        let visit = NewInteraction { account_id: None, ..signed_in };
        assert_eq!(visit.actor(), Some(Actor::of_session("visit")));
        assert_eq!(NewInteraction { session_id: None, ..visit }.actor(), None);
    }

    #[test]
    fn the_key_of_an_event_is_not_part_of_its_content() {
        let clock_error = SignedDuration::from_mins(90);
        let again = NewInteraction { event_id: Uuid::from_u128(8), origin: Origin::DERIVED, clock_error, ..favorite() };
        assert_eq!(again.fingerprint(), favorite().fingerprint());
    }
}
