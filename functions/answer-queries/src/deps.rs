//! What the function works with.

use domain::SegmentThresholds;
use store::Database;

/// What the function works with.
#[derive(Debug)]
pub struct Deps {
    /// The scores.
    pub database: Database,
    /// From which spend on a customer is in a segment.
    pub segments: SegmentThresholds,
}
