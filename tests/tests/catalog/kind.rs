//! verify is correct for each kind of catalog, also after a switch from one to the other and back.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use catalog::{Catalog, FeedCatalog};
use domain::{Interaction, InteractionId, NewInteraction, Sink};
use shopsignal::deployment::Deployment;
use shopsignal::verify::{self, FeedCheck};
use stack::StackFile;
use testkit::{TestDatabase, TestTable, interaction};

/// A database, a feed, and the command that compares them.
struct Setup {
    database: TestDatabase,
    feed: TestTable,
    deployment: Deployment,
}

impl Setup {
    async fn open() -> Self {
        let (database, feed) = (TestDatabase::create().await, TestTable::create().await);
        let path = PathBuf::from(std::env::var("SHOPSIGNAL_STACK_FILE").unwrap());
        let stack = StackFile {
            database_url: database.url().to_owned(),
            catalog_table: feed.name().to_owned(),
            ..StackFile::load(&path).unwrap()
        };
        let deployment = Deployment::local(&stack).await.unwrap();
        Self { database, feed, deployment }
    }

    async fn record(&self, count: usize) -> Vec<InteractionId> {
        let of_visitor = || NewInteraction { session_id: Some("s-1".to_owned()), ..interaction("view", "shoe") };
        let views: Vec<_> = (0..count).map(|_| of_visitor()).collect();
        self.database.record(&views).await
    }

    /// Delivers into the feed and records it, as update-catalog does with `CATALOG_FEED`.
    async fn deliver_to_feed(&self, ids: &[InteractionId]) -> Vec<Interaction> {
        let store = self.database.store();
        let awaiting = store::interaction::get_awaiting_catalog(&store, ids).await.unwrap();
        self.write(&awaiting.open).await;
        store::pending::remove(&store, Sink::Catalog, ids).await.unwrap();
        awaiting.open
    }

    async fn write(&self, interactions: &[Interaction]) {
        let feed = Catalog::Feed(FeedCatalog::new(TestTable::client(), self.feed.name().to_owned()));
        feed.deliver(interactions, Instant::now() + Duration::from_secs(20)).await.unwrap();
    }

    async fn check_feed(&self) -> FeedCheck {
        verify::check(&self.deployment, 30, true).await.unwrap().feed.unwrap()
    }
}

#[tokio::test]
async fn what_an_outside_catalog_has_need_not_be_in_the_feed_and_what_the_feed_has_must() {
    let setup = Setup::open().await;
    let store = setup.database.store();
    let outside = setup.record(1_000).await;
    for ids in outside.chunks(70) {
        store::pending::remove_outside(&store, ids).await.unwrap();
        store::pending::remove_outside(&store, ids).await.unwrap();
    }
    let feed = setup.check_feed().await;
    assert_eq!((feed.differences(), feed.delivered, feed.elsewhere), (0, 0, 1_000), "{feed:?}");

    // When the feed is used again, only what was delivered into it must be there.
    let inside = setup.record(20).await;
    let delivered = setup.deliver_to_feed(&inside).await;
    let feed = setup.check_feed().await;
    assert_eq!((feed.differences(), feed.delivered, feed.interactions, feed.items), (0, 20, 20, 1), "{feed:?}");

    // One that is delivered again, in another batch, is in two items and no difference.
    setup.write(&delivered[..5]).await;
    let feed = setup.check_feed().await;
    assert_eq!((feed.differences(), feed.delivered, feed.interactions, feed.items), (0, 20, 20, 2), "{feed:?}");

    // And an interaction that was removed without any delivery is reported as missing.
    let forgotten = setup.record(1).await;
    store::pending::remove(&store, Sink::Catalog, &forgotten).await.unwrap();
    assert_eq!(setup.check_feed().await.missing, [forgotten[0].0]);
    setup.feed.delete().await;
}

#[tokio::test]
async fn what_both_kinds_have_is_attributed_to_who_removed_the_row() {
    let setup = Setup::open().await;
    let store = setup.database.store();
    // Two deployments overlap: the feed has it, and the other one recorded a delivery to the outside catalog.
    let ids = setup.record(3).await;
    setup.deliver_to_feed(&ids[..1]).await;
    store::pending::remove_outside(&store, &ids).await.unwrap();
    let feed = setup.check_feed().await;
    assert_eq!((feed.differences(), feed.delivered, feed.elsewhere), (0, 1, 2), "{feed:?}");
    setup.feed.delete().await;
}

#[test]
fn a_delivery_elsewhere_is_remembered_longer_than_the_feed_is_checked() {
    assert!(i64::from(store::catalog_delivery::KEPT_DAYS) > catalog::FEED_LIFETIME_DAYS);
}
