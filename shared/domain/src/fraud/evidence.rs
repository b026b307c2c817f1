//! The evidence of a finding, small enough for a message.

use std::collections::BTreeSet;

use jiff::Timestamp;

use super::{ActorPoints, OrderFact};
use crate::{Micros, ProductId};

/// The maximum number of orders that a finding lists. Their count and time span are always complete.
pub const EVIDENCE_ORDERS_MAX: usize = 20;
/// The maximum number of products that a finding lists. Their count and time span are always complete.
pub const EVIDENCE_PRODUCTS_MAX: usize = 20;

/// The evidence of a finding. It depends on the facts, not on the order in which they arrived.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Evidence {
    /// Orders of one customer.
    Orders {
        /// How many orders.
        count: usize,
        /// The first of them.
        from: Timestamp,
        /// The last of them.
        to: Timestamp,
        /// The first [`EVIDENCE_ORDERS_MAX`] of them, by time and id.
        orders: Vec<OrderFact>,
    },
    /// One order and the threshold, in minor units, that it exceeds.
    Order {
        /// The order.
        order: OrderFact,
        /// The threshold.
        limit_minor: i64,
    },
    /// Products abandoned in a cart.
    Cart {
        /// How many products.
        count: usize,
        /// When the first of them was added.
        from: Timestamp,
        /// When the last of them was added.
        to: Timestamp,
        /// The first [`EVIDENCE_PRODUCTS_MAX`] of them, by id.
        products: Vec<ProductId>,
    },
    /// Points of a product, most of them from few actors.
    Push {
        /// The start of the first hour that is looked at.
        from: Timestamp,
        /// The time up to which events were known.
        to: Timestamp,
        /// All points of these hours.
        points: Micros,
        /// Those of the strongest actors.
        held: Micros,
        /// How many actors have points under a cap.
        actor_count: usize,
        /// The strongest of them, the strongest first.
        strongest: Vec<ActorPoints>,
    },
}

impl Evidence {
    /// Returns the time of its last event.
    #[must_use]
    pub fn ends_at(&self) -> Timestamp {
        match self {
            Self::Orders { to, .. } | Self::Cart { to, .. } | Self::Push { to, .. } => *to,
            Self::Order { order, .. } => order.placed_at,
        }
    }

    /// Describes products that were abandoned in carts between two instants.
    pub(super) fn of_cart(from: Timestamp, to: Timestamp, products: &BTreeSet<ProductId>) -> Self {
        let listed = products.iter().take(EVIDENCE_PRODUCTS_MAX).cloned().collect();
        Self::Cart { count: products.len(), from, to, products: listed }
    }

    /// Describes orders that are sorted by time and id. Of several facts about one order the first counts.
    pub(super) fn of_orders<'a>(facts: impl Iterator<Item = &'a OrderFact>) -> Option<Self> {
        let mut seen = std::collections::HashSet::new();
        let distinct: Vec<_> = facts.filter(|fact| seen.insert(fact.order_id.as_str())).collect();
        let (first, last) = (distinct.first()?, distinct.last()?);
        Some(Self::Orders {
            count: distinct.len(),
            from: first.placed_at,
            to: last.placed_at,
            orders: distinct.iter().take(EVIDENCE_ORDERS_MAX).map(|fact| (*fact).clone()).collect(),
        })
    }
}
