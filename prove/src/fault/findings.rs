//! What a check of the invariants found.

use super::history::Counts;

/// The result of a check.
#[derive(Debug, Clone, Default)]
pub struct Findings {
    /// The counts of what clients sent and received.
    pub counts: Counts,
    /// Interactions in the log.
    pub stored: usize,
    /// Acknowledged events that are not in the log, and effects that never came.
    pub lost: usize,
    /// Events that are in the log twice. An effect that came twice shows as a difference.
    pub doubled: usize,
    /// Differences that `shopsignal verify` found, and products whose row is not the naive recount.
    pub differences: usize,
    /// Calls that the catalog accepted; at least one per interaction.
    pub catalog_calls: usize,
    /// All violations, as text.
    pub violations: Vec<String>,
}
