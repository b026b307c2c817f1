//! How recommendations are learned: the settings of co-visitation with forward decay.

/// How an event teaches which products belong together.
///
/// An event on a product adds its gain, divided by the distance, to the pair with each of the products before it in the
/// visit, and 0.6 of that to the pair in the other direction. Its gain is multiplied by 2^((time - epoch) / half-life),
/// so that older events weigh less without being touched.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Learning {
    /// How many products before it in the visit an event is paired with, 1 to [`Learning::LOOKBACK_MAX`].
    pub lookback: u16,
    /// After how many days an event counts half, 1 to [`Learning::HALF_LIFE_DAYS_MAX`].
    pub half_life_days: u16,
}

impl Learning {
    /// The longest lookback.
    pub const LOOKBACK_MAX: u16 = 20;
    /// The longest half-life, ten years.
    pub const HALF_LIFE_DAYS_MAX: u16 = 3_650;
}
