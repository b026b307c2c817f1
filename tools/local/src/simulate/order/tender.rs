//! The currencies of the simulated shop, and how amounts are written.

use serde_json::{Number, Value};

/// A currency that customers pay in.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Tender {
    pub(super) code: &'static str,
    /// Minor units for 100 euro cents.
    rate: i64,
    /// Prices are multiples of this many minor units.
    step: i64,
    /// Decimal places of the major unit.
    decimals: usize,
    /// Ordinary orders are below this, planted large ones above.
    pub(super) large_minor: i64,
}

/// Every currency of the shop; the first is that of most customers.
pub(super) static TENDERS: [Tender; 3] = [
    Tender { code: "EUR", rate: 100, step: 1, decimals: 2, large_minor: 250_000 },
    Tender { code: "USD", rate: 110, step: 1, decimals: 2, large_minor: 275_000 },
    Tender { code: "VND", rate: 27_000, step: 1_000, decimals: 0, large_minor: 68_000_000 },
];

/// The setting `FraudLargeOrders` that fits the simulated shop: only the planted large orders are above.
#[must_use]
pub fn large_orders() -> String {
    TENDERS.iter().map(|tender| format!("{}:{}", tender.code, tender.large_minor)).collect::<Vec<_>>().join(",")
}

impl Tender {
    /// Converts a price in euro cents into minor units of this currency.
    pub(super) fn price(&self, cents: i64) -> i64 {
        (cents * self.rate / 100 / self.step).max(1) * self.step
    }

    /// Writes an amount in the major unit exactly, as a string.
    pub(super) fn text(&self, minor: i64) -> String {
        let unit = 10_i64.pow(u32::try_from(self.decimals).unwrap_or_default());
        let whole = minor / unit;
        if self.decimals == 0 {
            whole.to_string()
        } else {
            format!("{whole}.{:0width$}", minor % unit, width = self.decimals)
        }
    }

    /// Writes an amount in the major unit exactly, as a number.
    pub(super) fn amount(&self, minor: i64) -> Value {
        let text = self.text(minor);
        text.parse::<Number>().map_or(Value::String(text), Value::Number)
    }
}

#[cfg(test)]
mod tests {
    use domain::{Currency, Money};

    use super::*;

    #[test]
    fn an_amount_reads_back_to_the_minor_unit() {
        for tender in &TENDERS {
            let currency: Currency = tender.code.parse().unwrap();
            assert_eq!(usize::try_from(currency.decimals()).unwrap(), tender.decimals);
            for cents in (490..12_000).step_by(7) {
                let minor = tender.price(cents);
                for text in [tender.text(minor), tender.amount(minor).to_string()] {
                    assert_eq!(Money::parse(&text, currency), Ok(Money { minor, currency }), "{text}");
                }
            }
        }
    }
}
