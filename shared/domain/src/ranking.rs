//! What products and categories are ranked by.

/// The figure that decides the rank. The other one breaks ties, then the id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum RankBy {
    /// Quantity sold.
    Quantity,
    /// Payments minus refunds.
    Revenue,
}

impl RankBy {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Quantity, Self::Revenue];

    /// Returns the name on the wire.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Quantity => "quantity",
            Self::Revenue => "revenue",
        }
    }
}
