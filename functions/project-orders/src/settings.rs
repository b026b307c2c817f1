//! The settings of project-orders, from its environment.

use std::time::Duration;

use domain::Currency;
use domain::fraud::Thresholds;
use messaging::Queues;
use platform::Variables;

/// The settings of the function.
#[derive(Debug)]
pub struct Settings {
    /// The database where events are logged and applied.
    pub database: store::Settings,
    /// The queues of the hints at derived interactions.
    pub queues: Queues,
    /// The dead-letter queue.
    pub dead_letter_queue_url: String,
    /// The time limit of SQS.
    pub send_limit: Duration,
    /// The default currency of amounts.
    pub currency: Currency,
    /// The secret with the address key.
    pub secret_arn: String,
    /// The queue of the hints at alerts.
    pub alerts_queue_url: String,
    /// The thresholds of the fraud rules.
    pub thresholds: Thresholds,
}

impl Settings {
    /// Reads the settings; `None` when a variable is missing or malformed, which `variables` records.
    pub fn read(variables: &mut Variables<'_>) -> Option<Self> {
        let database = variables.group(|lookup| store::Settings::of_function(env!("CARGO_PKG_NAME"), lookup));
        let queues = variables.group(Queues::from_variables);
        let dead_letter_queue_url = variables.required("DEAD_LETTER_QUEUE_URL");
        let send_limit = variables.send_limit();
        let (currency, secret_arn) = (variables.parsed("DEFAULT_CURRENCY"), variables.required("APP_SECRET_ARN"));
        let (alerts_queue_url, thresholds) = (variables.required("ALERTS_QUEUE_URL"), thresholds(variables));
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

/// Reads the settings of the rules about orders, `FRAUD_*`; `None` when a variable is missing or malformed, which
/// `variables` records.
fn thresholds(variables: &mut Variables<'_>) -> Option<Thresholds> {
    // An empty text means that no order is large.
    let amounts = variables.parsed_or_default("FRAUD_LARGE_ORDERS");
    let numbers = Thresholds::NUMBERS.map(|number| (variables.number(number.variable, number.allowed.clone()), number));
    let mut thresholds = Thresholds { amounts: amounts?, ..Thresholds::default() };
    for (value, number) in numbers {
        number.set(&mut thresholds, value?);
    }
    Some(thresholds)
}
