//! A checkout: what a page may say of an order, who buys, and the sale that follows.

use jiff::Timestamp;
use serde_json::Value;
use uuid::Uuid;

use super::refusal::Refusal;
use super::request::{Fields, uuid};
use crate::simulate::order::{Product, Sale, guest, method};

/// The most of one product; web/shop/src/cart.ts has the same limit.
const QUANTITY_MAX: i64 = 20;

/// What is ordered. The page chooses the id, so that it may send the same checkout again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Checkout {
    pub(super) id: Uuid,
    /// Positions of products, and quantities.
    lines: Vec<(usize, i64)>,
    method: &'static str,
    /// The visit, when the visitor agreed to be counted.
    session: Option<String>,
}

/// Who buys.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Buyer {
    Account(Uuid),
    /// The shop knows the orders of one visit as those of one guest.
    Guest(Uuid),
}

impl Buyer {
    /// The account whose token came along, else the guest of the visit, else somebody who was never here.
    pub(super) fn of(account: Option<Uuid>, checkout: &Checkout) -> Self {
        let unknown = || checkout.session.as_deref().map_or(checkout.id, guest);
        account.map_or_else(|| Self::Guest(unknown()), Self::Account)
    }
}

impl Checkout {
    /// Reads a body.
    pub(super) fn read(body: &[u8], products: &[Product]) -> Result<Self, Refusal> {
        let mut fields = Fields::of_body(body)?;
        let id = fields.take("checkout_id", "a UUID", uuid)?;
        let listed = fields.take("lines", "a list of at least one line", |value| match value {
            Value::Array(lines) if !lines.is_empty() => Some(lines),
            _ => None,
        })?;
        let mut lines: Vec<(usize, i64)> = Vec::new();
        for (number, line) in listed.into_iter().enumerate() {
            let place = format!("lines[{number}].");
            let (product, quantity) = read_line(Fields::new(place.clone(), line)?, products)?;
            if lines.iter().any(|(known, _)| *known == product) {
                return Err(Refusal::Invalid(format!("{place}product: is in an earlier line")));
            }
            lines.push((product, quantity));
        }
        let method = fields.take("payment_method", "card, paypal, bank_transfer or invoice", |value| {
            value.as_str().and_then(method)
        })?;
        let session = fields.take_session()?;
        fields.finish()?;
        Ok(Self { id, lines, method, session })
    }

    /// The sale at the shop's prices.
    pub(super) fn sale<'p>(&self, products: &'p [Product], buyer: Buyer, placed_at: Timestamp) -> Sale<'p> {
        let (customer, is_guest) = match buyer {
            Buyer::Account(id) => (id, false),
            Buyer::Guest(id) => (id, true),
        };
        let lines = self.lines.iter().filter_map(|(product, quantity)| Some((products.get(*product)?, *quantity)));
        Sale { id: self.id, placed_at, customer, is_guest, method: self.method, lines: lines.collect() }
    }
}

fn read_line(mut fields: Fields, products: &[Product]) -> Result<(usize, i64), Refusal> {
    let product = fields.take_product(products)?;
    let quantity = fields.take("quantity", "a whole number from 1 to 20", |value| {
        value.as_i64().filter(|quantity| (1..=QUANTITY_MAX).contains(quantity))
    })?;
    fields.finish()?;
    Ok((product, quantity))
}
