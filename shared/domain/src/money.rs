//! Money is an integer number of minor units with its currency; amounts in different currencies are never added.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// The largest amount by magnitude, in minor units (10^15). Nine thousand such amounts fit into one sum.
pub const AMOUNT_LIMIT_MINOR: i64 = 1_000_000_000_000_000;

/// The decimals of a code that ISO 4217 does not list.
const USUAL_DECIMALS: u32 = 2;

/// An ISO 4217 code: three capital letters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Currency([u8; 3]);

/// The string is not a currency code.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("must be a currency code of three capital letters, like EUR")]
pub struct InvalidCurrency;

impl Currency {
    /// Returns the code.
    #[must_use]
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or_default()
    }

    /// Returns the decimal places of the major unit by ISO 4217: 2 for EUR, 0 for JPY and VUV, 3 for KWD, 4 for CLF.
    ///
    /// A code that the standard does not list, or lists without decimals (gold), has 2.
    #[must_use]
    pub fn decimals(self) -> u32 {
        let exponent = iso_currency::Currency::from_code(self.as_str()).and_then(iso_currency::Currency::exponent);
        exponent.map_or(USUAL_DECIMALS, u32::from)
    }
}

impl FromStr for Currency {
    type Err = InvalidCurrency;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match <[u8; 3]>::try_from(text.as_bytes()) {
            Ok(code) if code.iter().all(u8::is_ascii_uppercase) => Ok(Self(code)),
            _ => Err(InvalidCurrency),
        }
    }
}

impl TryFrom<String> for Currency {
    type Error = InvalidCurrency;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<Currency> for String {
    fn from(currency: Currency) -> Self {
        currency.as_str().to_owned()
    }
}

impl fmt::Display for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// The currency of an event's amounts, as far as the event states it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Denomination {
    /// The currency that the event names, else the default.
    pub code: Currency,
    /// Whether the event names it. If not, the amounts are in the currency of their order.
    pub named: bool,
}

/// An amount of one currency.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Money {
    /// In the smallest unit of the currency: cents, yen, fils.
    pub minor: i64,
    /// The currency.
    pub currency: Currency,
}

/// The string is not an amount of the currency.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InvalidAmount {
    /// Not a plain decimal number.
    #[error("must be a decimal number that is not negative, like 19.90")]
    NotANumber,
    /// More decimals than the currency has, and nothing says how to round.
    #[error("must have at most {decimals} decimal places in {currency}")]
    TooPrecise {
        /// The currency.
        currency: Currency,
        /// Its decimal places.
        decimals: u32,
    },
    /// Above [`AMOUNT_LIMIT_MINOR`].
    #[error("must be at most {AMOUNT_LIMIT_MINOR} minor units of its currency")]
    TooLarge,
}

impl Money {
    /// Reads a decimal amount in the major unit exactly. Zeros beyond the minor unit are ignored.
    ///
    /// # Errors
    /// Which rule the string violates.
    pub fn parse(text: &str, currency: Currency) -> Result<Self, InvalidAmount> {
        let decimals = currency.decimals();
        let (whole, fraction) = text.split_once('.').unwrap_or((text, "0"));
        let plain = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
        if !plain(whole) || !plain(fraction) {
            return Err(InvalidAmount::NotANumber);
        }
        let fraction = fraction.trim_end_matches('0');
        let width = decimals as usize;
        if fraction.len() > width {
            return Err(InvalidAmount::TooPrecise { currency, decimals });
        }
        let digits = format!("{whole}{fraction:0<width$}");
        match digits.parse() {
            Ok(minor) if minor <= AMOUNT_LIMIT_MINOR => Ok(Self { minor, currency }),
            _ => Err(InvalidAmount::TooLarge),
        }
    }

    /// Writes the amount in the major unit, exactly and with all decimals of the currency: `-12.30`, `1234`.
    #[must_use]
    pub fn to_decimal(self) -> String {
        let width = self.currency.decimals() as usize;
        // One digit more than the decimals, so that there is one before the decimal point.
        let digits = format!("{:0>least$}", self.minor.unsigned_abs(), least = width + 1);
        let (whole, fraction) = digits.split_at(digits.len() - width);
        let sign = if self.minor < 0 { "-" } else { "" };
        if fraction.is_empty() { format!("{sign}{whole}") } else { format!("{sign}{whole}.{fraction}") }
    }
}

/// Splits an amount in proportion to weights, exactly: the parts add up to the amount, and each depends on nothing
/// but the arguments.
///
/// Part i is the rounded-down share of the first i weights minus that of the first i - 1. Weights must not be
/// negative; if all are 0 the first part gets everything.
#[must_use]
pub fn apportion(amount: i64, weights: &[i64]) -> Vec<i64> {
    let total: i128 = weights.iter().map(|weight| i128::from(*weight)).sum();
    if total == 0 {
        return weights.iter().enumerate().map(|(i, _)| if i == 0 { amount } else { 0 }).collect();
    }
    let (mut seen, mut given) = (0_i128, 0_i128);
    let parts = weights.iter().map(|weight| {
        seen += i128::from(*weight);
        let due = i128::from(amount) * seen / total;
        let part = due - given;
        given = due;
        // A part is at most the amount, which is an i64.
        i64::try_from(part).unwrap_or_default()
    });
    parts.collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn read(text: &str, currency: &str) -> Result<i64, InvalidAmount> {
        Money::parse(text, currency.parse().unwrap()).map(|money| money.minor)
    }

    #[test]
    fn an_amount_is_read_to_the_minor_unit_or_refused() {
        assert_eq!(read("19.9", "EUR"), Ok(1_990));
        assert_eq!(read("19.900", "EUR"), Ok(1_990));
        assert_eq!(read("150000", "VND"), Ok(150_000));
        assert_eq!(read("1.234", "KWD"), Ok(1_234));
        assert!(matches!(read("19.999", "EUR"), Err(InvalidAmount::TooPrecise { decimals: 2, .. })));
        assert!(matches!(read("1.5", "JPY"), Err(InvalidAmount::TooPrecise { decimals: 0, .. })));
        assert_eq!(read("99999999999999999999", "EUR"), Err(InvalidAmount::TooLarge));
        for bad in ["", "-1", "1e3", ".5", "5.", "1,5", "NaN", "+1"] {
            assert_eq!(read(bad, "EUR"), Err(InvalidAmount::NotANumber), "{bad}");
        }
    }

    /// Every code of ISO 4217 (list one, published 2026-01-01) by its decimals, and BGN, which left the list that day but
    /// stays in older orders. Codes without decimals in the standard (gold, tests) have 2 here.
    const ISO_4217: [(u32, &str); 4] = [
        (0, "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF"),
        (
            2,
            "AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BGN BMD BND BOB BOV BRL BSD BTN BWP BYN BZD CAD CDF CHE CHF \
             CHW CNY COP COU CRC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD HKD HNL HTG \
             HUF IDR ILS INR IRR JMD KES KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR \
             MWK MXN MXV MYR MZN NAD NGN NIO NOK NPR NZD PAB PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR SDG SEK SGD \
             SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TOP TRY TTD TWD TZS UAH USD USN UYU UZS VED VES WST XAD XCD \
             XCG YER ZAR ZMW ZWG XAG XAU XBA XBB XBC XBD XDR XPD XPT XSU XTS XUA XXX",
        ),
        (3, "BHD IQD JOD KWD LYD OMR TND"),
        (4, "CLF UYW"),
    ];

    #[test]
    fn every_currency_of_the_standard_has_its_decimals() {
        for (decimals, codes) in ISO_4217 {
            for code in codes.split_whitespace() {
                assert_eq!(code.parse::<Currency>().unwrap().decimals(), decimals, "{code}");
            }
        }
    }

    #[test]
    fn a_currency_is_three_capital_letters() {
        assert!("EUR".parse::<Currency>().is_ok());
        for bad in ["", "eur", "EU", "EURO", "ÄU"] {
            assert_eq!(bad.parse::<Currency>(), Err(InvalidCurrency), "{bad}");
        }
    }

    #[test]
    fn an_amount_is_written_with_the_decimals_of_its_currency() {
        let write = |minor, currency: &str| Money { minor, currency: currency.parse().unwrap() }.to_decimal();
        assert_eq!(write(123_450, "EUR"), "1234.50");
        assert_eq!(write(5, "EUR"), "0.05");
        assert_eq!(write(-5, "EUR"), "-0.05");
        assert_eq!(write(0, "EUR"), "0.00");
        assert_eq!(write(-150_000, "VND"), "-150000");
        assert_eq!(write(0, "JPY"), "0");
        assert_eq!(write(1_234, "KWD"), "1.234");
        assert_eq!(write(i64::MIN, "EUR"), "-92233720368547758.08");
    }

    proptest! {
        #[test]
        fn what_is_written_reads_back(minor in 0..=AMOUNT_LIMIT_MINOR, currency in 0..3_usize) {
            let currency = ["EUR", "JPY", "KWD"][currency].parse().unwrap();
            let money = Money { minor, currency };
            prop_assert_eq!(Money::parse(&money.to_decimal(), currency), Ok(money));
        }

        #[test]
        fn the_parts_of_an_amount_add_up_to_it(
            amount in 0..=AMOUNT_LIMIT_MINOR,
            weights in prop::collection::vec(0..=AMOUNT_LIMIT_MINOR, 1..20),
        ) {
            let parts = apportion(amount, &weights);
            prop_assert_eq!(parts.iter().sum::<i64>(), amount);
            prop_assert!(parts.iter().all(|part| *part >= 0));
        }
    }
}
