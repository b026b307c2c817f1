//! The settings of rank-products, from its environment.

use std::time::Duration;

use domain::fraud::PushLimits;
use domain::{HalfLife, Micros};
use platform::Variables;
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
    /// When few actors push a product.
    pub push: PushLimits,
}

impl Settings {
    /// Reads the settings; `None` when a variable is missing or malformed, which `variables` records.
    pub fn read(variables: &mut Variables<'_>) -> Option<Self> {
        let database = variables.group(|lookup| store::Settings::of_function(env!("CARGO_PKG_NAME"), lookup));
        let hours = variables.number("TREND_HALF_LIFE_HOURS", u64::from(HalfLife::LEAST)..=u64::from(HalfLife::MOST));
        let announced_only = variables.parsed("ANNOUNCED_ONLY");
        let push = push(variables);
        let half_life = HalfLife::of_hours(hours?.try_into().ok()?).ok()?;
        let basis = Basis { half_life, announced_only: announced_only? };
        Some(Self { database: database?, basis, push: push? })
    }
}

/// Reads the settings of the rule about pushes, `PUSH_*`; `None` when a variable is missing or malformed, which
/// `variables` records.
fn push(variables: &mut Variables<'_>) -> Option<PushLimits> {
    let actors = variables.number("PUSH_ACTORS", 1..=20);
    let share = variables.number("PUSH_SHARE_PERCENT", 50..=100);
    let points = variables.number("PUSH_POINTS", 1..=1_000_000);
    Some(PushLimits {
        actors: actors?.try_into().ok()?,
        share_percent: share?.try_into().ok()?,
        least: Micros(i64::try_from(points?).ok()? * 1_000_000),
    })
}
