//! The subjects of a transaction with their folded states.

use std::collections::{BTreeSet, HashMap};

use domain::{Fact, OpinionState, OrderState, ProductState, ShopEvent, Subject, UserState};

/// A subject: its kind and its id.
pub(crate) type SubjectKey = (Subject, String);

/// The states of all subjects of a transaction.
#[derive(Default)]
pub(crate) struct States {
    pub(crate) orders: Vec<(String, OrderState)>,
    pub(crate) opinions: Vec<(Subject, String, OpinionState)>,
    pub(crate) users: Vec<(String, UserState)>,
    pub(crate) products: Vec<(String, ProductState)>,
}

impl States {
    /// Folds the events of each subject.
    pub(crate) fn fold(events: &HashMap<SubjectKey, Vec<ShopEvent>>) -> Self {
        let mut states = Self::default();
        for ((subject, id), events) in events {
            let id = id.clone();
            match subject {
                Subject::Order => states.orders.push((id, OrderState::of(events))),
                Subject::Rating | Subject::Comment => states.opinions.push((*subject, id, OpinionState::of(events))),
                Subject::User => states.users.push((id, UserState::of(events))),
                Subject::Product => {
                    let product = ProductState::of(events);
                    if product.known {
                        states.products.push((id, product));
                    }
                }
                Subject::Seller | Subject::Click => {}
            }
        }
        states
    }

    /// Returns the references that orders and opinions rely on.
    pub(crate) fn relied_on(&self) -> Vec<String> {
        let lines = self.orders.iter().flat_map(|(_, order)| order.lines.iter().map(|line| line.reference.clone()));
        let opinions = self.opinions.iter().filter_map(|(.., opinion)| opinion.reference.clone());
        lines.chain(opinions).filter(|reference| !reference.is_empty()).collect::<BTreeSet<_>>().into_iter().collect()
    }

    /// Returns the references that products define.
    pub(crate) fn decided(&self) -> Vec<String> {
        let all = self
            .products
            .iter()
            .flat_map(|(id, product)| std::iter::once(id.clone()).chain(product.skus.keys().cloned()));
        all.collect::<BTreeSet<_>>().into_iter().collect()
    }
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
pub(crate) fn named(events: &[ShopEvent]) -> Vec<String> {
    let mut names = BTreeSet::new();
    for event in events {
        match &event.fact {
            Fact::OrderCreated { content, .. } | Fact::OrderUpdated { content, .. } => {
                names.extend(content.lines.iter().map(|line| line.reference.clone()));
            }
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
    // A line may lack a reference.
    names.remove("");
    names.into_iter().collect()
}
