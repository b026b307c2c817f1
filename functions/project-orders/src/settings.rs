//! What project-orders reads from its environment.

use std::time::Duration;

use domain::Currency;
use domain::fraud::Thresholds;
use messaging::Queues;
use platform::Variables;
use store::Role;

/// The settings of the function.
#[derive(Debug)]
pub struct Settings {
    /// Where events are logged and applied.
    pub database: store::Settings,
    /// Where the hints at derived interactions go.
    pub queues: Queues,
    /// Where messages go that no try will help.
    pub dead_letter_queue_url: String,
    /// How long SQS may take to answer.
    pub send_limit: Duration,
    /// The currency of amounts that come without one.
    pub currency: Currency,
    /// The secret with the key that addresses are hashed with.
    pub secret_arn: String,
    /// Where the hints at alerts go.
    pub alerts_queue_url: String,
    /// From where on an order is suspicious.
    pub thresholds: Thresholds,
}

impl Settings {
    /// Reads the settings; `None` when a variable is missing or malformed, which `variables` then knows.
    pub fn read(variables: &mut Variables<'_>) -> Option<Self> {
        let database = variables.group(|lookup| store::Settings::of_role(Role::ProjectOrders, lookup));
        let queues = variables.group(Queues::from_variables);
        let dead_letter_queue_url = variables.required("DEAD_LETTER_QUEUE_URL");
        let send_limit = variables.send_limit();
        let (currency, secret_arn) = (variables.parsed("DEFAULT_CURRENCY"), variables.required("APP_SECRET_ARN"));
        let (alerts_queue_url, thresholds) =
            (variables.required("ALERTS_QUEUE_URL"), crate::thresholds::read(variables));
        Some(Self {
            database: database?,
            queues: queues?,
            dead_letter_queue_url: dead_letter_queue_url?,
            send_limit: send_limit?,
            currency: currency?,
            secret_arn: secret_arn?,
            alerts_queue_url: alerts_queue_url?,
            thresholds: thresholds?,
        })
    }
}
