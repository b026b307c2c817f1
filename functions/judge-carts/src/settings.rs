//! The settings of judge-carts, from its environment.

use std::time::Duration;

use jiff::SignedDuration;
use platform::Variables;

/// The limit of one statement: reading days of the log takes a while.
pub const STATEMENT_LIMIT: Duration = Duration::from_secs(90);

/// The settings of the function.
#[derive(Debug)]
pub struct Settings {
    /// The database with the log and the findings.
    pub database: store::Settings,
    /// How long a shopper has to buy or remove a product.
    pub abandoned_after: SignedDuration,
}

impl Settings {
    /// Reads the settings; `None` when a variable is missing or malformed, which `variables` records.
    pub fn read(variables: &mut Variables<'_>) -> Option<Self> {
        let database = variables.group(|lookup| store::Settings::of_function(env!("CARGO_PKG_NAME"), lookup));
        let hours = variables.number("ABANDONED_CART_HOURS", 1..=720);
        let abandoned_after = SignedDuration::from_hours(i64::try_from(hours?).ok()?);
        Some(Self { database: database?, abandoned_after })
    }
}
