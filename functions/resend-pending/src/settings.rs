//! What resend-pending reads from its environment.

use std::time::Duration;

use messaging::Queues;
use platform::Variables;
use store::Role;

/// The settings of the function.
#[derive(Debug)]
pub struct Settings {
    /// Where the pending rows are.
    pub database: store::Settings,
    /// Where the hints go.
    pub queues: Queues,
    /// Where the hints at alerts go.
    pub alerts_queue_url: String,
    /// How long SQS may take to answer.
    pub send_limit: Duration,
    /// How much it does.
    pub pace: Pace,
}

/// How much one run does, and how far hints for one row lie apart at most.
#[derive(Debug, Clone, Copy)]
pub struct Pace {
    /// The most rows of one run.
    pub max_rows: u32,
    /// The longest pause between two hints for one row, in seconds.
    pub backoff_cap_seconds: u32,
}

impl Settings {
    /// Reads the settings; `None` when a variable is missing or malformed, which `variables` then knows.
    pub fn read(variables: &mut Variables<'_>) -> Option<Self> {
        let database = variables.group(|lookup| store::Settings::of_role(Role::ResendPending, lookup));
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
