//! Quantities: units, or kilograms and metres with up to three decimals.

use serde::{Deserialize, Serialize, Serializer};

use crate::decimal::decimal;

/// A quantity in thousandths of a unit, never negative in an event. On the wire it is a number: `2`, `0.75`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize)]
#[serde(transparent)]
pub struct Quantity(i64);

impl Quantity {
    /// The decimals that a quantity may have.
    pub const DECIMALS: u32 = 3;
    /// Thousandths of a piece.
    const MILLI: i64 = 1_000;

    /// Takes whole units.
    #[must_use]
    pub fn whole(pieces: i64) -> Self {
        Self(pieces.saturating_mul(Self::MILLI))
    }

    /// Reads a number above 0 with at most three decimals; `None` for anything else.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let milli = decimal(text)?.checked_mul(Self::MILLI.into())?;
        let whole = milli.is_integer().then(|| i64::try_from(milli).ok())??;
        (whole > 0).then_some(Self(whole))
    }

    /// Returns the thousandths of a unit.
    #[must_use]
    pub fn milli(self) -> i64 {
        self.0
    }

    /// Returns the quantity as a number for the wire.
    #[must_use]
    pub fn pieces(self) -> f64 {
        #[expect(clippy::cast_precision_loss, reason = "a quantity above 2^53 thousandths is beyond all limits")]
        let pieces = self.0 as f64 / 1_000.0;
        pieces
    }
}

/// Writes thousandths as a JSON number: whole units without a fraction.
///
/// # Errors
/// Those of the serializer.
pub fn serialize_milli<S: Serializer>(milli: &i64, serializer: S) -> Result<S::Ok, S::Error> {
    if milli % Quantity::MILLI == 0 {
        serializer.serialize_i64(milli / Quantity::MILLI)
    } else {
        serializer.serialize_f64(Quantity(*milli).pieces())
    }
}

impl Serialize for Quantity {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_i64(self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quantity_has_up_to_three_decimals() {
        assert_eq!(Quantity::parse("2"), Some(Quantity::whole(2)));
        assert_eq!(Quantity::parse("2.0"), Some(Quantity::whole(2)));
        assert_eq!(Quantity::parse("0.75"), Some(Quantity(750)));
        for bad in ["0", "0.0001", "1.2345", "-1", "two", ""] {
            assert_eq!(Quantity::parse(bad), None, "{bad}");
        }
    }
}
