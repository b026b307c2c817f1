//! Every dead letter is accounted for, and those of every queue can be redriven: an event exists nowhere else.

use std::collections::BTreeMap;
use std::path::PathBuf;

use contracts::{AddressKey, AlertHint, Intake, read_shop_event};
use domain::fraud::FindingId;
use domain::{ParkReason, Sink};
use serde_json::json;
use shopsignal::deployment::Deployment;
use shopsignal::dlq::Dlq;
use shopsignal::redrive::{Counts, Options, Tally, redrive};
use shopsignal::verify::{self, Outcome};
use stack::StackFile;
use store::pending_alert::{self, Unfinished};
use testkit::{TestDatabase, TestQueue, TestSecret, hint};
use uuid::Uuid;

use crate::shop::{product, record};

const ALL: Options = Options { reason: None, older_than: None, dry_run: false, rate: None, max: None };

/// A database and every queue of a deployment.
struct Setup {
    database: TestDatabase,
    queues: BTreeMap<&'static str, TestQueue>,
    deployment: Deployment,
}

impl Setup {
    async fn open() -> Self {
        let database = TestDatabase::create().await;
        let names = [
            "popularity-queue",
            "popularity-dlq",
            "catalog-queue",
            "catalog-dlq",
            "alerts-queue",
            "alerts-dlq",
            "order-events-queue",
            "order-events-dlq",
            "maintenance-dlq",
        ];
        let mut queues = BTreeMap::new();
        for name in names {
            queues.insert(name, TestQueue::create().await);
        }
        let path = PathBuf::from(std::env::var("SHOPSIGNAL_STACK_FILE").unwrap());
        let stack = StackFile {
            database_url: database.url().to_owned(),
            app_secret_arn: TestSecret::create(&[]).await.arn().to_owned(),
            queues: queues.iter().map(|(name, queue)| ((*name).to_owned(), queue.url().to_owned())).collect(),
            ..StackFile::load(&path).unwrap()
        };
        let deployment = Deployment::local(&stack).await.unwrap();
        Self { database, queues, deployment }
    }

    async fn verify(&self) -> Outcome {
        verify::check(&self.deployment, 30, false).await.unwrap()
    }

    /// The letters that verify cannot account for, as `queue reason count`.
    async fn unaccounted(&self) -> Vec<String> {
        let outcome = self.verify().await;
        let of = |check: &verify::DeadLetterCheck| {
            let queue = check.queue.clone();
            check.unexplained.iter().map(move |(reason, count)| format!("{queue} {reason} {count}")).collect::<Vec<_>>()
        };
        assert_eq!(outcome.is_sound(), outcome.unaccounted() == 0);
        outcome.dead_letters.iter().flat_map(of).collect()
    }

    async fn redrive(&self, dlq: Dlq, options: Options) -> Tally {
        redrive(&self.deployment, dlq, options).await.unwrap()
    }

    /// Logs an event as project-orders does.
    async fn log(&self, body: &str) {
        let intake = Intake {
            currency: "EUR".parse().unwrap(),
            address_key: AddressKey::new(1, TestSecret::ADDRESS_KEY).unwrap(),
        };
        let event = read_shop_event(body, &intake, jiff::Timestamp::now()).unwrap();
        let store = self.database.store();
        let mut transaction = store.begin().await.unwrap();
        store::shop_event::insert(&mut transaction, &[event]).await.unwrap();
        transaction.commit().await.unwrap();
    }

    /// Stores findings whose alerts are parked, and returns their ids.
    async fn park_alerts(&self, count: u128) -> Vec<FindingId> {
        let ids: Vec<_> = (1..=count).map(|number| FindingId(Uuid::from_u128(number))).collect();
        for id in &ids {
            let rows = format!(
                "INSERT INTO analytic.finding VALUES ('{id}', 'large_order', 'customer:c', 'order:{id}', '{{}}', now(), now());
                 INSERT INTO analytic.pending_alert (finding_id, date_created, next_hint_at) VALUES ('{id}', now(), now())"
            );
            self.database.execute(&rows).await;
        }
        let refused = || Some(ParkReason::WebhookRefused { webhook: "slack", status: 410 });
        let parked = |id: &FindingId| Unfinished { id: *id, confirmed: Vec::new(), parked: refused() };
        let parked: Vec<_> = ids.iter().map(parked).collect();
        pending_alert::release(&self.database.store(), &parked, Uuid::nil()).await.unwrap();
        ids
    }
}

fn only(reason: &str) -> Options {
    Options { reason: Some(reason.to_owned()), ..ALL }
}

fn shipped(order: &str, id: &str) -> String {
    json!({ "event": "OrderShipped", "timestamp": "2026-11-20T10:00:00Z", "orderId": order, "eventId": id }).to_string()
}

fn bodies(messages: Vec<aws_sdk_sqs::types::Message>) -> Vec<String> {
    let mut bodies: Vec<_> = messages.into_iter().filter_map(|message| message.body).collect();
    bodies.sort();
    bodies
}

#[tokio::test]
async fn events_that_died_in_an_outage_are_lost_until_they_are_put_back() {
    let setup = Setup::open().await;
    let dlq = &setup.queues["order-events-dlq"];
    let events: Vec<_> = (0..23).map(|number| shipped(&format!("o-{number}"), &format!("e-{number}"))).collect();
    for event in &events {
        dlq.send(event).await;
    }
    assert_eq!(setup.unaccounted().await, ["order-events-dlq waiting 23"]);
    assert_eq!(dlq.depth().await, 23, "looking changes nothing");

    let dry = setup.redrive(Dlq::OrderEvents, Options { dry_run: true, ..ALL }).await;
    assert_eq!(dry.by_reason["waiting"], Counts { seen: 23, put_back: 23, ..Counts::default() });
    assert_eq!(setup.queues["order-events-queue"].depth().await, 0);

    let tally = setup.redrive(Dlq::OrderEvents, ALL).await;
    assert_eq!(tally.by_reason["waiting"], Counts { seen: 23, put_back: 23, ..Counts::default() });
    let mut sent = events.clone();
    sent.sort();
    assert_eq!(bodies(setup.queues["order-events-queue"].drain().await), sent);
    assert_eq!(setup.redrive(Dlq::OrderEvents, ALL).await.total(), Counts::default());
    assert_eq!(setup.unaccounted().await, [""; 0]);
}

#[tokio::test]
async fn a_letter_of_an_event_that_is_in_the_log_is_done_and_what_only_comes_back_stays() {
    let setup = Setup::open().await;
    let dlq = &setup.queues["order-events-dlq"];
    setup.log(&shipped("o-1", "e-1")).await;
    for body in [&*shipped("o-1", "e-1"), &*shipped("o-2", "e-1"), "junk", &*shipped("o-3", "e-3")] {
        dlq.send(body).await;
    }
    let lost = ["order-events-dlq conflict 1", "order-events-dlq unreadable 1", "order-events-dlq waiting 1"];
    assert_eq!(setup.unaccounted().await, lost);

    let tally = setup.redrive(Dlq::OrderEvents, ALL).await;
    assert_eq!(tally.by_reason["done"], Counts { seen: 1, deleted: 1, ..Counts::default() });
    for stuck in ["conflict", "unreadable"] {
        assert_eq!(tally.by_reason[stuck], Counts { seen: 1, left: 1, ..Counts::default() });
    }
    assert_eq!(tally.by_reason["waiting"].put_back, 1);
    assert_eq!(dlq.peek().await.len(), 2);
    assert_eq!(setup.redrive(Dlq::OrderEvents, only("unreadable")).await.by_reason["unreadable"].put_back, 1);
}

#[tokio::test]
async fn a_letter_stays_what_it_was_when_the_customer_of_its_event_is_erased() {
    let setup = Setup::open().await;
    let placed = |order: &str| {
        json!({ "event": "OrderCreated", "timestamp": "2026-11-20T10:00:00Z", "orderId": order, "eventId": "e-1",
            "customerId": "c-1", "items": [{ "productId": "p-1", "quantity": 1, "price": "1.00" }] })
        .to_string()
    };
    setup.log(&placed("o-1")).await;
    for order in ["o-1", "o-2"] {
        setup.queues["order-events-dlq"].send(&placed(order)).await;
    }
    assert_eq!(setup.unaccounted().await, ["order-events-dlq conflict 1"]);
    let places = people::Places { database: setup.database.store(), feed: None, letters: None };
    let customer = domain::Named::Customer(vec![domain::CustomerKey::of_id("c-1")]);
    let deadline = std::time::Instant::now() + std::time::Duration::from_secs(60);
    let erased = people::erase(&places, people::Order { named: &customer, requested_by: "desk", deadline }).await;
    assert_eq!(erased.unwrap().counts["shop_event"], 1);
    assert_eq!(setup.unaccounted().await, ["order-events-dlq conflict 1"]);
}

#[tokio::test]
async fn the_reason_that_a_consumer_gave_is_the_reason_to_choose_by() {
    let setup = Setup::open().await;
    let dlq = &setup.queues["order-events-dlq"];
    let client = TestQueue::client();
    let refused =
        aws_sdk_sqs::types::MessageAttributeValue::builder().data_type("String").string_value("refused_22003");
    let call = client.send_message().queue_url(dlq.url()).message_body(shipped("o-1", "e-1"));
    call.message_attributes("Reason", refused.build().unwrap()).send().await.unwrap();
    dlq.send(&shipped("o-2", "e-2")).await;

    let tally = setup.redrive(Dlq::OrderEvents, only("refused_22003")).await;

    assert_eq!(tally.by_reason["refused_22003"], Counts { seen: 1, put_back: 1, ..Counts::default() });
    assert_eq!(tally.by_reason["waiting"], Counts { seen: 1, left: 1, ..Counts::default() });
    assert_eq!(bodies(setup.queues["order-events-queue"].drain().await), [shipped("o-1", "e-1")]);
}

#[tokio::test]
async fn alerts_go_back_by_reason_with_and_without_their_letters_and_twice_changes_nothing() {
    let setup = Setup::open().await;
    let ids = setup.park_alerts(5).await;
    let dlq = &setup.queues["alerts-dlq"];
    for id in &ids[..2] {
        dlq.send(&AlertHint { finding_id: *id }.body()).await;
    }
    dlq.send(&AlertHint { finding_id: FindingId(Uuid::from_u128(99)) }.body()).await;
    dlq.send("no hint").await;
    assert_eq!(setup.unaccounted().await, ["alerts-dlq unreadable 1"], "a parked row stands for its letter");

    assert_eq!(setup.redrive(Dlq::Alerts, only("discord_refused_410")).await.total().put_back, 0);
    let tally = setup.redrive(Dlq::Alerts, only("slack_refused_410")).await;

    assert_eq!(tally.by_reason["slack_refused_410"], Counts { seen: 2, put_back: 2, hinted: 3, ..Counts::default() });
    assert_eq!(setup.queues["alerts-queue"].drain().await.len(), 5);
    assert_eq!(
        setup.database.number("SELECT count(*) FROM analytic.pending_alert WHERE parked_at IS NOT NULL").await,
        0
    );
    let again = setup.redrive(Dlq::Alerts, ALL).await;
    assert_eq!(again.total(), Counts { seen: 1, left: 1, ..Counts::default() });
    assert_eq!(setup.queues["alerts-queue"].depth().await, 0);
}

#[tokio::test]
async fn hints_are_accounted_for_by_their_rows_and_what_is_no_hint_is_not() {
    let setup = Setup::open().await;
    let ids = record(&setup.database, &[("view", product(0)), ("view", product(1))]).await;
    let refused = [(ids[0], ParkReason::CatalogRefused { status: 422 })];
    store::pending::park(&setup.database.store(), Sink::Catalog, &refused).await.unwrap();
    for dlq in ["catalog-dlq", "popularity-dlq"] {
        for body in [hint(ids[0].0), hint(ids[1].0), hint(999_999)] {
            setup.queues[dlq].send(&body).await;
        }
    }
    let outcome = setup.verify().await;
    let catalog = outcome.dead_letters.iter().find(|check| check.queue == "catalog-dlq").unwrap();
    let expected = [("catalog_refused_422", 1), ("done", 1), ("waiting", 1)];
    let explained: Vec<_> = catalog.explained.iter().map(|(reason, count)| (reason.as_str(), *count)).collect();
    assert_eq!(explained, expected);
    assert_eq!(outcome.unaccounted(), 0);
    setup.queues["popularity-dlq"].send("junk").await;
    setup.queues["maintenance-dlq"].send(&failed_run("shop-judge-carts")).await;
    assert_eq!(setup.unaccounted().await, ["popularity-dlq unreadable 1", "maintenance-dlq failed_run 1"]);
}

#[tokio::test]
async fn every_queue_is_counted() {
    let setup = Setup::open().await;
    for (name, queue) in &setup.queues {
        queue.send(name).await;
    }
    let outcome = setup.verify().await;
    let counted: BTreeMap<_, _> = outcome.queues.iter().map(|queue| (queue.name.as_str(), queue.visible)).collect();
    assert_eq!(counted, setup.queues.keys().map(|name| (*name, 1)).collect());
}

#[tokio::test]
async fn after_a_crash_between_sending_and_deleting_an_event_goes_back_twice_and_is_never_lost() {
    let setup = Setup::open().await;
    let (queue, dlq) = (&setup.queues["order-events-queue"], &setup.queues["order-events-dlq"]);
    dlq.send(&shipped("o-1", "e-1")).await;
    // given: what the crash leaves behind
    queue.send(&shipped("o-1", "e-1")).await;
    setup.redrive(Dlq::OrderEvents, ALL).await;
    assert_eq!(bodies(queue.drain().await), [shipped("o-1", "e-1"), shipped("o-1", "e-1")]);
    // and when project-orders has logged it, a third copy is known to be done
    setup.log(&shipped("o-1", "e-1")).await;
    dlq.send(&shipped("o-1", "e-1")).await;
    assert_eq!(setup.redrive(Dlq::OrderEvents, ALL).await.by_reason["done"].deleted, 1);
    assert_eq!((queue.depth().await, dlq.depth().await), (0, 0));
}

/// The name of a function in the stack, which starts as the names of its queues do.
fn deployed(stack: &StackFile, function: &str) -> String {
    let queue = stack.queue_url("maintenance-dlq").rsplit('/').next().unwrap();
    format!("{}{function}", queue.strip_suffix("maintenance-dlq").unwrap())
}

/// Lambda's record of a run that failed.
fn failed_run(function: &str) -> String {
    let arn = format!("arn:aws:lambda:us-east-1:000000000000:function:{function}:$LATEST");
    json!({ "version": "1.0", "requestContext": { "functionArn": arn, "condition": "RetriesExhausted" } }).to_string()
}

#[tokio::test]
async fn a_failed_run_whose_function_cannot_be_started_keeps_its_letter() {
    let setup = Setup::open().await;
    let dlq = &setup.queues["maintenance-dlq"];
    dlq.send(&failed_run("nowhere-judge-carts")).await;
    assert!(redrive(&setup.deployment, Dlq::Maintenance, ALL).await.is_err());
    assert_eq!(bodies(dlq.drain().await), [failed_run("nowhere-judge-carts")]);
}

/// Drops the last partition in the database of the stack and returns its name.
async fn drop_last_partition(database: &tokio_postgres::Client) -> String {
    let last = "SELECT max(inhrelid::regclass::text) FROM pg_inherits
        WHERE inhparent = 'analytic.interaction'::regclass AND inhrelid <> 'analytic.interaction_default'::regclass";
    let name: String = database.query_one(last, &[]).await.unwrap().get(0);
    database.batch_execute(&format!("DROP TABLE {name}")).await.unwrap();
    name
}

#[tokio::test]
async fn a_scheduled_run_that_failed_is_repeated_by_its_function() {
    let setup = Setup::open().await;
    let stack = StackFile::load(&PathBuf::from(std::env::var("SHOPSIGNAL_STACK_FILE").unwrap())).unwrap();
    let function = deployed(&stack, "maintain-partitions");
    // given: two runs failed for the same reason, and a message that is not a run
    let dlq = &setup.queues["maintenance-dlq"];
    for body in [failed_run(&function), failed_run(&function), "not a run".to_owned()] {
        dlq.send(&body).await;
    }
    let (database, connection) = tokio_postgres::connect(&stack.database_url, tokio_postgres::NoTls).await.unwrap();
    tokio::spawn(connection);
    let partition = drop_last_partition(&database).await;
    let looked = redrive(&setup.deployment, Dlq::Maintenance, Options { dry_run: true, ..ALL }).await.unwrap();
    assert_eq!(looked.by_reason["failed_run"].put_back, 2);
    // when
    let tally = redrive(&setup.deployment, Dlq::Maintenance, ALL).await.unwrap();
    // then the function runs, and the other message stays
    let failed = tally.by_reason["failed_run"];
    assert_eq!((failed.seen, failed.put_back + failed.deleted, failed.left, failed.failed), (2, 2, 0, 0));
    assert_eq!(tally.by_reason["unreadable"].left, 1);
    let exists = format!("SELECT to_regclass('{partition}') IS NOT NULL");
    for _ in 0..100 {
        if database.query_one(&exists, &[]).await.unwrap().get(0) {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(200)).await;
    }
    assert!(database.query_one(&exists, &[]).await.unwrap().get::<_, bool>(0), "the function did not run");
    // and the second time there is nothing to repeat
    let again = redrive(&setup.deployment, Dlq::Maintenance, ALL).await.unwrap();
    assert!(!again.by_reason.contains_key("failed_run"));
    assert_eq!(setup.unaccounted().await, ["maintenance-dlq unreadable 1"]);
}
