//! What makes the bills of real shops hard to interpret: charges outside the lines, discounts on lines and on the
//! order, a payment in two parts, and an order that is edited before it is paid.

use rand::RngExt as _;
use rand_chacha::ChaCha8Rng;

use super::assortment::Assortment;
use super::basket::{Charges, METHODS, Order, fill, lines_minor};
use crate::simulate::mix;

/// Shares of the orders.
const SHIPPED_AT_COST: f64 = 0.4;
const TAXED: f64 = 0.3;
const WITH_FEE: f64 = 0.05;
const WITH_DISCOUNT: f64 = 0.15;
const EDITED: f64 = 0.05;
const SPLIT: f64 = 0.06;
/// The share of lines with a discount.
const REDUCED: f64 = 0.1;
/// Shipping and a fee, in euro cents.
const SHIPPING_CENTS: i64 = 490;
const FEE_CENTS: i64 = 250;
/// Percent of the lines.
const TAX: i64 = 19;
const DISCOUNT: i64 = 10;
const LINE_DISCOUNT: i64 = 5;

impl<'a> Order<'a> {
    /// Makes the bill as hard to interpret as those of real shops.
    pub(super) fn with_real_bill(mut self, assortment: &'a Assortment, rng: &mut ChaCha8Rng) -> Self {
        if rng.random_bool(EDITED) {
            self.first_lines = Some(std::mem::replace(&mut self.lines, fill(assortment, &self.customer, rng)));
        }
        for line in &mut self.lines {
            if rng.random_bool(REDUCED) {
                line.total_minor -= line.total_minor * LINE_DISCOUNT / 100;
            }
        }
        let (lines, tender) = (lines_minor(&self.lines), self.customer.tender);
        let mut charge = |share, minor| if rng.random_bool(share) { minor } else { 0 };
        self.charges = Charges {
            shipping_minor: charge(SHIPPED_AT_COST, tender.price(SHIPPING_CENTS)),
            tax_minor: charge(TAXED, lines * TAX / 100),
            fee_minor: charge(WITH_FEE, tender.price(FEE_CENTS)),
            discount_minor: charge(WITH_DISCOUNT, lines * DISCOUNT / 100),
        };
        let second = mix::draw(rng, &METHODS);
        self.second_method = (rng.random_bool(SPLIT) && second != self.method).then_some(second);
        self
    }
}
