//! The settings of recommend, from its environment.

use platform::Variables;
use store::recommendation::Scoring;

/// How recommendations are scored, arranged and compared.
#[derive(Debug, Clone, Copy)]
pub struct Serving {
    /// How candidates are scored.
    pub scoring: Scoring,
    /// The most products of one seller or one category in a row.
    pub max_run: usize,
    /// The share of visitors who get what is popular only, to compare with.
    pub holdout_percent: u8,
}

/// The settings of the function.
#[derive(Debug)]
pub struct Settings {
    /// The database with what was learned.
    pub database: store::Settings,
    /// How recommendations are made.
    pub serving: Serving,
}

impl Settings {
    /// Reads the settings; `None` when a variable is missing or malformed, which `variables` records.
    pub fn read(variables: &mut Variables<'_>) -> Option<Self> {
        let database = variables.group(|lookup| store::Settings::of_function(env!("CARGO_PKG_NAME"), lookup));
        let source_exponent = variables.decimal("RECOMMEND_SOURCE_EXPONENT", 0.0..=1.0);
        let target_exponent = variables.decimal("RECOMMEND_TARGET_EXPONENT", 0.0..=1.0);
        let return_weight = variables.decimal("RECOMMEND_RETURN_WEIGHT", 0.0..=100.0);
        let max_run = variables.number("RECOMMEND_MAX_RUN", 1..=100);
        let holdout_percent = variables.number("RECOMMEND_HOLDOUT_PERCENT", 0..=100);
        let scoring = Scoring {
            source_exponent: source_exponent?,
            target_exponent: target_exponent?,
            return_weight: return_weight?,
        };
        let (max_run, holdout_percent) = (usize::try_from(max_run?).ok()?, u8::try_from(holdout_percent?).ok()?);
        Some(Self { database: database?, serving: Serving { scoring, max_run, holdout_percent } })
    }
}
