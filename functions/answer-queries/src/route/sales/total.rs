//! Sums over several steps, and the currency of a response.

use std::collections::BTreeMap;

use contracts::CurrencySales;
use domain::{Charges, Currency};
use store::sales::{Sales, SalesFigures};

/// Figures by currency; currencies without any are omitted.
pub(crate) struct Totals(BTreeMap<Currency, SalesFigures>);

impl Totals {
    /// Sums all steps from this one on.
    pub(crate) fn from_step(first: usize, rows: &[Sales]) -> Self {
        let mut totals: BTreeMap<Currency, SalesFigures> = BTreeMap::new();
        for Sales { currency, figures, .. } in rows.iter().filter(|row| row.step >= first) {
            let total = totals.entry(*currency).or_default();
            total.orders += figures.orders;
            total.items_milli += figures.items_milli;
            total.gross_minor += figures.gross_minor;
            total.refund_minor += figures.refund_minor;
        }
        Self(totals)
    }

    /// Returns the currencies with their paid orders.
    pub(crate) fn paid(&self) -> impl Iterator<Item = (Currency, i64)> {
        self.0.iter().map(|(currency, figures)| (*currency, figures.orders))
    }

    /// Returns them as shown, by currency.
    pub(crate) fn public(&self) -> Vec<CurrencySales> {
        let public = |(currency, figures): (&Currency, &SalesFigures)| CurrencySales {
            currency: *currency,
            revenue: figures.net_minor(),
            gross_revenue: figures.gross_minor,
            refunds: figures.refund_minor,
            orders: figures.orders,
            items_sold: figures.items_milli,
        };
        self.0.iter().map(public).collect()
    }
}

/// Returns the figures and charges of each step in one currency: zeros where nothing was sold.
pub(crate) fn fill(steps: usize, currency: Option<Currency>, rows: &[Sales]) -> Vec<(SalesFigures, Charges)> {
    let mut filled = vec![(SalesFigures::default(), Charges::default()); steps];
    for row in rows.iter().filter(|row| Some(row.currency) == currency) {
        if let Some(figures) = filled.get_mut(row.step) {
            *figures = (row.figures, row.charges);
        }
    }
    filled
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::currency;

    fn sales(step: usize, currency: &str, orders: i64) -> Sales {
        let figures = SalesFigures { orders, refund_minor: 1, ..SalesFigures::default() };
        Sales { step, currency: currency.parse().unwrap(), figures, charges: Charges::default() }
    }

    #[test]
    fn the_currency_with_most_paid_orders_leads_and_equals_go_by_the_alphabet() {
        let main = |rows: &[Sales]| currency::choose(None, Totals::from_step(1, rows).paid()).map(String::from);
        assert_eq!(main(&[sales(1, "USD", 2), sales(1, "EUR", 1), sales(2, "EUR", 2)]).as_deref(), Some("EUR"));
        assert_eq!(main(&[sales(1, "USD", 2), sales(2, "EUR", 2)]).as_deref(), Some("EUR"));
        assert_eq!(
            main(&[sales(0, "EUR", 9), sales(1, "USD", 1)]).as_deref(),
            Some("USD"),
            "the step before is not in it"
        );
        assert_eq!(main(&[sales(1, "VND", 0)]).as_deref(), Some("VND"), "refunds are figures too");
        assert_eq!(main(&[sales(0, "EUR", 9)]), None);
    }
}
