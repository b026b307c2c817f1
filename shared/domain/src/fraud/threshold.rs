//! The thresholds of the rules.

use std::collections::BTreeMap;
use std::ops::RangeInclusive;
use std::str::FromStr;

use jiff::SignedDuration;

use crate::Currency;

/// The longest window of a rule, in seconds: a day. For each new order, the orders of its customer within this distance
/// are read.
const LONGEST_SECONDS: u64 = 86_400;

/// The settings of the rules about orders. They apply to facts that arrive; earlier findings stay.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Thresholds {
    /// More orders than this of one customer within [`Self::burst_length`] are a burst.
    pub burst_orders: usize,
    /// The length of the window of a burst; orders exactly this far apart are not in the same window.
    pub burst_length: SignedDuration,
    /// An order above this is large.
    pub amounts: AmountLimits,
    /// This many similar orders within [`Self::similar_length`] are too many.
    pub similar_orders: usize,
    /// The length of the window of similar orders.
    pub similar_length: SignedDuration,
}

impl Default for Thresholds {
    /// The defaults of template.yaml, so that what builds thresholds names those that it is about.
    fn default() -> Self {
        Self {
            burst_orders: 5,
            burst_length: SignedDuration::from_secs(60),
            amounts: AmountLimits::default(),
            similar_orders: 3,
            similar_length: SignedDuration::from_secs(600),
        }
    }
}

impl Thresholds {
    /// The settings that are numbers; project-orders reads each from its variable.
    pub const NUMBERS: [NumberSetting; 4] = [
        NumberSetting {
            variable: "FRAUD_BURST_ORDERS",
            allowed: 1..=1_000,
            set: |thresholds, orders| thresholds.burst_orders = count(orders),
        },
        NumberSetting {
            variable: "FRAUD_BURST_SECONDS",
            allowed: 1..=LONGEST_SECONDS,
            set: |thresholds, length| thresholds.burst_length = seconds(length),
        },
        NumberSetting {
            variable: "FRAUD_SIMILAR_ORDERS",
            allowed: 2..=1_000,
            set: |thresholds, orders| thresholds.similar_orders = count(orders),
        },
        NumberSetting {
            variable: "FRAUD_SIMILAR_SECONDS",
            allowed: 1..=LONGEST_SECONDS,
            set: |thresholds, length| thresholds.similar_length = seconds(length),
        },
    ];

    /// Returns the maximum time that a rule looks back from an order.
    #[must_use]
    pub fn longest(&self) -> SignedDuration {
        self.burst_length.max(self.similar_length)
    }
}

/// A setting that is a number.
#[derive(Debug)]
pub struct NumberSetting {
    /// The variable of the environment.
    pub variable: &'static str,
    /// The values that it may have.
    pub allowed: RangeInclusive<u64>,
    set: fn(&mut Thresholds, u64),
}

impl NumberSetting {
    /// Puts the value of the variable where it belongs.
    pub fn set(&self, thresholds: &mut Thresholds, value: u64) {
        (self.set)(thresholds, value);
    }
}

fn count(value: u64) -> usize {
    usize::try_from(value).unwrap_or(usize::MAX)
}

fn seconds(value: u64) -> SignedDuration {
    SignedDuration::from_secs(i64::try_from(value).unwrap_or(i64::MAX))
}

/// A threshold that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InvalidThresholds {
    /// Not a pair of currency and amount.
    #[error("must be pairs like EUR:100000, separated by commas, with amounts from 0 in minor units")]
    Pair,
    /// The same currency twice.
    #[error("names the currency {0} twice")]
    Twice(Currency),
}

/// The largest ordinary order of each currency, in minor units. Currencies that are not listed have none.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct AmountLimits(BTreeMap<Currency, i64>);

impl AmountLimits {
    /// Returns the limit of a currency.
    #[must_use]
    pub fn of(&self, currency: Currency) -> Option<i64> {
        self.0.get(&currency).copied()
    }
}

impl FromStr for AmountLimits {
    type Err = InvalidThresholds;

    /// Reads `EUR:100000,VND:10000000`. Empty text means that no order is large.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let mut limits = BTreeMap::new();
        for pair in text.split(',').map(str::trim).filter(|pair| !pair.is_empty()) {
            let (currency, amount) = pair.split_once(':').ok_or(InvalidThresholds::Pair)?;
            let amount = amount.parse().ok().filter(|amount| *amount >= 0).ok_or(InvalidThresholds::Pair)?;
            let currency: Currency = currency.parse().map_err(|_| InvalidThresholds::Pair)?;
            if limits.insert(currency, amount).is_some() {
                return Err(InvalidThresholds::Twice(currency));
            }
        }
        Ok(Self(limits))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_number_has_its_place() {
        let mut thresholds = Thresholds::default();
        for (number, value) in Thresholds::NUMBERS.iter().zip(11..) {
            number.set(&mut thresholds, value);
        }
        let expected = Thresholds {
            burst_orders: 11,
            burst_length: SignedDuration::from_secs(12),
            amounts: AmountLimits::default(),
            similar_orders: 13,
            similar_length: SignedDuration::from_secs(14),
        };
        assert_eq!(thresholds, expected);
    }

    #[test]
    fn amounts_are_read_per_currency() {
        let limits: AmountLimits = "EUR:100000, VND:10000000".parse().unwrap();
        let of = |currency: &str| limits.of(currency.parse().unwrap());
        assert_eq!((of("EUR"), of("VND"), of("USD")), (Some(100_000), Some(10_000_000), None));
        assert_eq!("".parse(), Ok(AmountLimits::default()));
        for bad in ["EUR", "EUR:", "EUR:x", "EUR:-1", "eur:1", "EURO:1", "EUR:1.5"] {
            assert_eq!(bad.parse::<AmountLimits>(), Err(InvalidThresholds::Pair), "{bad}");
        }
        assert_eq!("EUR:1,EUR:2".parse::<AmountLimits>(), Err(InvalidThresholds::Twice("EUR".parse().unwrap())));
    }
}
