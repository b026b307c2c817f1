//! The content of an order, its customer and payment method.

use jiff::Timestamp;
use rand::RngExt as _;
use rand_chacha::ChaCha8Rng;
use uuid::Uuid;

use super::assortment::{Assortment, Product};
use super::customer::Customer;
use crate::simulate::mix;

const LINES: [(usize, u32); 4] = [(1, 55), (2, 25), (3, 13), (4, 7)];
const PIECES: [(i64, u32); 3] = [(1, 80), (2, 15), (3, 5)];
pub(super) const METHODS: [(&str, u32); 5] =
    [("card", 55), ("paypal", 20), ("bank_transfer", 10), ("UPI", 10), ("invoice", 5)];
const SHAPES: [(Shape, u32); 2] = [(Shape::Lifecycle, 65), (Shape::Analytics, 35)];
/// The share of lines that name a SKU instead of the product.
const BY_SKU: f64 = 0.4;

/// The wire format in which the shop reports an order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shape {
    Lifecycle,
    Analytics,
}

/// A line of an order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Line<'a> {
    pub(super) product: &'a Product,
    /// Named instead of the product.
    pub(super) sku: Option<&'a str>,
    pub(super) quantity: i64,
    /// Unit price in minor units of the customer's currency.
    pub(super) price_minor: i64,
    /// What the line costs after its own discount.
    pub(super) total_minor: i64,
}

impl<'a> Line<'a> {
    /// A line at its full price.
    pub(super) fn new(product: &'a Product, sku: Option<&'a str>, quantity: i64, price_minor: i64) -> Self {
        Self { product, sku, quantity, price_minor, total_minor: quantity * price_minor }
    }

    /// Whether the line has a discount.
    pub(super) fn is_reduced(&self) -> bool {
        self.total_minor < self.quantity * self.price_minor
    }
}

/// The charges and discounts of the bill outside the lines, in minor units.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Charges {
    pub(super) shipping_minor: i64,
    pub(super) tax_minor: i64,
    pub(super) fee_minor: i64,
    /// The discount on the order, in addition to those on its lines.
    pub(super) discount_minor: i64,
}

impl Charges {
    /// What they add to the lines; negative when the discount exceeds the charges.
    pub(super) fn balance_minor(&self) -> i64 {
        self.shipping_minor + self.tax_minor + self.fee_minor - self.discount_minor
    }
}

/// An order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Order<'a> {
    pub(super) id: Uuid,
    pub(super) customer: Customer,
    pub(super) shape: Shape,
    pub(super) method: &'static str,
    pub(super) placed_at: Timestamp,
    /// What is paid and delivered.
    pub(super) lines: Vec<Line<'a>>,
    /// What was ordered at first, when the order is edited before it is paid.
    pub(super) first_lines: Option<Vec<Line<'a>>>,
    pub(super) charges: Charges,
    /// The method of the second payment, when the customer pays in two parts (split tender).
    pub(super) second_method: Option<&'static str>,
}

impl<'a> Order<'a> {
    /// An order with only these lines; payment method and wire format are random.
    pub(super) fn new(id: Uuid, placed: (Customer, Timestamp), lines: Vec<Line<'a>>, rng: &mut ChaCha8Rng) -> Self {
        let (customer, placed_at) = placed;
        Self {
            id,
            customer,
            shape: mix::draw(rng, &SHAPES),
            method: mix::draw(rng, &METHODS),
            placed_at,
            lines,
            first_lines: None,
            charges: Charges::default(),
            second_method: None,
        }
    }

    /// The amount due, in minor units.
    pub(super) fn total_minor(&self) -> i64 {
        lines_minor(&self.lines) + self.charges.balance_minor()
    }

    /// What the customer paid for the first line, minus its share of a discount on the order.
    pub(super) fn first_line_minor(&self) -> i64 {
        let line = self.lines.first().map_or(0, |line| line.total_minor);
        let lines = lines_minor(&self.lines).max(1);
        // Rounded up, so that no refund exceeds the payment.
        line - (line * self.charges.discount_minor + lines - 1) / lines
    }

    /// The part of the order that is returned: the first line, or half of the only one.
    pub(super) fn refund_of_one_line(&self) -> i64 {
        if self.lines.len() > 1 { self.first_line_minor() } else { self.first_line_minor() / 2 }
    }
}

/// The sum of lines, in minor units.
pub(super) fn lines_minor(lines: &[Line<'_>]) -> i64 {
    lines.iter().map(|line| line.total_minor).sum()
}

/// The seller of lines, if there is only one.
pub(super) fn seller_of(lines: &[Line<'_>]) -> Option<Uuid> {
    let first = lines.first()?.product.seller;
    lines.iter().all(|line| line.product.seller == first).then_some(first)
}

/// Fills a basket: one to four products, preferably popular ones.
pub(super) fn fill<'a>(assortment: &'a Assortment, customer: &Customer, rng: &mut ChaCha8Rng) -> Vec<Line<'a>> {
    let mut lines: Vec<Line<'a>> = Vec::new();
    for _ in 0..mix::draw(rng, &LINES) {
        let product = assortment.draw(rng);
        let quantity = mix::draw(rng, &PIECES);
        let sku = rng.random_bool(BY_SKU).then(|| rng.random_range(0..product.skus.len()));
        if lines.iter().all(|line| line.product.id != product.id) {
            let price_minor = customer.tender.price(product.cents);
            lines.push(Line::new(product, sku.map(|sku| &*product.skus[sku]), quantity, price_minor));
        }
    }
    lines
}
