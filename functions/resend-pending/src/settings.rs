//! The settings of resend-pending, from its environment.

use std::time::Duration;

use messaging::Queues;
use platform::Variables;

/// The settings of the function.
#[derive(Debug)]
pub struct Settings {
    /// The database with the pending rows.
    pub database: store::Settings,
    /// The queues of the hints.
    pub queues: Queues,
    /// The queue of the hints at alerts.
    pub alerts_queue_url: String,
    /// The time limit of SQS.
    pub send_limit: Duration,
    /// The limits of a run.
    pub pace: Pace,
}

/// The limits of a run, and the longest delay between hints for a row.
#[derive(Debug, Clone, Copy)]
pub struct Pace {
    /// The maximum number of rows of one run.
    pub max_rows: u32,
    /// The longest delay between two hints for one row, in seconds.
    pub backoff_cap_seconds: u32,
}

impl Settings {
    /// Reads the settings; `None` when a variable is missing or malformed, which `variables` records.
    pub fn read(variables: &mut Variables<'_>) -> Option<Self> {
        let database = variables.group(|lookup| store::Settings::of_function(env!("CARGO_PKG_NAME"), lookup));
        let queues = variables.group(Queues::from_variables);
        let alerts_queue_url = variables.required("ALERTS_QUEUE_URL");
        let send_limit = variables.send_limit();
        let max_rows = variables.number("RESEND_MAX_ROWS", 1..=1_000_000);
        let cap = variables.number("RESEND_BACKOFF_CAP_SECONDS", 60..=86_400);
        let pace = Pace { max_rows: max_rows?.try_into().ok()?, backoff_cap_seconds: cap?.try_into().ok()? };
        Some(Self {
            database: database?,
            queues: queues?,
            alerts_queue_url: alerts_queue_url?,
            send_limit: send_limit?,
            pace,
        })
    }
}
