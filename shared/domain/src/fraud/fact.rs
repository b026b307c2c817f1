//! What the rules about orders evaluate.

use std::collections::BTreeMap;

use jiff::Timestamp;
use sha2::{Digest, Sha256};

use crate::{Currency, CustomerKey, Fact, ShopEvent};

/// The fact that an order was placed, from one event. Several events may state it for the same order.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct OrderFact {
    /// When it was placed, by event time.
    pub placed_at: Timestamp,
    /// The order.
    pub order_id: String,
    /// Who placed it; `None` when the event names no customer.
    pub customer: Option<CustomerKey>,
    /// The currency of the amount.
    pub currency: Currency,
    /// The total in minor units: as the shop stated it, else the sum of the lines.
    pub amount_minor: i64,
    /// The digest of products and quantities ([`digest_lines`]); `None` when the event has no lines.
    pub lines: Option<[u8; 16]>,
}

impl OrderFact {
    /// Extracts the fact from an event; `None` when the event does not report a new order.
    #[must_use]
    pub fn of(event: &ShopEvent) -> Option<Self> {
        let Fact::OrderCreated { order_id, content } = &event.fact else { return None };
        let currency = content.currency.code;
        let of_lines = || content.lines.iter().map(|line| line.cost().minor(currency)).fold(0, i64::saturating_add);
        let lines = content.lines.iter().filter(|line| !line.reference.is_empty());
        Some(Self {
            placed_at: event.occurred_at,
            order_id: order_id.clone(),
            customer: content.customer.clone(),
            currency,
            amount_minor: content.total.map_or_else(of_lines, |total| total.minor(currency)),
            lines: digest_lines(lines.map(|line| (line.reference.as_str(), line.quantity_milli.milli()))),
        })
    }
}

/// Returns a digest of what was ordered: equal for the same quantities of the same products in any order of the
/// lines. `None` for no lines.
#[must_use]
pub fn digest_lines<'a>(lines: impl IntoIterator<Item = (&'a str, i64)>) -> Option<[u8; 16]> {
    let mut quantities: BTreeMap<&str, i64> = BTreeMap::new();
    for (product, quantity) in lines {
        let sum = quantities.entry(product).or_default();
        *sum = sum.saturating_add(quantity);
    }
    if quantities.is_empty() {
        return None;
    }
    let mut hash = Sha256::new();
    for (product, quantity) in quantities {
        hash.update(u64::try_from(product.len()).unwrap_or(u64::MAX).to_be_bytes());
        hash.update(product);
        hash.update(quantity.to_be_bytes());
    }
    let mut digest = [0; 16];
    digest.copy_from_slice(&hash.finalize()[..16]);
    Some(digest)
}
