//! The settings of update-popularity, from its environment.

use platform::Variables;

/// The settings of the function.
#[derive(Debug)]
pub struct Settings {
    /// The database with the scores.
    pub database: store::Settings,
    /// The dead-letter queue.
    pub dead_letter_queue_url: String,
}

impl Settings {
    /// Reads the settings; `None` when a variable is missing or malformed, which `variables` records.
    pub fn read(variables: &mut Variables<'_>) -> Option<Self> {
        let database = variables.group(|lookup| store::Settings::of_function(env!("CARGO_PKG_NAME"), lookup));
        let dead_letter_queue_url = variables.required("DEAD_LETTER_QUEUE_URL");
        Some(Self { database: database?, dead_letter_queue_url: dead_letter_queue_url? })
    }
}
