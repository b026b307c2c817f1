//! What answer-queries reads from its environment.

use domain::SegmentThresholds;
use platform::Variables;
use store::Role;

/// The settings of the function.
#[derive(Debug)]
pub struct Settings {
    /// Where the scores are.
    pub database: store::Settings,
    /// From which spend on a customer is in a segment.
    pub segments: SegmentThresholds,
}

impl Settings {
    /// Reads the settings; `None` when a variable is missing or malformed, which `variables` then knows.
    pub fn read(variables: &mut Variables<'_>) -> Option<Self> {
        let database = variables.group(|lookup| store::Settings::of_role(Role::AnswerQueries, lookup));
        // An empty text means that no currency has segments.
        let segments = variables.parsed_or_default("SEGMENT_THRESHOLDS");
        Some(Self { database: database?, segments: segments? })
    }
}
