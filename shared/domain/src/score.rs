//! Weights and scores are integer micro-points, so that sums are exact and independent of their order.

use std::fmt;
use std::str::FromStr;

/// Micro-points in one point.
const PER_POINT: i64 = 1_000_000;
/// Decimal places of a point that micro-points can hold.
const DECIMALS: usize = 6;

/// An amount of popularity in micro-points (1 point = 1,000,000).
///
/// Floating-point sums depend on the order of their terms; integer sums do not. That is why `verify` can recount every
/// score from the log and expect no difference.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Micros(pub i64);

/// The string is not a weight.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("must be a decimal number between -1000 and 1000 with at most {DECIMALS} decimal places")]
pub struct InvalidMicros;

impl Micros {
    /// The largest weight by magnitude: 1,000 points. Nine billion such events fit into one score.
    pub const WEIGHT_LIMIT: Self = Self(1_000 * PER_POINT);

    /// Returns the nearest number of points; it has at most six decimals as long as a double can tell millionths apart.
    #[must_use]
    pub fn points(self) -> f64 {
        self.0 as f64 / 1e6
    }
}

impl FromStr for Micros {
    type Err = InvalidMicros;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (negative, digits) = match text.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, text.strip_prefix('+').unwrap_or(text)),
        };
        let (whole, decimals) = digits.split_once('.').unwrap_or((digits, "0"));
        let plain = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
        if !plain(whole) || !plain(decimals) || decimals.len() > DECIMALS {
            return Err(InvalidMicros);
        }
        let micros: i64 = format!("{whole}{decimals:0<DECIMALS$}").parse().map_err(|_| InvalidMicros)?;
        if micros > Self::WEIGHT_LIMIT.0 {
            return Err(InvalidMicros);
        }
        Ok(Self(if negative { -micros } else { micros }))
    }
}

impl fmt::Display for Micros {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.0 < 0 { "-" } else { "" };
        let micros = self.0.unsigned_abs();
        let (whole, rest) = (micros / PER_POINT.unsigned_abs(), micros % PER_POINT.unsigned_abs());
        let decimals = format!("{rest:0DECIMALS$}");
        let decimals = decimals.trim_end_matches('0');
        write!(f, "{sign}{whole}.{decimals:0<2}")
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_weight_is_read_exactly_or_refused() {
        assert_eq!("0.80".parse(), Ok(Micros(800_000)));
        assert_eq!("-1.2".parse(), Ok(Micros(-1_200_000)));
        assert_eq!("+3".parse(), Ok(Micros(3_000_000)));
        assert_eq!("0.000001".parse(), Ok(Micros(1)));
        for bad in ["", "-", ".5", "5.", "1e3", "0.0000001", "1000.000001", "NaN", "1,5", "--1", "99999999999999999999"]
        {
            assert_eq!(bad.parse::<Micros>(), Err(InvalidMicros), "{bad}");
        }
    }

    proptest! {
        #[test]
        fn a_weight_survives_being_written_and_read(micros in -1_000_000_000_i64..=1_000_000_000) {
            prop_assert_eq!(Micros(micros).to_string().parse(), Ok(Micros(micros)));
        }
    }
}
