//! The settings of the rules about orders.

use domain::fraud::{AmountLimits, Thresholds};
use jiff::SignedDuration;
use platform::Variables;

/// The longest window of a rule, in seconds: a day. Each new order reads its customer's orders this far around it.
const LONGEST_SECONDS: u64 = 86_400;

/// Reads `FRAUD_*`; `None` when a variable is missing or malformed, which `variables` records.
pub(crate) fn read(variables: &mut Variables<'_>) -> Option<Thresholds> {
    let burst_orders = variables.number("FRAUD_BURST_ORDERS", 1..=1_000);
    let burst_length = seconds(variables, "FRAUD_BURST_SECONDS");
    // An empty value means that no order is large, so it cannot be required.
    let amounts = match variables.optional("FRAUD_LARGE_ORDERS") {
        None => Some(AmountLimits::default()),
        Some(_) => variables.parsed("FRAUD_LARGE_ORDERS"),
    };
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
