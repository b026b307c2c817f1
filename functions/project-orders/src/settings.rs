//! The settings of project-orders, from its environment.

use std::time::Duration;

use domain::Currency;
use domain::fraud::Thresholds;
use jiff::SignedDuration;
use messaging::Queues;
use platform::Variables;

/// The longest sliding window of a rule, in seconds: a day. For each new order, the orders of its customer within this
/// distance are read.
const LONGEST_SECONDS: u64 = 86_400;

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
    let burst_orders = variables.number("FRAUD_BURST_ORDERS", 1..=1_000);
    let burst_length = seconds(variables, "FRAUD_BURST_SECONDS");
    // An empty text means that no order is large.
    let amounts = variables.parsed_or_default("FRAUD_LARGE_ORDERS");
    let similar_orders = variables.number("FRAUD_SIMILAR_ORDERS", 2..=1_000);
    let similar_length = seconds(variables, "FRAUD_SIMILAR_SECONDS");
    Some(Thresholds {
        burst_orders: usize::try_from(burst_orders?).ok()?,
        burst_length: burst_length?,
        amounts: amounts?,
        similar_orders: usize::try_from(similar_orders?).ok()?,
        similar_length: similar_length?,
    })
}

fn seconds(variables: &mut Variables<'_>, name: &'static str) -> Option<SignedDuration> {
    let seconds = variables.number(name, 1..=LONGEST_SECONDS)?;
    i64::try_from(seconds).ok().map(SignedDuration::from_secs)
}
