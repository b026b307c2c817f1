//! What manage-people reads from its environment.

use std::time::Duration;

use contracts::Intake;
use platform::Variables;
use store::Role;

/// The limit of a call of AWS: long polling for dead letters included.
pub const AWS_CALL_LIMIT: Duration = Duration::from_secs(5);

/// The settings of the function.
#[derive(Debug)]
pub struct Settings {
    /// The log and everything that follows from it.
    pub database: store::Settings,
    /// The table of the feed: also when an outside catalog is told now, since it may have been in use before.
    pub table: String,
    /// The dead letters of project-orders.
    pub letters_url: String,
    /// What events are read with; the same as in project-orders, or an address would be another customer.
    pub intake: Intake,
}

impl Settings {
    /// Reads the settings; `None` when a variable is missing or malformed, which `variables` then knows.
    pub fn read(variables: &mut Variables<'_>) -> Option<Self> {
        let database = variables.group(|lookup| store::Settings::of_role(Role::ManagePeople, lookup));
        let table = variables.required("CATALOG_TABLE");
        let letters_url = variables.required("ORDER_EVENTS_DLQ_URL");
        let intake = variables.group(Intake::from_variables);
        Some(Self { database: database?, table: table?, letters_url: letters_url?, intake: intake? })
    }
}
