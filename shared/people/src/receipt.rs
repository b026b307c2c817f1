//! The receipt of an erasure, which does not identify the person.

use jiff::Timestamp;
use serde::Serialize;
use store::erasure::{Counts, Erasure, Linked};
use uuid::Uuid;

/// The receipt, to be kept with the request of the person.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Receipt {
    /// The id of the erasure.
    pub id: Uuid,
    /// Whether nothing is left. If not, the same call continues it.
    pub complete: bool,
    /// When to repeat the same call, in seconds; absent when it is complete, 0 for immediately.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub again_in_seconds: Option<u64>,
    /// How the person was identified: account, customer or email.
    pub named_by: String,
    /// When it began.
    pub date_created: Timestamp,
    /// Everything stored until then is covered; later data belongs to a new person.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub covered_until: Option<Timestamp>,
    /// When it was complete.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub date_completed: Option<Timestamp>,
    /// How many identities it covered, and how many were not followed because others share them.
    pub linked: Linked,
    /// How many rows, items and messages were anonymized, by place. Places without any are omitted.
    pub counts: Counts,
}

impl Receipt {
    /// Writes the receipt of an erasure in its current state.
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

    /// Returns the total number of anonymized rows, items and messages.
    #[must_use]
    pub fn total(&self) -> i64 {
        self.counts.values().sum()
    }
}
