//! What the lines of an order cost, and what is charged on top of them.

use crate::Quantity;
use crate::money::apportion;

use super::content::Content;

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
    /// The maximum to which payments without an id can raise the amount paid.
    pub(super) payable: i64,
}

impl Prices {
    pub(super) fn of(content: &Content<'_>) -> Self {
        let Some(currency) = content.currency.filter(|_| content.is_known) else { return Self::default() };
        let costs: Vec<_> = content.lines.iter().map(|line| line.cost().minor(currency)).collect();
        let sum = costs.iter().fold(0_i64, |sum, cost| sum.saturating_add(*cost));
        let charges = Charges {
            shipping: content.shipping.minor(currency),
            tax: content.tax.minor(currency),
            fee: content.fee.minor(currency),
        };
        let discount = content.discount.minor(currency);
        let reckoned = (sum + charges.sum() - discount).max(0);
        let named = content.total.map(|total| total.minor(currency));
        let total = named.or((!content.lines.is_empty()).then_some(reckoned));
        let goods = total.map_or(0, |total| goods(total, sum, &charges, discount));
        let revenues = apportion(goods, &costs);
        let lines = content.lines.iter().zip(costs).zip(revenues).map(|((line, cost), goods_minor)| Line {
            price_minor: line.price.map_or(cost, |price| price.minor(currency)),
            total_minor: cost,
            goods_minor,
            reference: line.reference.clone(),
            sku: line.sku.clone(),
            quantity: line.quantity_milli,
            seller_id: line.seller_id.clone(),
            category_id: line.category_id.clone(),
        });
        let totals = content.totals.iter().map(|total| total.minor(currency));
        let lines: Vec<_> = lines.collect();
        let of_lines: i64 = lines.iter().map(|line| line.goods_minor).sum();
        Self {
            lines,
            total,
            charges,
            beside_lines: total.unwrap_or_default() - of_lines,
            payable: totals.chain(total).max().unwrap_or_default(),
        }
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
