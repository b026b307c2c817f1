//! The subjects of a transaction with their folded states.

use std::collections::{BTreeSet, HashMap};

use domain::{Attributions, Fact, OpinionState, OrderState, ProductState, ShopEvent, Subject, UserState};

/// A subject: its kind and its id.
pub(crate) type SubjectKey = (Subject, String);

/// The states of all subjects of a transaction.
#[derive(Default)]
pub(crate) struct States {
    pub(crate) orders: Vec<(String, OrderState)>,
    pub(crate) opinions: Vec<(Subject, String, OpinionState)>,
    pub(crate) users: Vec<(String, UserState)>,
}

impl States {
    /// Folds the events of each subject but products, given the known products.
    pub(crate) fn fold(events: &HashMap<SubjectKey, Vec<ShopEvent>>, known: &Attributions) -> Self {
        let mut states = Self::default();
        for ((subject, id), events) in events {
            let id = id.clone();
            match subject {
                Subject::Order => states.orders.push((id, OrderState::of(events, known))),
                Subject::Rating | Subject::Comment => states.opinions.push((*subject, id, OpinionState::of(events))),
                Subject::User => states.users.push((id, UserState::of(events))),
                Subject::Product | Subject::Seller | Subject::Click => {}
            }
        }
        states
    }
}

/// Folds the events of each product.
pub(crate) fn products(events: &HashMap<SubjectKey, Vec<ShopEvent>>) -> Vec<(&str, ProductState)> {
    let of_products = events.iter().filter(|((subject, _), _)| *subject == Subject::Product);
    let products = of_products.map(|((_, id), events)| (&**id, ProductState::of(events)));
    products.filter(|(_, product)| product.known).collect()
}

/// Returns the references that products define.
pub(crate) fn decided(products: &[(&str, ProductState)]) -> Vec<String> {
    let all = products.iter().flat_map(|(id, product)| {
        let skus = product.skus.keys().cloned();
        std::iter::once((*id).to_owned()).chain(skus)
    });
    all.collect::<BTreeSet<_>>().into_iter().collect()
}

/// Returns the references that orders and opinions rely on: also those of returns, and of lines that were replaced.
pub(crate) fn relied_on(events: &HashMap<SubjectKey, Vec<ShopEvent>>) -> Vec<String> {
    let others = events.iter().filter(|((subject, _), _)| *subject != Subject::Product);
    named(others.flat_map(|(_, events)| events))
}

/// Returns the subject whose state an event changes; `None` when the event is only logged and counted.
pub(crate) fn changed(event: &ShopEvent) -> Option<SubjectKey> {
    let (subject, id) = event.fact.subject();
    match (&event.fact, subject) {
        (Fact::ProductStockUpdated { .. } | Fact::UserLoggedIn { .. }, _) => None,
        (_, Subject::Seller | Subject::Click) => None,
        _ => Some((subject, id.to_owned())),
    }
}

/// Returns every reference that events name, so that it can be locked.
pub(crate) fn named<'e>(events: impl IntoIterator<Item = &'e ShopEvent>) -> Vec<String> {
    let mut names = BTreeSet::new();
    for event in events {
        match &event.fact {
            Fact::OrderCreated { content, .. } | Fact::OrderUpdated { content, .. } => {
                names.extend(content.lines.iter().map(|line| line.reference.clone()));
            }
            Fact::OrderReturned { items, .. } => names.extend(items.iter().map(|item| item.reference.clone())),
            Fact::ProductCreated { product_id, facts } | Fact::ProductUpdated { product_id, facts } => {
                names.insert(product_id.clone());
                names.extend(facts.skus.iter().cloned());
            }
            Fact::RatingAdded(rating) | Fact::RatingUpdated(rating) | Fact::RatingDeleted(rating) => {
                names.extend(rating.reference.clone());
            }
            Fact::CommentCreated(comment) | Fact::CommentUpdated(comment) | Fact::CommentDeleted(comment) => {
                names.extend(comment.reference.clone());
            }
            _ => {}
        }
    }
    // A line or an item may lack a reference.
    names.remove("");
    names.into_iter().collect()
}
