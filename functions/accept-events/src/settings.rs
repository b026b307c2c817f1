//! What accept-events reads from its environment.

use std::time::Duration;

use domain::Currency;
use platform::Variables;

/// The settings of the function.
#[derive(Debug)]
pub struct Settings {
    /// Where the events go.
    pub queue_url: String,
    /// How long SQS may take to answer. The request waits for it.
    pub send_limit: Duration,
    /// The currency of amounts that come without one; the same as in project-orders, or an event without an id would be
    /// told another one.
    pub currency: Currency,
    /// The secret with the key that addresses are hashed with.
    pub secret_arn: String,
}

impl Settings {
    /// Reads the settings; `None` when a variable is missing or malformed, which `variables` then knows.
    pub fn read(variables: &mut Variables<'_>) -> Option<Self> {
        let queue_url = variables.required("ORDER_EVENTS_QUEUE_URL");
        let send_limit = variables.send_limit();
        let (currency, secret_arn) = (variables.parsed("DEFAULT_CURRENCY"), variables.required("APP_SECRET_ARN"));
        Some(Self { queue_url: queue_url?, send_limit: send_limit?, currency: currency?, secret_arn: secret_arn? })
    }
}
