//! What a verification found.

use serde::Serialize;
use store::verification::Report;

use super::dead_letter::DeadLetterCheck;
use super::feed::FeedCheck;

/// The result.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Outcome {
    /// The invariants in the database.
    #[serde(flatten)]
    pub report: Report,
    /// The feed, if it was checked.
    pub feed: Option<FeedCheck>,
    /// The known queues. Messages there are in flight: a hint has its pending row, an event will be logged.
    pub queues: Vec<QueueDepth>,
    /// The known dead-letter queues.
    pub dead_letters: Vec<DeadLetterCheck>,
    /// Erasures that are not complete. For information: they have to be requested again.
    pub erasures_open: i64,
}

/// How many messages a queue holds, approximately.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct QueueDepth {
    /// Which queue.
    pub name: String,
    /// Waiting to be received.
    pub visible: u64,
    /// Received and not yet deleted.
    pub in_flight: u64,
}

impl Outcome {
    /// Counts all violations.
    #[must_use]
    pub fn differences(&self) -> i64 {
        let feed = self.feed.as_ref().map_or(0, FeedCheck::differences);
        self.report.differences().saturating_add(i64::try_from(feed).unwrap_or(i64::MAX))
    }

    /// Counts dead letters whose work is recorded nowhere else. An event among them is not in any figure.
    #[must_use]
    pub fn unaccounted(&self) -> usize {
        self.dead_letters.iter().map(DeadLetterCheck::unaccounted).sum()
    }

    /// Says whether everything was checked and is correct.
    #[must_use]
    pub fn is_sound(&self) -> bool {
        self.differences() == 0 && self.unaccounted() == 0
    }
}
