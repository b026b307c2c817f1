//! What record-interactions reads from its environment.

use std::time::Duration;

use messaging::Queues;
use platform::Variables;
use store::Role;

/// The settings of the function.
#[derive(Debug)]
pub struct Settings {
    /// Where the interactions go.
    pub database: store::Settings,
    /// Where the hints go.
    pub queues: Queues,
    /// How long SQS may take to answer. The request waits for it, so it is short.
    pub send_limit: Duration,
}

impl Settings {
    /// Reads the settings; `None` when a variable is missing or malformed, which `variables` then knows.
    pub fn read(variables: &mut Variables<'_>) -> Option<Self> {
        let database = variables.group(|lookup| store::Settings::of_role(Role::RecordInteractions, lookup));
        let queues = variables.group(Queues::from_variables);
        let send_limit = variables.number("SEND_TIMEOUT_MS", 50..=5_000).map(Duration::from_millis);
        Some(Self { database: database?, queues: queues?, send_limit: send_limit? })
    }
}
