//! What update-popularity reads from its environment.

use std::time::Duration;

use platform::Variables;
use store::Role;

/// The limit of an AWS call, which is only made to log in to Postgres with a secret.
pub const AWS_CALL_LIMIT: Duration = Duration::from_secs(2);

/// The settings of the function.
#[derive(Debug)]
pub struct Settings {
    /// Where the scores are.
    pub database: store::Settings,
}

impl Settings {
    /// Reads the settings; `None` when a variable is missing or malformed, which `variables` then knows.
    pub fn read(variables: &mut Variables<'_>) -> Option<Self> {
        Some(Self { database: variables.group(|lookup| store::Settings::of_role(Role::UpdatePopularity, lookup))? })
    }
}
