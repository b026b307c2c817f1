//! The settings of answer-queries, from its environment.

use std::time::Duration;

use domain::SegmentThresholds;
use platform::Variables;
use store::Role;

/// The limit of an AWS call, made only to sign in to Postgres with a secret.
pub const AWS_CALL_LIMIT: Duration = Duration::from_secs(2);

/// The settings of the function.
#[derive(Debug)]
pub struct Settings {
    /// The database with the scores.
    pub database: store::Settings,
    /// The thresholds of the customer segments.
    pub segments: SegmentThresholds,
}

impl Settings {
    /// Reads the settings; `None` when a variable is missing or malformed, which `variables` records.
    pub fn read(variables: &mut Variables<'_>) -> Option<Self> {
        let database = variables.group(|lookup| store::Settings::of_role(Role::AnswerQueries, lookup));
        // An empty value means that no currency has segments, so it cannot be required.
        let segments = match variables.optional("SEGMENT_THRESHOLDS") {
            None => Some(SegmentThresholds::default()),
            Some(_) => variables.parsed("SEGMENT_THRESHOLDS"),
        };
        Some(Self { database: database?, segments: segments? })
    }
}
