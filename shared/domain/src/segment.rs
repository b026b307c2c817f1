//! Customer segments: the amounts that determine a customer's segment.

use std::collections::BTreeMap;
use std::str::FromStr;

use crate::{Currency, InvalidAmount, Money};

/// Spend is summed by its first digits, this many, so a threshold has no more. Then every sum lies entirely on one side
/// of it, and segments are exact without looking at individual customers.
pub const SPEND_DIGITS: u32 = 3;

/// How much a customer spent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Segment {
    /// At least the high threshold.
    High,
    /// At least the medium one.
    Medium,
    /// Less.
    Low,
}

impl Segment {
    /// All segments, from the top.
    pub const ALL: [Self; 3] = [Self::High, Self::Medium, Self::Low];

    /// Returns the name on the wire.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::High => "High",
            Self::Medium => "Medium",
            Self::Low => "Low",
        }
    }
}

/// The thresholds of one currency.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SpendThresholds {
    /// The net spend from which a customer is [`Segment::High`], in minor units.
    pub high: i64,
    /// The net spend from which a customer is [`Segment::Medium`]. Above 0 and below `high`.
    pub medium: i64,
}

/// A list of thresholds that cannot be read. The entry is quoted as it was written.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InvalidSegments {
    /// Not in the expected format.
    #[error("{0}: must be CURRENCY:HIGH/MEDIUM, like EUR:1000/200")]
    Entry(String),
    /// Not an amount of the currency.
    #[error("{entry}: {reason}")]
    Amount {
        /// The entry.
        entry: String,
        /// What is wrong with the amount.
        #[source]
        reason: InvalidAmount,
    },
    /// Medium is 0, or not below high.
    #[error("{0}: the medium threshold must be above 0 and below the high one")]
    Order(String),
    /// A threshold with more digits than the sums of spend distinguish.
    #[error("{0}: a threshold must have at most {SPEND_DIGITS} digits before its zeros")]
    Digits(String),
    /// The same currency twice.
    #[error("{0}: the currency has an entry already")]
    Twice(String),
}

/// The thresholds of each currency. A currency that is not listed has no segments.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct SegmentThresholds(BTreeMap<Currency, SpendThresholds>);

impl SegmentThresholds {
    /// Returns the thresholds of a currency.
    #[must_use]
    pub fn of(&self, currency: Currency) -> Option<SpendThresholds> {
        self.0.get(&currency).copied()
    }

    /// Returns all of them, by currency.
    pub fn iter(&self) -> impl Iterator<Item = (Currency, SpendThresholds)> {
        self.0.iter().map(|(currency, thresholds)| (*currency, *thresholds))
    }
}

impl FromStr for SegmentThresholds {
    type Err = InvalidSegments;

    /// Reads `EUR:1000/200,VND:100000000/10000000`, in major units. Empty text means that no currency has segments.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let mut all = BTreeMap::new();
        for entry in text.split(',').map(str::trim).filter(|_| !text.trim().is_empty()) {
            let (currency, thresholds) = read(entry)?;
            if all.insert(currency, thresholds).is_some() {
                return Err(InvalidSegments::Twice(entry.to_owned()));
            }
        }
        Ok(Self(all))
    }
}

fn read(entry: &str) -> Result<(Currency, SpendThresholds), InvalidSegments> {
    let malformed = || InvalidSegments::Entry(entry.to_owned());
    let (currency, amounts) = entry.split_once(':').ok_or_else(malformed)?;
    let currency: Currency = currency.parse().map_err(|_| malformed())?;
    let (high, medium) = amounts.split_once('/').ok_or_else(malformed)?;
    let amount = |text: &str| match Money::parse(text, currency) {
        Ok(money) => Ok(money.minor),
        Err(reason) => Err(InvalidSegments::Amount { entry: entry.to_owned(), reason }),
    };
    let (high, medium) = (amount(high)?, amount(medium)?);
    if medium <= 0 || medium >= high {
        return Err(InvalidSegments::Order(entry.to_owned()));
    }
    if [high, medium].iter().any(|amount| digits(*amount) > SPEND_DIGITS) {
        return Err(InvalidSegments::Digits(entry.to_owned()));
    }
    Ok((currency, SpendThresholds { high, medium }))
}

/// Counts the digits before the trailing zeros.
fn digits(amount: i64) -> u32 {
    let mut rest = amount;
    while rest != 0 && rest % 10 == 0 {
        rest /= 10;
    }
    rest.checked_ilog10().map_or(0, |log| log + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thresholds_are_read_in_major_units_per_currency() {
        let all: SegmentThresholds = "EUR:1000/200, VND:100000000/10000000,KWD:12.5/0.125,JPY:999/1".parse().unwrap();
        let of = |currency: &str| all.of(currency.parse().unwrap()).map(|threshold| (threshold.high, threshold.medium));
        assert_eq!(of("EUR"), Some((100_000, 20_000)));
        assert_eq!(of("VND"), Some((100_000_000, 10_000_000)));
        assert_eq!(of("KWD"), Some((12_500, 125)));
        assert_eq!(of("JPY"), Some((999, 1)));
        assert_eq!(of("USD"), None);
        assert_eq!("".parse(), Ok(SegmentThresholds::default()));
        assert_eq!(" ".parse(), Ok(SegmentThresholds::default()));
    }

    #[test]
    fn an_entry_that_cannot_be_read_is_named() {
        let form = "must be CURRENCY:HIGH/MEDIUM, like EUR:1000/200";
        for (text, refused) in [
            ("USD:2/1,EUR", format!("EUR: {form}")),
            ("EUR:1000", format!("EUR:1000: {form}")),
            ("eur:2/1", format!("eur:2/1: {form}")),
            ("EUR:2/1,", format!(": {form}")),
            ("EUR:2/1/0", "EUR:2/1/0: must be a decimal number that is not negative, like 19.90".to_owned()),
            ("EUR:-2/1", "EUR:-2/1: must be a decimal number that is not negative, like 19.90".to_owned()),
            ("JPY:2.5/1", "JPY:2.5/1: must have at most 0 decimal places in JPY".to_owned()),
            ("EUR:200/200", "EUR:200/200: the medium threshold must be above 0 and below the high one".to_owned()),
            ("EUR:200/1000", "EUR:200/1000: the medium threshold must be above 0 and below the high one".to_owned()),
            ("EUR:200/0", "EUR:200/0: the medium threshold must be above 0 and below the high one".to_owned()),
            ("EUR:1000/123.4", "EUR:1000/123.4: a threshold must have at most 3 digits before its zeros".to_owned()),
            ("EUR:2/1,EUR:4/3", "EUR:4/3: the currency has an entry already".to_owned()),
        ] {
            assert_eq!(text.parse::<SegmentThresholds>().unwrap_err().to_string(), refused, "{text}");
        }
    }
}
