//! What accept-events reads from its environment.

use std::time::Duration;

use contracts::Intake;
use platform::Variables;

/// The settings of the function.
#[derive(Debug)]
pub struct Settings {
    /// Where the events go.
    pub queue_url: String,
    /// How long SQS may take to answer. The request waits for it.
    pub send_limit: Duration,
    /// What events are read with; the same as in project-orders, or an event without an id would be told another one.
    pub intake: Intake,
}

impl Settings {
    /// Reads the settings; `None` when a variable is missing or malformed, which `variables` then knows.
    pub fn read(variables: &mut Variables<'_>) -> Option<Self> {
        let queue_url = variables.required("ORDER_EVENTS_QUEUE_URL");
        let send_limit = variables.number("SEND_TIMEOUT_MS", 50..=5_000).map(Duration::from_millis);
        let intake = variables.group(Intake::from_variables);
        Some(Self { queue_url: queue_url?, send_limit: send_limit?, intake: intake? })
    }
}
