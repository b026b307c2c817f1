//! The settings of rank-products, from its environment.

use std::time::Duration;

use domain::HalfLife;
use platform::Variables;
use store::Role;
use store::rank::Basis;

/// The limit of one statement: making every product due takes a while, and so does removing what that replaced.
pub const STATEMENT_LIMIT: Duration = Duration::from_secs(40);

/// The settings of the function.
#[derive(Debug)]
pub struct Settings {
    /// The database with the activity and the lists.
    pub database: store::Settings,
    /// What the lists are computed with.
    pub basis: Basis,
}

impl Settings {
    /// Reads the settings; `None` when a variable is missing or malformed, which `variables` records.
    pub fn read(variables: &mut Variables<'_>) -> Option<Self> {
        let database = variables.group(|lookup| store::Settings::of_role(Role::RankProducts, lookup));
        let hours = variables.number("TREND_HALF_LIFE_HOURS", u64::from(HalfLife::LEAST)..=u64::from(HalfLife::MOST));
        let announced_only = variables.parsed("ANNOUNCED_ONLY");
        let half_life = HalfLife::of_hours(hours?.try_into().ok()?).ok()?;
        Some(Self { database: database?, basis: Basis { half_life, announced_only: announced_only? } })
    }
}
