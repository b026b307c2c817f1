//! The settings of maintain-partitions, from its environment.

use std::time::Duration;

use platform::Variables;

/// The limit of one statement: moving the rows of a busy day out of the default partition takes a while.
pub const STATEMENT_LIMIT: Duration = Duration::from_secs(90);

/// The settings of the function.
#[derive(Debug)]
pub struct Settings {
    /// The database with the partitions.
    pub database: store::Settings,
    /// The retention and lookahead.
    pub horizon: Horizon,
}

/// The lookahead and the retention of maintenance.
#[derive(Debug, Clone, Copy)]
pub struct Horizon {
    /// Days for which partitions are created in advance. It must cover more than one missed run.
    pub partitions_ahead_days: u16,
    /// Days for which an event id is remembered. Longer than the seven days that an event may lie in the past.
    pub key_retention_days: u16,
    /// Days without an event after which a visit is removed. Longer than the seven days that an event may be late.
    pub visit_retention_days: u16,
}

impl Settings {
    /// Reads the settings; `None` when a variable is missing or malformed, which `variables` records.
    pub fn read(variables: &mut Variables<'_>) -> Option<Self> {
        let database = variables.group(store::Settings::of_owner);
        let ahead = variables.number("PARTITIONS_AHEAD_DAYS", 2..=365);
        let retention = variables.number("KEY_RETENTION_DAYS", 8..=3_650);
        let visits = variables.number("VISIT_RETENTION_DAYS", 8..=3_650);
        let horizon = Horizon {
            partitions_ahead_days: ahead?.try_into().ok()?,
            key_retention_days: retention?.try_into().ok()?,
            visit_retention_days: visits?.try_into().ok()?,
        };
        Some(Self { database: database?, horizon })
    }
}
