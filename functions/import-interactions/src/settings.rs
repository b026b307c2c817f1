//! The settings of import-interactions, from its environment.

use std::time::Duration;

use domain::EventNames;
use platform::Variables;

/// The settings of the function.
#[derive(Debug)]
pub struct Settings {
    /// The database with the interactions and the scores.
    pub database: store::Settings,
    /// The queue of the catalog's hints.
    pub catalog_queue_url: String,
    /// The time limit of SQS. The request waits for it, so it is short.
    pub send_limit: Duration,
    /// The known event names.
    pub names: EventNames,
}

impl Settings {
    /// Reads the settings; `None` when a variable is missing or malformed, which `variables` records.
    pub fn read(variables: &mut Variables<'_>) -> Option<Self> {
        let database = variables.group(|lookup| store::Settings::of_function(env!("CARGO_PKG_NAME"), lookup));
        let catalog_queue_url = variables.required("CATALOG_QUEUE_URL");
        let send_limit = variables.send_limit();
        let names = variables.parsed_or_default("EVENT_NAMES");
        let (database, catalog_queue_url, send_limit) = (database?, catalog_queue_url?, send_limit?);
        Some(Self { database, catalog_queue_url, send_limit, names: names? })
    }
}
