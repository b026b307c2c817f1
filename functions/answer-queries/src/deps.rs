//! The dependencies of the function.

use domain::SegmentThresholds;
use messaging::DeadLetterQueues;
use store::Database;

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
