//! The settings of accept-events, from its environment.

use std::time::Duration;

use domain::Currency;
use platform::Variables;

/// The settings of the function.
#[derive(Debug)]
pub struct Settings {
    /// The queue of the events.
    pub queue_url: String,
    /// The time limit of SQS. The request waits for it.
    pub send_limit: Duration,
    /// The default currency of amounts; the same as in project-orders, otherwise the reply would contain another id for
    /// an event without an id.
    pub currency: Currency,
    /// The secret with the address key.
    pub secret_arn: String,
}

impl Settings {
    /// Reads the settings; `None` when a variable is missing or malformed, which `variables` records.
    pub fn read(variables: &mut Variables<'_>) -> Option<Self> {
        let queue_url = variables.required("ORDER_EVENTS_QUEUE_URL");
        let send_limit = variables.send_limit();
        let (currency, secret_arn) = (variables.parsed("DEFAULT_CURRENCY"), variables.required("APP_SECRET_ARN"));
        Some(Self { queue_url: queue_url?, send_limit: send_limit?, currency: currency?, secret_arn: secret_arn? })
    }
}
