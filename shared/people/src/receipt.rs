//! What an erasure came to, without a word of whom it was about.

use jiff::Timestamp;
use serde::Serialize;
use store::erasure::{Counts, Erasure, Linked};
use uuid::Uuid;

/// The receipt, to be kept with the request of the person.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Receipt {
    /// Names the erasure.
    pub id: Uuid,
    /// Whether nothing is left. When not, the same call goes on.
    pub complete: bool,
    /// When the same call is worth repeating, in seconds; absent when it is complete, 0 when at once.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub again_in_seconds: Option<u64>,
    /// How the person was named: account, customer or email.
    pub named_by: String,
    /// When it began.
    pub date_created: Timestamp,
    /// Everything that was stored until then is covered; what came later is a new person's.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub covered_until: Option<Timestamp>,
    /// When nothing was left.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub date_completed: Option<Timestamp>,
    /// How many identities it was about, and how many were left alone because others share them.
    pub linked: Linked,
    /// How many rows, items and messages were made anonymous, by place. Places with none are left out.
    pub counts: Counts,
}

impl Receipt {
    /// Writes the receipt of an erasure as it stands.
    #[must_use]
    pub fn of(erasure: Erasure) -> Self {
        let complete = erasure.date_completed.is_some();
        let wait = erasure.settles_in.map_or(0, |wait| wait.as_secs() + 1);
        Self {
            id: erasure.id,
            complete,
            again_in_seconds: (!complete).then_some(wait),
            named_by: erasure.named_by,
            date_created: erasure.date_created,
            covered_until: erasure.covered_until,
            date_completed: erasure.date_completed,
            linked: erasure.linked,
            counts: erasure.counts,
        }
    }

    /// Returns how much was made anonymous in all.
    #[must_use]
    pub fn total(&self) -> i64 {
        self.counts.values().sum()
    }
}
