//! What the lines of an order cost, and what is charged on top of them.

use crate::money::apportion;
use crate::{Currency, Quantity};

use super::content::{Content, Terms};

/// One line of an order, in minor units of the order's currency.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// The product or SKU, by the shop's id; empty when there is none.
    pub reference: String,
    /// The SKU, when the order names it next to the product.
    pub sku: Option<String>,
    /// The quantity.
    pub quantity: Quantity,
    /// The unit price, rounded.
    pub price_minor: i64,
    /// What the line costs, as reported.
    pub total_minor: i64,
    /// What the line costs after its share of a discount on the order: the basis for distributing revenue.
    pub goods_minor: i64,
    /// The seller, if the line names one.
    pub seller_id: Option<String>,
    /// The category, if the line names one.
    pub category_id: Option<String>,
}

/// Charges on top of the lines or included in their prices, in minor units of the order's currency.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Charges {
    /// Shipping.
    pub shipping: i64,
    /// Tax.
    pub tax: i64,
    /// Fees.
    pub fee: i64,
}

impl Charges {
    fn sum(&self) -> i64 {
        self.shipping.saturating_add(self.tax).saturating_add(self.fee)
    }
}

/// The prices of an order in minor units of its currency.
#[derive(Debug, Default)]
pub(super) struct Prices {
    pub(super) lines: Vec<Line>,
    /// As the shop states it, else lines and charges minus the discount; `None` when nothing is known.
    pub(super) total: Option<i64>,
    pub(super) charges: Charges,
    /// The part of the total that belongs to no line: shipping, tax on top, fees.
    pub(super) beside_lines: i64,
}

impl Terms<'_> {
    fn costs(&self, currency: Currency) -> Vec<i64> {
        self.lines.iter().map(|line| line.cost().minor(currency)).collect()
    }

    fn charges(&self, currency: Currency) -> Charges {
        Charges {
            shipping: self.shipping.minor(currency),
            tax: self.tax.minor(currency),
            fee: self.fee.minor(currency),
        }
    }

    /// Returns the total as the shop states it, else lines and charges minus the discount.
    fn total(&self, sum: i64, currency: Currency) -> Option<i64> {
        let reckoned = || (sum + self.charges(currency).sum() - self.discount.minor(currency)).max(0);
        let named = self.total.map(|total| total.minor(currency));
        named.or_else(|| (!self.lines.is_empty()).then(reckoned))
    }
}

/// What was to be paid for an order over time.
pub(super) struct Dues(Vec<(usize, i64)>);

impl Dues {
    /// Reads the terms after each event. Totals of several services may differ, and the highest counts, until the order
    /// is changed.
    pub(super) fn of(content: &Content<'_>) -> Self {
        let mut dues: Vec<(usize, i64)> = Vec::new();
        let Some(currency) = content.currency else { return Self(dues) };
        for revision in &content.revisions {
            let total = revision.terms.total(sum(&revision.terms.costs(currency)), currency);
            let reported = revision.reported.map(|reported| reported.minor(currency));
            let former = dues.last().filter(|_| !revision.is_change).map(|(_, due)| *due);
            dues.push((revision.position, total.max(reported).max(former).unwrap_or_default()));
        }
        Self(dues)
    }

    /// Returns the highest amount due at a position in the sequence of events or after it.
    pub(super) fn highest_from(&self, position: usize) -> i64 {
        let begun = self.0.iter().rposition(|(since, _)| *since <= position).unwrap_or_default();
        self.0[begun..].iter().map(|(_, due)| *due).max().unwrap_or_default()
    }
}

fn sum(costs: &[i64]) -> i64 {
    costs.iter().fold(0, |sum: i64, cost| sum.saturating_add(*cost))
}

impl Prices {
    pub(super) fn of(content: &Content<'_>) -> Self {
        let Some(currency) = content.currency.filter(|_| content.is_known) else { return Self::default() };
        let terms = &content.terms;
        let costs = terms.costs(currency);
        let sum = sum(&costs);
        let charges = terms.charges(currency);
        let total = terms.total(sum, currency);
        let goods = total.map_or(0, |total| goods(total, sum, &charges, terms.discount.minor(currency)));
        let revenues = apportion(goods, &costs);
        let lines = terms.lines.iter().zip(costs).zip(revenues).map(|((line, cost), goods_minor)| Line {
            price_minor: line.price.map_or(cost, |price| price.minor(currency)),
            total_minor: cost,
            goods_minor,
            reference: line.reference.clone(),
            sku: line.sku.clone(),
            quantity: line.quantity_milli,
            seller_id: line.seller_id.clone(),
            category_id: line.category_id.clone(),
        });
        let lines: Vec<_> = lines.collect();
        let of_lines: i64 = lines.iter().map(|line| line.goods_minor).sum();
        Self { lines, total, charges, beside_lines: total.unwrap_or_default() - of_lines }
    }
}

/// Returns the part of a total that belongs to the lines, by the first interpretation that adds up: charges on top of
/// the lines; tax included in their prices; everything included in their prices; each with the discount on the order or
/// already applied to the lines. If none does, the part that exceeds the lines belongs to no line.
fn goods(total: i64, lines: i64, charges: &Charges, discount: i64) -> i64 {
    let discounted = (lines - discount).max(0);
    for charged in [charges.sum(), charges.sum() - charges.tax, 0] {
        for goods in [discounted, lines] {
            if goods + charged == total {
                return goods;
            }
        }
    }
    lines.min(total)
}

#[cfg(test)]
mod tests {
    use super::*;

    const CHARGES: Charges = Charges { shipping: 2_200, tax: 500, fee: 0 };

    #[test]
    fn shipping_and_tax_on_top_are_beside_the_lines() {
        assert_eq!(goods(11_200, 8_500, &CHARGES, 0), 8_500);
        assert_eq!(goods(10_200, 8_500, &CHARGES, 1_000), 7_500, "a discount on the order");
        assert_eq!(goods(11_200, 8_500, &CHARGES, 1_000), 8_500, "a discount that the lines have already");
    }

    #[test]
    fn tax_within_the_prices_stays_with_the_lines() {
        assert_eq!(goods(10_700, 8_500, &CHARGES, 0), 8_500);
        assert_eq!(goods(8_500, 8_500, &Charges { shipping: 0, tax: 1_357, fee: 0 }, 0), 8_500);
    }

    #[test]
    fn a_total_that_nothing_explains_is_at_most_the_lines() {
        assert_eq!(goods(9_000, 8_500, &Charges::default(), 0), 8_500);
        assert_eq!(goods(8_000, 8_500, &Charges::default(), 0), 8_000);
    }
}
