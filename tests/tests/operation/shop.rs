//! A shop with its own database.

use domain::InteractionId;
use store::verification::{Report, Snapshot};
use testkit::{TestDatabase, interaction};
use uuid::Uuid;

/// The key horizon of a deployment that does not set one.
pub(crate) const RETENTION_DAYS: u16 = 30;

/// A product with a readable id.
pub(crate) fn product(number: u128) -> Uuid {
    Uuid::from_u128(number + 1)
}

/// Records events on products, as one request, and returns their ids.
pub(crate) async fn record(database: &TestDatabase, events: &[(&str, Uuid)]) -> Vec<InteractionId> {
    let items: Vec<_> = events.iter().map(|(event, product)| interaction(event, &product.to_string())).collect();
    database.record(&items).await
}

/// Records events and applies them to the scores.
pub(crate) async fn record_and_apply(database: &TestDatabase, events: &[(&str, Uuid)]) -> Vec<InteractionId> {
    let ids = record(database, events).await;
    store::popularity::apply(&database.store(), &ids).await.unwrap();
    ids
}

/// Verifies everything in one snapshot.
pub(crate) async fn verify(database: &TestDatabase) -> Report {
    let mut client = store::connect(&database.settings(), None).await.unwrap();
    let snapshot = Snapshot::open(&mut client).await.unwrap();
    snapshot.report(RETENTION_DAYS).await.unwrap()
}
