//! What answer-queries reads from its environment.

use std::time::Duration;

use domain::SegmentThresholds;
use platform::Variables;
use store::Role;

/// The limit of an AWS call, which is only made to log in to Postgres with a secret.
pub const AWS_CALL_LIMIT: Duration = Duration::from_secs(2);

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
        // An empty text means that no currency has segments, so it cannot be required.
        let segments = match variables.optional("SEGMENT_THRESHOLDS") {
            None => Some(SegmentThresholds::default()),
            Some(_) => variables.parsed("SEGMENT_THRESHOLDS"),
        };
        Some(Self { database: database?, segments: segments? })
    }
}
