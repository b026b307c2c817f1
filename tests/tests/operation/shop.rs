//! A shop with its own database.

use domain::{Caller, InteractionId, NewInteraction, Origin, RefType, Reference};
use store::interaction::{Recorded, Submission};
use store::verification::{Report, Snapshot};
use testkit::TestDatabase;
use uuid::Uuid;

/// The key horizon of a deployment that does not set one.
pub(crate) const RETENTION_DAYS: u16 = 30;

/// A product with a readable id.
pub(crate) fn product(number: u128) -> Uuid {
    Uuid::from_u128(number + 1)
}

/// Records events on products, as one request, and returns their ids.
pub(crate) async fn record(database: &TestDatabase, events: &[(&str, Uuid)]) -> Vec<InteractionId> {
    let items: Vec<_> = events.iter().map(|(event, product)| interaction(event, *product)).collect();
    let submission =
        Submission { caller: Caller::Trusted, user_agent: None, ip_address: None, guest_events_per_minute: None };
    let recorded = store::interaction::record(&database.store(), &items, &submission).await.unwrap();
    let ids = recorded.into_iter().map(|item| match item.recorded {
        Recorded::New(id) => id,
        other => panic!("{other:?}"),
    });
    ids.collect()
}

/// Records events and applies them to the scores.
pub(crate) async fn record_and_apply(database: &TestDatabase, events: &[(&str, Uuid)]) -> Vec<InteractionId> {
    let ids = record(database, events).await;
    store::popularity::apply(&database.store(), &ids).await.unwrap();
    ids
}

fn interaction(event: &str, product: Uuid) -> NewInteraction {
    NewInteraction {
        origin: Origin::TRUSTED,
        event_id: Uuid::now_v7(),
        account_id: None,
        event_type: event.parse().unwrap(),
        reference: Reference::new(RefType::Product, &product.to_string()).unwrap(),
        session_id: None,
        metadata: "{}".to_owned(),
        occurred_at: None,
        clock_error: jiff::SignedDuration::ZERO,
    }
}

/// Verifies everything in one snapshot.
pub(crate) async fn verify(database: &TestDatabase) -> Report {
    let mut client = store::connect(&database.settings(), None).await.unwrap();
    let snapshot = Snapshot::open(&mut client).await.unwrap();
    snapshot.report(RETENTION_DAYS).await.unwrap()
}
