//! An exact decimal amount whose currency may not be known yet.
//!
//! An event may name an amount without a currency; the currency of its order may arrive later. So the amount is kept as
//! it was written, and is converted to minor units when all events of the order are read together.

use std::fmt;
use std::str::FromStr;

use rust_decimal::{Decimal, RoundingStrategy};
use serde::{Deserialize, Serialize};

use crate::decimal::decimal;
use crate::{AMOUNT_LIMIT_MINOR, Currency, InvalidAmount, Quantity};

/// Floating-point noise is smaller than this fraction of the minor unit: one in `NOISE`.
const NOISE: i64 = 1_000;

/// A non-negative decimal number, in the major unit of a currency, without trailing zeros.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Amount(Decimal);

/// How an amount relates to the minor unit of a currency.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fit {
    /// It is a whole number of minor units, apart from floating-point noise.
    Whole,
    /// It lies between two minor units.
    Between,
}

impl Amount {
    /// The highest number of decimals of any currency in ISO 4217.
    pub const MOST_DECIMALS: u32 = 4;
    /// Nothing.
    pub const ZERO: Self = Self(Decimal::ZERO);

    /// Returns the amount for a quantity at this unit price; at most what [`Amount::minor`] can return.
    #[must_use]
    pub fn times(self, quantity: Quantity) -> Self {
        let factor = Decimal::new(quantity.milli(), Quantity::DECIMALS);
        Self(self.0.checked_mul(factor).unwrap_or(Decimal::MAX).normalize())
    }

    /// Returns the minor units of a currency, rounded half up; at most [`AMOUNT_LIMIT_MINOR`].
    #[must_use]
    pub fn minor(self, currency: Currency) -> i64 {
        let minor = scaled(self.0, currency.decimals());
        let rounded = minor.round_dp_with_strategy(0, RoundingStrategy::MidpointAwayFromZero);
        i64::try_from(rounded).unwrap_or(AMOUNT_LIMIT_MINOR).min(AMOUNT_LIMIT_MINOR)
    }

    /// Says whether the amount can be expressed in minor units of a currency.
    #[must_use]
    pub fn fit(self, currency: Currency) -> Fit {
        fit(scaled(self.0, currency.decimals()))
    }

    /// Says whether the amount can be expressed in minor units of any currency.
    #[must_use]
    pub fn fit_any(self) -> Fit {
        fit(scaled(self.0, Self::MOST_DECIMALS))
    }

    /// Says whether the amount exceeds [`AMOUNT_LIMIT_MINOR`] in a currency.
    #[must_use]
    pub fn is_too_large(self, currency: Currency) -> bool {
        scaled(self.0, currency.decimals()) > Decimal::from(AMOUNT_LIMIT_MINOR)
    }
}

fn scaled(amount: Decimal, decimals: u32) -> Decimal {
    amount.checked_mul(Decimal::from(10_i64.pow(decimals))).unwrap_or(Decimal::MAX)
}

fn fit(minor: Decimal) -> Fit {
    let off = (minor - minor.round()).abs();
    if off * Decimal::from(NOISE) < Decimal::ONE { Fit::Whole } else { Fit::Between }
}

impl FromStr for Amount {
    type Err = InvalidAmount;

    /// Reads a number as JSON, Java, Python or PHP write it: `19.90`, `2`, `1.5E7`. Digits beyond the 28 that can be
    /// stored are dropped.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        decimal(text).map(Self).ok_or(InvalidAmount::NotANumber)
    }
}

impl TryFrom<String> for Amount {
    type Error = InvalidAmount;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<Amount> for String {
    fn from(amount: Amount) -> Self {
        amount.to_string()
    }
}

impl fmt::Display for Amount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn minor(text: &str, currency: &str) -> i64 {
        text.parse::<Amount>().unwrap().minor(currency.parse().unwrap())
    }

    #[test]
    fn numbers_are_read_as_java_python_and_php_write_them() {
        assert_eq!(minor("1.5E7", "VND"), 15_000_000);
        assert_eq!(minor("1.0e2", "EUR"), 10_000);
        assert_eq!(minor("25e-1", "EUR"), 250);
        assert_eq!(minor("2.0", "JPY"), 2);
        assert_eq!(minor("836.9999999999998", "EUR"), 83_700);
        for bad in ["", "-1", ".5", "5.", "1,5", "NaN", "+1", "1e", "e5", "1e99", "0x10"] {
            assert!(bad.parse::<Amount>().is_err(), "{bad}");
        }
    }

    #[test]
    fn what_lies_between_two_minor_units_is_rounded_half_up() {
        assert_eq!((minor("10.005", "EUR"), minor("10.0049", "EUR")), (1_001, 1_000));
        assert_eq!((minor("50.55", "JPY"), minor("1.2345", "KWD")), (51, 1_235));
    }

    #[test]
    fn one_number_has_one_form() {
        let text = |written: &str| written.parse::<Amount>().unwrap().to_string();
        assert_eq!((text("50.00"), text("5E1"), text("50")), ("50".into(), "50".into(), "50".into()));
    }

    #[test]
    fn only_the_noise_of_floating_point_is_no_precision() {
        let fit = |text: &str, currency: &str| text.parse::<Amount>().unwrap().fit(currency.parse().unwrap());
        assert_eq!(fit("42.929999999999997", "EUR"), Fit::Whole);
        assert_eq!(fit("42.930000000000007", "EUR"), Fit::Whole);
        assert_eq!(fit("19.999", "EUR"), Fit::Between);
        assert_eq!(fit("19.999", "KWD"), Fit::Whole);
        assert_eq!(fit("0.5", "JPY"), Fit::Between);
    }

    #[test]
    fn what_is_too_large_is_seen_and_never_wraps() {
        let huge: Amount = "99999999999999999999999999".parse().unwrap();
        assert!(huge.is_too_large("EUR".parse().unwrap()));
        assert_eq!(huge.minor("KWD".parse().unwrap()), AMOUNT_LIMIT_MINOR);
        assert_eq!(huge.times(Quantity::whole(1_000_000)).minor("EUR".parse().unwrap()), AMOUNT_LIMIT_MINOR);
    }
}
