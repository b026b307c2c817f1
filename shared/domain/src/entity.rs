//! The state of products and users, from the events of them that are known.

use std::collections::BTreeMap;

use jiff::Timestamp;

use crate::{Fact, ShopEvent};

/// What is known of a product. The first seller and category stay, so that a later change leaves the figures of the
/// past alone; the last name counts.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ProductState {
    /// Whether an event introduced it; one that only withdraws it does not.
    pub known: bool,
    /// Who sells it.
    pub seller_id: Option<String>,
    /// Where it belongs.
    pub category_id: Option<String>,
    /// What it is called.
    pub name: Option<String>,
    /// Its SKUs with the time of their first mention: of two products that claim a SKU, the earlier has it.
    pub skus: BTreeMap<String, Timestamp>,
    /// When it was withdrawn.
    pub deleted_at: Option<Timestamp>,
}

impl ProductState {
    /// Reads the events of one product, in the order of their own time.
    #[must_use]
    pub fn of<'e>(events: impl IntoIterator<Item = &'e ShopEvent>) -> Self {
        let mut events: Vec<_> = events.into_iter().collect();
        events.sort_by_key(|event| (event.occurred_at, event.id));
        let mut state = Self::default();
        for event in events {
            match &event.fact {
                Fact::ProductCreated { facts, .. } | Fact::ProductUpdated { facts, .. } => {
                    state.known = true;
                    state.seller_id = state.seller_id.take().or_else(|| facts.seller_id.clone());
                    state.category_id = state.category_id.take().or_else(|| facts.category_id.clone());
                    state.name = facts.name.clone().or_else(|| state.name.take());
                    for sku in &facts.skus {
                        state.skus.entry(sku.clone()).or_insert(event.occurred_at);
                    }
                }
                Fact::ProductDeleted { .. } => {
                    state.deleted_at.get_or_insert(event.occurred_at);
                }
                _ => {}
            }
        }
        state
    }
}

/// What is known of a user.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct UserState {
    /// When the user first registered.
    pub registered_at: Option<Timestamp>,
    /// When the user left.
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
