//! The settings of answer-queries, from its environment.

use domain::SegmentThresholds;
use messaging::DeadLetterQueues;
use platform::Variables;

/// The settings of the function.
#[derive(Debug)]
pub struct Settings {
    /// The database with the scores.
    pub database: store::Settings,
    /// The thresholds of the customer segments.
    pub segments: SegmentThresholds,
    /// The dead-letter queues by name, with their addresses.
    pub dead_letter_queues: Vec<(&'static str, String)>,
}

impl Settings {
    /// Reads the settings; `None` when a variable is missing or malformed, which `variables` records.
    pub fn read(variables: &mut Variables<'_>) -> Option<Self> {
        let database = variables.group(|lookup| store::Settings::of_function(env!("CARGO_PKG_NAME"), lookup));
        // An empty text means that no currency has segments.
        let segments = variables.parsed_or_default("SEGMENT_THRESHOLDS");
        let dead_letter_queues = DeadLetterQueues::read_queues(|name| variables.optional(name));
        Some(Self { database: database?, segments: segments?, dead_letter_queues })
    }
}
