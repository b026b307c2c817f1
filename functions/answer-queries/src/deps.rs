//! The dependencies of the function.

use std::time::Duration;

use domain::SegmentThresholds;
use messaging::DeadLetterQueues;
use store::Database;

/// How long SQS may take to say how much the dead-letter queues hold: an answer does not wait longer for it.
pub const DEAD_LETTERS_LIMIT: Duration = Duration::from_secs(1);

/// The dependencies of the function.
#[derive(Debug)]
pub struct Deps {
    /// The scores.
    pub database: Database,
    /// The minimum spend of each customer segment.
    pub segments: SegmentThresholds,
    /// What no consumer could process.
    pub dead_letters: DeadLetterQueues,
}
