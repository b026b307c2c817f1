//! Interactions that are in the log before a test begins.

use domain::{InteractionId, NewInteraction, Origin, RefType, Reference};
use store::interaction::{Recorded, Submission};
use uuid::Uuid;

use crate::TestDatabase;

/// Creates an interaction with a product, with a new event id, of a session of its own, so that no cap is met.
///
/// # Panics
/// When the event or the product has an invalid name.
#[must_use]
pub fn interaction(event: &str, product: &str) -> NewInteraction {
    let event_id = Uuid::now_v7();
    NewInteraction {
        origin: Origin::TRUSTED,
        event_id,
        account_id: None,
        event_type: event.parse().unwrap(),
        reference: Reference::new(RefType::Product, product).unwrap(),
        session_id: Some(format!("s-{event_id}")),
        metadata: "{}".to_owned(),
        occurred_at: None,
        clock_error: jiff::SignedDuration::ZERO,
    }
}

impl TestDatabase {
    /// Records interactions, as one request of the shop's own services, and returns their ids in the same order.
    ///
    /// # Panics
    /// When one of them is not new.
    pub async fn record(&self, items: &[NewInteraction]) -> Vec<InteractionId> {
        let recorded = store::interaction::record(&self.store(), items, &Submission::TRUSTED).await.unwrap();
        let ids = recorded.into_iter().map(|item| match item.recorded {
            Recorded::New(id) => id,
            other => panic!("{other:?}"),
        });
        ids.collect()
    }
}
