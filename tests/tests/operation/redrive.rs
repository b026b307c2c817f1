//! Dead letters are redriven by reason and age, and doing so twice changes nothing.

use std::path::PathBuf;

use domain::{InteractionId, ParkReason, Sink};
use shopsignal::deployment::Deployment;
use shopsignal::dlq::Dlq;
use shopsignal::redrive::{Counts, Options, Tally, redrive};
use stack::StackFile;
use testkit::{TestDatabase, TestQueue, hint};

use crate::shop::{product, record};

const SINK: Sink = Sink::Catalog;

/// A database and the two queues of the catalog.
struct Setup {
    database: TestDatabase,
    queue: TestQueue,
    dlq: TestQueue,
    deployment: Deployment,
}

impl Setup {
    async fn open() -> Self {
        let (database, queue, dlq) =
            (TestDatabase::create().await, TestQueue::create().await, TestQueue::create().await);
        let path = PathBuf::from(std::env::var("SHOPSIGNAL_STACK_FILE").unwrap());
        let mut stack = StackFile { database_url: database.url().to_owned(), ..StackFile::load(&path).unwrap() };
        for (name, queue) in [("catalog-queue", &queue), ("catalog-dlq", &dlq)] {
            stack.queues.insert(name.to_owned(), queue.url().to_owned());
        }
        let deployment = Deployment::local(&stack).await.unwrap();
        Self { database, queue, dlq, deployment }
    }

    /// Records interactions that the catalog refuses, and parks them.
    async fn park(&self, count: usize, status: u16) -> Vec<InteractionId> {
        let ids = record(&self.database, &vec![("view", product(0)); count]).await;
        let rows: Vec<_> = ids.iter().map(|id| (*id, ParkReason::CatalogRefused { status })).collect();
        store::pending::park(&self.database.store(), SINK, &rows).await.unwrap();
        ids
    }

    async fn bury(&self, ids: &[InteractionId]) {
        for id in ids {
            self.dlq.send(&hint(id.0)).await;
        }
    }

    async fn redrive(&self, options: Options) -> Tally {
        redrive(&self.deployment, Dlq::Sink(SINK), options).await.unwrap()
    }

    async fn parked(&self) -> i64 {
        self.database.number("SELECT count(*) FROM analytic.pending WHERE parked_at IS NOT NULL").await
    }

    /// Empties the source queue and returns the bodies, sorted.
    async fn sent(&self) -> Vec<String> {
        let mut bodies: Vec<_> = self.queue.drain().await.into_iter().filter_map(|message| message.body).collect();
        bodies.sort();
        bodies
    }
}

fn all() -> Options {
    Options { reason: None, older_than: None, dry_run: false, rate: None, max: None }
}

fn only(reason: &str) -> Options {
    Options { reason: Some(reason.to_owned()), ..all() }
}

fn hints(ids: &[InteractionId]) -> Vec<String> {
    let mut bodies: Vec<_> = ids.iter().map(|id| hint(id.0)).collect();
    bodies.sort();
    bodies
}

#[tokio::test]
async fn everything_readable_goes_back_and_the_second_time_changes_nothing() {
    let setup = Setup::open().await;
    let parked = setup.park(12, 404).await;
    let waiting = record(&setup.database, &[("view", product(1))]).await;
    setup.bury(&parked).await;
    setup.bury(&waiting).await;
    setup.bury(&[InteractionId(999_999)]).await;
    setup.dlq.send("not a hint").await;

    let tally = setup.redrive(all()).await;

    assert_eq!(tally.by_reason["catalog_refused_404"], Counts { seen: 12, put_back: 12, ..Counts::default() });
    assert_eq!(tally.by_reason["waiting"], Counts { seen: 1, put_back: 1, ..Counts::default() });
    assert_eq!(tally.by_reason["done"], Counts { seen: 1, deleted: 1, ..Counts::default() });
    assert_eq!(tally.by_reason["unreadable"], Counts { seen: 1, left: 1, ..Counts::default() });
    assert_eq!(setup.sent().await, hints(&[parked, waiting].concat()));
    assert_eq!((setup.parked().await, setup.dlq.depth().await), (0, 1));
    let due = "SELECT count(*) FROM analytic.pending WHERE hints = 1 AND next_hint_at > now() + interval '50 seconds'";
    assert_eq!(setup.database.number(due).await, 26, "resend-pending gives the direct hint its minute");

    let again = setup.redrive(all()).await;

    assert_eq!(again.total(), Counts { seen: 1, left: 1, ..Counts::default() });
    assert_eq!(setup.sent().await, Vec::<String>::new());
    assert_eq!(setup.dlq.drain().await.len(), 1, "the unreadable one is visible");
}

#[tokio::test]
async fn only_the_named_reason_and_age_go_back() {
    let setup = Setup::open().await;
    let (not_found, too_large) = (setup.park(3, 404).await, setup.park(2, 413).await);
    setup.bury(&[not_found.clone(), too_large.clone()].concat()).await;
    let old = format!(
        "UPDATE analytic.pending SET parked_at = now() - interval '2 hours' WHERE interaction_id = {}",
        not_found[0].0
    );
    setup.database.execute(&format!("{old} AND parked_at IS NOT NULL")).await;

    let tally = setup.redrive(Options { older_than: Some(3_600.0), ..only("catalog_refused_404") }).await;

    assert_eq!(tally.by_reason["catalog_refused_404"], Counts { seen: 3, put_back: 1, left: 2, ..Counts::default() });
    assert_eq!(tally.by_reason["catalog_refused_413"], Counts { seen: 2, left: 2, ..Counts::default() });
    assert_eq!(setup.sent().await, hints(&not_found[..1]));
    assert_eq!(setup.parked().await, 4);
    assert_eq!(setup.dlq.drain().await.len(), 4, "what stays is visible at once");
}

#[tokio::test]
async fn a_dry_run_counts_and_changes_nothing() {
    let setup = Setup::open().await;
    let parked = setup.park(3, 404).await;
    setup.bury(&parked[..2]).await;
    setup.bury(&[InteractionId(999_999)]).await;
    let before = setup.database.rows("SELECT * FROM analytic.pending ORDER BY sink, interaction_id").await;

    let tally = setup.redrive(Options { dry_run: true, ..all() }).await;

    let counts = Counts { seen: 2, put_back: 2, hinted: 1, ..Counts::default() };
    assert_eq!(tally.by_reason["catalog_refused_404"], counts);
    assert_eq!(tally.by_reason["done"].deleted, 1);
    assert_eq!(setup.database.rows("SELECT * FROM analytic.pending ORDER BY sink, interaction_id").await, before);
    assert_eq!((setup.sent().await.len(), setup.dlq.drain().await.len()), (0, 3));
    // A run does what the dry run said, whatever the queue contains by now.
    assert_eq!(setup.redrive(all()).await.by_reason["catalog_refused_404"].hinted, 3);
}

#[tokio::test]
async fn parked_rows_whose_dead_letter_is_gone_are_hinted_directly() {
    let setup = Setup::open().await;
    let (not_found, too_large) = (setup.park(25, 404).await, setup.park(1, 413).await);
    setup.bury(&too_large).await;

    let tally = setup.redrive(only("catalog_refused_404")).await;

    assert_eq!(tally.by_reason["catalog_refused_404"], Counts { hinted: 25, ..Counts::default() });
    assert_eq!(setup.sent().await, hints(&not_found));
    assert_eq!(setup.parked().await, 1);
    assert_eq!(setup.redrive(only("catalog_refused_404")).await.total().hinted, 0);
}

#[tokio::test]
async fn the_unreadable_goes_back_unchanged_when_it_is_asked_for() {
    let setup = Setup::open().await;
    let parked = setup.park(1, 404).await;
    setup.bury(&parked).await;
    setup.dlq.send(r#"{"version":2,"interaction_id":1}"#).await;

    let tally = setup.redrive(only("unreadable")).await;

    assert_eq!(tally.by_reason["unreadable"], Counts { seen: 1, put_back: 1, ..Counts::default() });
    assert_eq!(setup.sent().await, [r#"{"version":2,"interaction_id":1}"#]);
    assert_eq!((setup.parked().await, setup.dlq.depth().await), (1, 1));
}

#[tokio::test]
async fn no_more_than_the_maximum_goes_back_and_no_faster_than_the_rate() {
    let setup = Setup::open().await;
    setup.bury(&setup.park(40, 404).await).await;
    let start = std::time::Instant::now();

    let tally = setup.redrive(Options { max: Some(25), rate: Some(20), ..all() }).await;

    assert!(start.elapsed().as_secs_f64() >= 1.0, "25 messages at 20 a second: {:?}", start.elapsed());
    assert!(tally.cut_short);
    assert_eq!((tally.total().put_back, tally.total().hinted), (25, 0));
    assert_eq!((setup.sent().await.len(), setup.parked().await, setup.dlq.depth().await), (25, 15, 15));
    let rest = setup.redrive(all()).await;
    assert_eq!((rest.total().put_back, rest.cut_short), (15, false));
}

#[tokio::test]
async fn two_letters_of_one_interaction_send_one_hint_or_two_and_both_are_gone() {
    let setup = Setup::open().await;
    let parked = setup.park(1, 404).await;
    setup.bury(&[parked.clone(), parked.clone(), parked.clone()].concat()).await;
    setup.redrive(all()).await;
    let sent = setup.sent().await;
    assert!((1..=3).contains(&sent.len()) && sent.iter().all(|body| *body == hint(parked[0].0)), "{sent:?}");
    assert_eq!((setup.dlq.depth().await, setup.parked().await), (0, 0));
}

#[tokio::test]
async fn after_a_crash_between_sending_and_deleting_the_letter_is_met_again_and_deleted() {
    let setup = Setup::open().await;
    let parked = setup.park(1, 404).await;
    setup.bury(&parked).await;
    // given: what the crash leaves behind, and the catalog has confirmed meanwhile
    store::pending::unpark(&setup.database.store(), SINK, &parked).await.unwrap();
    setup.queue.send(&hint(parked[0].0)).await;
    store::pending::remove(&setup.database.store(), SINK, &parked).await.unwrap();

    let tally = setup.redrive(all()).await;

    assert_eq!(tally.by_reason["done"], Counts { seen: 1, deleted: 1, ..Counts::default() });
    assert_eq!((setup.sent().await.len(), setup.dlq.depth().await), (1, 0));
}

#[tokio::test]
async fn when_the_queue_is_gone_the_letters_stay_and_are_visible() {
    let setup = Setup::open().await;
    let parked = setup.park(2, 404).await;
    setup.bury(&parked).await;
    TestQueue::client().delete_queue().queue_url(setup.queue.url()).send().await.unwrap();

    let failed = redrive(&setup.deployment, Dlq::Sink(SINK), all()).await;

    assert!(failed.is_err(), "{failed:?}");
    assert_eq!(setup.dlq.drain().await.len(), 2);
    // Unparked, they are left to resend-pending.
    assert_eq!(setup.parked().await, 0);
}
