//! The settings of send-alerts, from its environment.

use std::collections::BTreeSet;
use std::time::Duration;

use platform::Variables;

/// The settings of the function.
#[derive(Debug)]
pub struct Settings {
    /// The database with the pending alerts.
    pub database: store::Settings,
    /// The secret with the addresses of the webhooks and the signing keys.
    pub secret_arn: String,
    /// How webhooks may be called.
    pub limits: Limits,
    /// The dead-letter queue.
    pub dead_letter_queue_url: String,
}

/// How webhooks may be called.
#[derive(Debug, Clone)]
pub struct Limits {
    /// The allowed hosts.
    pub hosts: BTreeSet<String>,
    /// The time limit of one call.
    pub call_timeout: Duration,
}

impl Settings {
    /// Reads the settings; `None` when a variable is missing or malformed, which `variables` records.
    pub fn read(variables: &mut Variables<'_>) -> Option<Self> {
        let database = variables.group(|lookup| store::Settings::of_function(env!("CARGO_PKG_NAME"), lookup));
        let secret_arn = variables.required("APP_SECRET_ARN");
        let call_timeout = variables.millis("ALERT_TIMEOUT_MS", 50..=5_000);
        let dead_letter_queue_url = variables.required("DEAD_LETTER_QUEUE_URL");
        let hosts = variables.optional("ALERT_HOSTS").unwrap_or_default();
        let hosts = hosts.split(',').map(str::trim).filter(|host| !host.is_empty()).map(str::to_owned).collect();
        Some(Self {
            database: database?,
            secret_arn: secret_arn?,
            limits: Limits { hosts, call_timeout: call_timeout? },
            dead_letter_queue_url: dead_letter_queue_url?,
        })
    }
}
