//! The settings of manage-people, from its environment.

use std::time::Duration;

use domain::Currency;
use platform::Variables;

/// The limit of an AWS call, including long polling for dead letters.
pub const AWS_CALL_LIMIT: Duration = Duration::from_secs(5);

/// The settings of the function.
#[derive(Debug)]
pub struct Settings {
    /// The log and everything derived from it.
    pub database: store::Settings,
    /// The table of the feed, even with an outside catalog, since the feed may have been in use before.
    pub table: String,
    /// The dead letters of project-orders.
    pub letters_url: String,
    /// The default currency of amounts.
    pub currency: Currency,
    /// The secret with the address keys.
    pub secret_arn: String,
}

impl Settings {
    /// Reads the settings; `None` when a variable is missing or malformed, which `variables` records.
    pub fn read(variables: &mut Variables<'_>) -> Option<Self> {
        let database = variables.group(|lookup| store::Settings::of_function(env!("CARGO_PKG_NAME"), lookup));
        let table = variables.required("CATALOG_TABLE");
        let letters_url = variables.required("ORDER_EVENTS_DLQ_URL");
        let (currency, secret_arn) = (variables.parsed("DEFAULT_CURRENCY"), variables.required("APP_SECRET_ARN"));
        Some(Self {
            database: database?,
            table: table?,
            letters_url: letters_url?,
            currency: currency?,
            secret_arn: secret_arn?,
        })
    }
}
