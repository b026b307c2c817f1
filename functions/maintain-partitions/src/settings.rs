//! What maintain-partitions reads from its environment.

use std::time::Duration;

use platform::Variables;

/// The limit of one statement: moving what the default partition caught on a busy day takes a while.
pub const STATEMENT_LIMIT: Duration = Duration::from_secs(90);

/// The settings of the function.
#[derive(Debug)]
pub struct Settings {
    /// Where the partitions are.
    pub database: store::Settings,
    /// How far it looks.
    pub horizon: Horizon,
}

/// How far maintenance looks ahead and back.
#[derive(Debug, Clone, Copy)]
pub struct Horizon {
    /// Days ahead that have a partition. More than one missed run must fit in.
    pub partitions_ahead_days: u16,
    /// Days that an event id is remembered. Longer than the seven days that an event may lie back.
    pub key_retention_days: u16,
}

impl Settings {
    /// Reads the settings; `None` when a variable is missing or malformed, which `variables` then knows.
    pub fn read(variables: &mut Variables<'_>) -> Option<Self> {
        let database = variables.group(store::Settings::of_owner);
        let ahead = variables.number("PARTITIONS_AHEAD_DAYS", 2..=365);
        let retention = variables.number("KEY_RETENTION_DAYS", 8..=3_650);
        let horizon =
            Horizon { partitions_ahead_days: ahead?.try_into().ok()?, key_retention_days: retention?.try_into().ok()? };
        Some(Self { database: database?, horizon })
    }
}
