//! A checkout: what a page may say of an order, who buys, and the sale that follows.

use jiff::{SignedDuration, Timestamp, Unit};
use serde_json::Value;
use uuid::Uuid;

use super::refusal::Refusal;
use super::request::{Fields, text, uuid};
use crate::simulate::order::{Product, Sale, guest, method, order_id};

/// The most of one product; web/shop/src/cart.ts has the same limit.
const QUANTITY_MAX: i64 = 20;
/// How long a checkout may be repeated.
pub(super) const REPEATED_WITHIN: SignedDuration = SignedDuration::from_hours(1);
/// More than the characters of any time.
const TIME_MAX: usize = 64;
/// How far the clock of a page may be ahead.
const AHEAD_MAX: SignedDuration = SignedDuration::from_mins(1);

/// What is ordered. The page chooses the id and the time, so that it may send the same checkout again and make the same order,
/// even if this server was started anew in between.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Checkout {
    pub(super) id: Uuid,
    pub(super) placed_at: Timestamp,
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
        let unknown = || checkout.session.as_deref().map_or_else(|| checkout.order_id(), guest);
        account.map_or_else(|| Self::Guest(unknown()), Self::Account)
    }
}

impl Checkout {
    /// Reads a body that arrives at `now`.
    pub(super) fn read(body: &[u8], products: &[Product], now: Timestamp) -> Result<Self, Refusal> {
        let mut fields = Fields::of_body(body)?;
        let id = fields.take("checkout_id", "a UUID", uuid)?;
        let placed_at =
            fields.take("placed_at", "a time within the last hour, such as \"2026-11-20T12:00:00.000Z\"", |value| {
                recent(&text(value, TIME_MAX)?, now)
            })?;
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
        Ok(Self { id, placed_at, lines, method, session })
    }

    /// The id of the order.
    pub(super) fn order_id(&self) -> Uuid {
        order_id(self.id, self.placed_at)
    }

    /// The sale at the shop's prices.
    pub(super) fn sale<'p>(&self, products: &'p [Product], buyer: Buyer) -> Sale<'p> {
        let (customer, is_guest) = match buyer {
            Buyer::Account(id) => (id, false),
            Buyer::Guest(id) => (id, true),
        };
        let lines = self.lines.iter().filter_map(|(product, quantity)| Some((products.get(*product)?, *quantity)));
        Sale {
            id: self.order_id(),
            placed_at: self.placed_at,
            customer,
            is_guest,
            method: self.method,
            lines: lines.collect(),
        }
    }
}

/// A time at which an order may be placed, in milliseconds.
fn recent(text: &str, now: Timestamp) -> Option<Timestamp> {
    let at = text.parse::<Timestamp>().ok()?;
    let is_recent = (-AHEAD_MAX..=REPEATED_WITHIN).contains(&now.duration_since(at));
    is_recent.then(|| at.round(Unit::Millisecond).ok()).flatten()
}

fn read_line(mut fields: Fields, products: &[Product]) -> Result<(usize, i64), Refusal> {
    let product = fields.take_product(products)?;
    let quantity = fields.take("quantity", "a whole number from 1 to 20", |value| {
        value.as_i64().filter(|quantity| (1..=QUANTITY_MAX).contains(quantity))
    })?;
    fields.finish()?;
    Ok((product, quantity))
}
