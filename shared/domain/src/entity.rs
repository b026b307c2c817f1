//! The state of products and users, from their known events.

use std::collections::BTreeMap;

use jiff::Timestamp;

use crate::shop_event::sequence;
use crate::{Fact, Period, ProductFacts, ShopEvent};

/// What is known about a product. A new seller or category applies from the event's time on, so that a change does not
/// affect past figures; the latest name counts.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ProductState {
    /// Whether an event introduced it; one that only withdraws it does not.
    pub known: bool,
    /// Its sellers and categories over time, in order.
    pub periods: Vec<Period>,
    /// Its name.
    pub name: Option<String>,
    /// Its SKUs with the time of their first mention: of two products that claim a SKU, the earlier claim wins.
    pub skus: BTreeMap<String, Timestamp>,
    /// When it was withdrawn; `None` again when it was reinstated.
    pub deleted_at: Option<Timestamp>,
    /// Whether it can be bought, as the latest event says that says it; `None` when none did.
    pub available: Option<bool>,
}

impl ProductState {
    /// Reads the events of one product, sorted as those of an order. Repeated ones count once.
    #[must_use]
    pub fn of<'e>(events: impl IntoIterator<Item = &'e ShopEvent>) -> Self {
        let mut state = Self::default();
        for event in sequence(events) {
            match &event.fact {
                Fact::ProductCreated { facts, .. } => {
                    state.deleted_at = None;
                    state.read(event.occurred_at, facts);
                }
                Fact::ProductUpdated { facts, .. } => state.read(event.occurred_at, facts),
                Fact::ProductDeleted { .. } => {
                    state.deleted_at.get_or_insert(event.occurred_at);
                }
                _ => {}
            }
        }
        state.fill();
        state
    }

    fn read(&mut self, at: Timestamp, facts: &ProductFacts) {
        self.known = true;
        self.name = facts.name.clone().or_else(|| self.name.take());
        self.available = facts.available.or(self.available);
        for sku in &facts.skus {
            self.skus.entry(sku.clone()).or_insert(at);
        }
        self.change(at, facts);
    }

    /// Begins a period when something changes. What is stated at one instant is one period.
    fn change(&mut self, at: Timestamp, facts: &ProductFacts) {
        let last = self.periods.last().cloned().unwrap_or_default();
        let seller_id = facts.seller_id.clone().or(last.seller_id);
        let category_id = facts.category_id.clone().or(last.category_id);
        match self.periods.last_mut() {
            Some(now) if now.since == at => (now.seller_id, now.category_id) = (seller_id, category_id),
            _ => self.periods.push(Period { since: at, seller_id, category_id }),
        }
    }

    /// Applies the first known seller and category to the time before as well, and joins periods without a difference.
    fn fill(&mut self) {
        let first_seller = self.periods.iter().find_map(|period| period.seller_id.clone());
        let first_category = self.periods.iter().find_map(|period| period.category_id.clone());
        for period in &mut self.periods {
            period.seller_id = period.seller_id.take().or_else(|| first_seller.clone());
            period.category_id = period.category_id.take().or_else(|| first_category.clone());
        }
        self.periods.dedup_by(|later, earlier| {
            later.seller_id == earlier.seller_id && later.category_id == earlier.category_id
        });
    }
}

/// What is known about a user.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct UserState {
    /// When the user first registered.
    pub registered_at: Option<Timestamp>,
    /// When the user was deleted.
    pub deleted_at: Option<Timestamp>,
}

impl UserState {
    /// Reads the events of one user.
    #[must_use]
    pub fn of<'e>(events: impl IntoIterator<Item = &'e ShopEvent>) -> Self {
        let mut state = Self::default();
        let earliest = |known: Option<Timestamp>, at| Some(known.map_or(at, |known: Timestamp| known.min(at)));
        for event in events {
            match &event.fact {
                Fact::UserRegistered { .. } => state.registered_at = earliest(state.registered_at, event.occurred_at),
                Fact::UserDeleted { .. } => state.deleted_at = earliest(state.deleted_at, event.occurred_at),
                _ => {}
            }
        }
        state
    }
}
