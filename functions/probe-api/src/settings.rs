//! The settings of probe-api, from its environment.

use outbound::SecureUrl;
use platform::Variables;

/// The settings of the function.
#[derive(Debug)]
pub struct Settings {
    /// Where clients reach the API.
    pub api_url: SecureUrl,
}

impl Settings {
    /// Reads the settings; `None` when a variable is missing or malformed, which `variables` records.
    pub fn read(variables: &mut Variables<'_>) -> Option<Self> {
        Some(Self { api_url: variables.parsed("API_URL")? })
    }
}
