//! The queue message: a wake-up hint that carries nothing but an id.
//!
//! Whatever a message says, the `pending` row in Postgres decides the effect, so a forged, repeated or ancient message
//! can only cause an early look-up.

use std::hash::Hash;

use domain::InteractionId;
use domain::fraud::FindingId;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// The message attribute of a dead letter that holds the reason why its consumer gave it up.
pub const REASON_ATTRIBUTE: &str = "Reason";

/// The message version this code writes and reads.
const VERSION: u32 = 1;

/// A message that names a row to look at and nothing else.
pub trait Pointer: Copy {
    /// The id that it carries.
    type Id: Copy + Ord + Hash;

    /// Reads a message body. Unknown fields are ignored.
    ///
    /// # Errors
    /// Why the body is not a message of this version.
    fn read(body: &str) -> Result<Self, Unreadable>;

    /// Returns the id that it carries.
    fn id(self) -> Self::Id;
}

/// A hint that an interaction has pending effects.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Hint {
    /// The interaction to look at.
    pub interaction_id: InteractionId,
}

/// A hint that a finding has an alert to be sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AlertHint {
    /// The finding to send.
    pub finding_id: FindingId,
}

/// Why a message cannot be read. Such a message is moved to the dead-letter queue.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unreadable {
    /// The body is missing, not JSON, or lacks a field.
    #[error("not a hint")]
    NotAHint,
    /// A newer or foreign version.
    #[error("unknown message version {0}")]
    UnknownVersion(u32),
}

#[derive(Serialize, Deserialize)]
struct Wire {
    version: u32,
    interaction_id: i64,
}

#[derive(Serialize, Deserialize)]
struct AlertWire {
    version: u32,
    finding_id: Uuid,
}

impl Pointer for Hint {
    type Id = InteractionId;

    fn read(body: &str) -> Result<Self, Unreadable> {
        Self::read(body)
    }

    fn id(self) -> InteractionId {
        self.interaction_id
    }
}

impl AlertHint {
    /// Writes the message body, in ASCII.
    #[must_use]
    pub fn body(self) -> String {
        format!(r#"{{"version":{VERSION},"finding_id":"{}"}}"#, self.finding_id)
    }
}

impl Pointer for AlertHint {
    type Id = FindingId;

    fn read(body: &str) -> Result<Self, Unreadable> {
        let wire: AlertWire = serde_json::from_str(body).map_err(|_| Unreadable::NotAHint)?;
        if wire.version != VERSION {
            return Err(Unreadable::UnknownVersion(wire.version));
        }
        Ok(Self { finding_id: FindingId(wire.finding_id) })
    }

    fn id(self) -> FindingId {
        self.finding_id
    }
}

impl Hint {
    /// Writes the message body. It is ASCII, because SQS rejects some Unicode characters.
    #[must_use]
    pub fn body(self) -> String {
        format!(r#"{{"version":{VERSION},"interaction_id":{}}}"#, self.interaction_id)
    }

    /// Reads a message body. Unknown fields are ignored.
    ///
    /// # Errors
    /// Why the body is not a hint of this version.
    pub fn read(body: &str) -> Result<Self, Unreadable> {
        let wire: Wire = serde_json::from_str(body).map_err(|_| Unreadable::NotAHint)?;
        if wire.version != VERSION {
            return Err(Unreadable::UnknownVersion(wire.version));
        }
        if wire.interaction_id <= 0 {
            return Err(Unreadable::NotAHint);
        }
        Ok(Self { interaction_id: InteractionId(wire.interaction_id) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hint_is_ascii_and_reads_back() {
        let hint = Hint { interaction_id: InteractionId(123) };
        assert_eq!(hint.body(), r#"{"version":1,"interaction_id":123}"#);
        assert_eq!(Hint::read(&hint.body()), Ok(hint));
    }

    #[test]
    fn an_alert_hint_is_ascii_and_reads_back() {
        let hint = AlertHint { finding_id: FindingId(Uuid::from_u128(7)) };
        assert_eq!(hint.body(), r#"{"version":1,"finding_id":"00000000-0000-0000-0000-000000000007"}"#);
        assert_eq!(AlertHint::read(&hint.body()), Ok(hint));
        for bad in ["", r#"{"version":1}"#, r#"{"version":1,"interaction_id":1}"#, r#"{"version":1,"finding_id":"7"}"#]
        {
            assert_eq!(AlertHint::read(bad), Err(Unreadable::NotAHint), "{bad}");
        }
    }

    #[test]
    fn what_is_not_a_hint_is_unreadable() {
        for bad in ["", "{", "[]", "{}", r#"{"version":1}"#, r#"{"version":1,"interaction_id":"1"}"#] {
            assert_eq!(Hint::read(bad), Err(Unreadable::NotAHint), "{bad}");
        }
        assert_eq!(Hint::read(r#"{"version":1,"interaction_id":0}"#), Err(Unreadable::NotAHint));
        assert_eq!(Hint::read(r#"{"version":1,"interaction_id":1e3}"#), Err(Unreadable::NotAHint));
        assert_eq!(Hint::read(r#"{"version":2,"interaction_id":1}"#), Err(Unreadable::UnknownVersion(2)));
    }
}
