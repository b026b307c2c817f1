//! What the shipped update-catalog learns, compared with sums that are computed here from the definition.

use std::collections::BTreeMap;

use domain::NewInteraction;
use jiff::{SignedDuration, Timestamp};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use store::learning_gain::Change;
use store::learning_recount::LearningComparison;
use store::verification::Snapshot;
use testkit::{Function, TestDatabase, TestServer, all_done, interaction};
use uuid::Uuid;

use crate::stage::{PENDING, catalog_of, heard, hints};

const LINES: &str = "SELECT kind || ' ' || own.product_id || ' ' || other.product_id, strength / power(2, extract(epoch FROM now() - epoch)::float8 / 86400 / 30)
    FROM analytic.learning_state, analytic.related_product JOIN analytic.learned_product AS own USING (product_no),
         unnest(partners, strengths) AS partner (partner, strength) JOIN analytic.learned_product AS other ON other.product_no = partner ORDER BY 1";

/// An event of a test: who, what, on which product, how many seconds after the beginning.
type Event = (&'static str, &'static str, &'static str, i64);

/// The beginning of all tests: far enough back for every event to have happened, and not later than a week ago.
fn beginning() -> Timestamp {
    Timestamp::now() - SignedDuration::from_hours(48)
}

fn build(beginning: Timestamp, (who, event_type, product, seconds): Event) -> NewInteraction {
    NewInteraction {
        session_id: Some(who.to_owned()),
        occurred_at: Some(beginning + SignedDuration::from_secs(seconds)),
        ..interaction(event_type, product)
    }
}

/// Records events in this order and returns their ids.
async fn record(database: &TestDatabase, beginning: Timestamp, events: &[Event]) -> Vec<i64> {
    let items: Vec<_> = events.iter().map(|event| build(beginning, *event)).collect();
    database.record(&items).await.into_iter().map(|id| id.0).collect()
}

pub(crate) async fn start(database: &TestDatabase, extra: &[(&str, &str)]) -> Function {
    let mut variables = vec![("DEAD_LETTER_QUEUE_URL", "http://127.0.0.1:1/dlq"), ("DATABASE_URL", database.url())];
    variables.extend(extra);
    Function::start("update-catalog", &variables).await
}

/// Learns events that arrive in the given order and batches.
async fn learn(database: &TestDatabase, ids: &[i64], batch: usize) {
    let mut function = start(database, &[]).await;
    for part in ids.chunks(batch) {
        assert_eq!(function.invoke(&hints(part)).await, all_done());
    }
}

/// What `verify` says of the weights.
async fn recount(database: &TestDatabase) -> LearningComparison {
    let mut client = database.connect().await;
    Snapshot::open(&mut client).await.unwrap().report(30).await.unwrap().learning
}

async fn pairs(database: &TestDatabase) -> BTreeMap<String, f64> {
    let client = database.client();
    let rows = client.query(LINES, &[]).await.unwrap();
    rows.iter().map(|row| (row.get(0), row.get(1))).collect()
}

/// The same sums from the definition: each visit is a sorted list, and every event looks back.
fn expected(events: &[Event], age_seconds: f64) -> BTreeMap<String, f64> {
    let mut sums = BTreeMap::new();
    let mut people: BTreeMap<&str, Vec<Event>> = BTreeMap::new();
    events.iter().for_each(|event| people.entry(event.0).or_default().push(*event));
    for mut events in people.into_values() {
        events.sort_by_key(|event| event.3);
        let mut visit: Vec<&str> = Vec::new();
        let mut last = None;
        for (_, event_type, product, seconds) in events {
            if last.is_some_and(|last| seconds - last > 1_800) {
                visit.clear();
            }
            last = Some(seconds);
            if visit.last() == Some(&product) {
                continue;
            }
            let gain = match event_type {
                "view" => 1.0,
                "add_to_cart" | "add_to_favorites" => 1.5,
                other => panic!("{other} is in no test"),
            };
            #[expect(clippy::cast_precision_loss, reason = "two days of seconds")]
            let g = gain * ((seconds as f64 - age_seconds) / 86_400.0 / 30.0).exp2();
            for (distance, before) in (1..=5).zip(visit.iter().rev()) {
                if *before != product {
                    let g = g / f64::from(distance);
                    *sums.entry(format!("viewed {before} {product}")).or_insert(0.0) += g;
                    *sums.entry(format!("viewed {product} {before}")).or_insert(0.0) += 0.6 * g;
                }
            }
            visit.push(product);
        }
    }
    sums
}

fn assert_close(found: &BTreeMap<String, f64>, expected: &BTreeMap<String, f64>) {
    let found: BTreeMap<_, _> = found.iter().filter(|(_, strength)| strength.abs() > 1e-9).collect();
    assert_eq!(found.keys().copied().collect::<Vec<_>>(), expected.keys().collect::<Vec<_>>());
    for (pair, strength) in expected {
        // The present goes on between two queries: a second is 3e-7 of a half-life.
        assert!((found[pair] - strength).abs() < 1e-4 * strength, "{pair}: {} and not {strength}", found[pair]);
    }
}

fn age(beginning: Timestamp) -> f64 {
    Timestamp::now().duration_since(beginning).as_secs_f64()
}

#[tokio::test]
async fn products_of_a_visit_are_paired_by_distance_and_direction() {
    let database = TestDatabase::create().await;
    let beginning = beginning();
    let events: &[Event] = &[("s", "view", "a", 0), ("s", "view", "b", 60), ("s", "add_to_cart", "c", 90)];
    let ids = record(&database, beginning, events).await;
    learn(&database, &ids, 10).await;
    let found = pairs(&database).await;
    let ratio = |pair: &str| found[pair] / found["viewed a b"];
    for (pair, strength) in
        [("viewed b a", 0.6), ("viewed b c", 1.5), ("viewed c b", 0.9), ("viewed a c", 0.75), ("viewed c a", 0.45)]
    {
        assert!((ratio(pair) - strength).abs() < 1e-4, "{pair}: {}", ratio(pair));
    }
    assert_close(&found, &expected(events, age(beginning)));
}

#[tokio::test]
async fn a_pause_of_more_than_half_an_hour_ends_a_visit_and_the_same_product_again_is_one_event() {
    let database = TestDatabase::create().await;
    let beginning = beginning();
    let events: &[Event] = &[
        ("s", "view", "a", 0),
        ("s", "view", "a", 10),
        ("s", "view", "b", 1_810),
        ("s", "view", "c", 3_611),
        ("other", "view", "c", 20),
    ];
    let ids = record(&database, beginning, events).await;
    learn(&database, &ids, 10).await;
    let found = pairs(&database).await;
    assert_eq!(found.keys().collect::<Vec<_>>(), ["viewed a b", "viewed b a"]);
    assert_close(&found, &expected(events, age(beginning)));
}

/// Events of few sessions on few products, so that every kind of repetition and pause occurs. No product is met more than
/// five times: beyond, a visitor teaches nothing.
fn any_events() -> impl Strategy<Value = Vec<Event>> {
    let event = (0..3_usize, 0..3_usize, 0..12_usize, 0..9_000_i64);
    let names = |(who, event_type, product, seconds): (usize, usize, usize, i64)| {
        let who = ["s1", "s2", "s3"][who];
        let product = ["a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k", "l"][product];
        (who, ["view", "add_to_cart", "add_to_favorites"][event_type], product, seconds)
    };
    prop::collection::vec(event, 1..60).prop_map(move |events| {
        let mut met: BTreeMap<(&str, &str), usize> = BTreeMap::new();
        let mut times: BTreeMap<&str, Vec<i64>> = BTreeMap::new();
        let events = events.into_iter().map(names);
        let kept = events.filter(|(who, _, product, seconds)| {
            let met = met.entry((who, product)).or_default();
            *met += 1;
            let times = times.entry(who).or_default();
            let is_new = !times.contains(seconds);
            times.push(*seconds);
            *met <= 5 && is_new
        });
        kept.collect()
    })
}

#[test]
fn in_any_order_in_any_batches_and_twice_the_same_is_learned() {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    let mut runner = TestRunner::new(Config { cases: 12, failure_persistence: None, ..Config::default() });
    let cases = (any_events().prop_shuffle(), 1..20_usize);
    let outcome = runner.run(&cases, |(events, batch)| {
        runtime.block_on(async {
            let database = TestDatabase::create().await;
            let beginning = beginning();
            let ids = record(&database, beginning, &events).await;
            learn(&database, &ids, batch).await;
            learn(&database, &ids, 100).await;
            assert!(database.rows(PENDING).await.is_empty());
            assert_close(&pairs(&database).await, &expected(&events, age(beginning)));
        });
        Ok(())
    });
    outcome.unwrap();
}

#[tokio::test]
async fn an_outside_catalog_that_fails_hears_again_and_nothing_is_learned_twice() {
    let database = TestDatabase::create().await;
    let beginning = beginning();
    let events: &[Event] = &[("s", "view", "a", 0), ("s", "view", "b", 60)];
    let ids = record(&database, beginning, events).await;
    let down: TestServer = catalog_of(|_| 503).await;
    let variables = |url: &str| [("CATALOG_URL", url.to_owned()), ("CATALOG_TIMEOUT_MS", "5000".to_owned())];
    for _ in 0..2 {
        let settings = variables(down.url());
        let settings: Vec<_> = settings.iter().map(|(name, value)| (*name, &**value)).collect();
        start(&database, &settings).await.invoke(&hints(&ids)).await;
    }
    assert_eq!(database.rows(PENDING).await.len(), 2, "the outside catalog has confirmed nothing");
    assert_close(&pairs(&database).await, &expected(events, age(beginning)));

    let up = catalog_of(|_| 200).await;
    let settings = variables(up.url());
    let settings: Vec<_> = settings.iter().map(|(name, value)| (*name, &**value)).collect();
    assert_eq!(start(&database, &settings).await.invoke(&hints(&ids)).await, all_done());
    assert!(database.rows(PENDING).await.is_empty());
    assert_eq!(heard(&up), ids);
    assert_close(&pairs(&database).await, &expected(events, age(beginning)));
}

#[tokio::test]
async fn a_bot_and_an_excluded_session_teach_nothing() {
    let database = TestDatabase::create().await;
    let beginning = beginning();
    let ids = record(
        &database,
        beginning,
        &[("s", "view", "a", 0), ("s", "view", "b", 60), ("t", "view", "c", 0), ("t", "view", "d", 9)],
    )
    .await;
    database.execute("UPDATE analytic.interaction SET bot = true WHERE session_id = 's'").await;
    database
        .execute("INSERT INTO analytic.exclusion (actor, kind, since, reason, excluded_by, date_created)
            SELECT DISTINCT actor, 'session', '-infinity'::timestamptz, 'test', 'test', now() FROM analytic.interaction WHERE session_id = 't'")
        .await;
    learn(&database, &ids, 10).await;
    assert!(database.rows(PENDING).await.is_empty());
    assert!(pairs(&database).await.is_empty());
    assert_eq!(database.number("SELECT count(*) FROM analytic.visit").await, 0);
}

#[tokio::test]
async fn going_to_and_fro_between_two_products_teaches_five_times_at_most() {
    let database = TestDatabase::create().await;
    let beginning = beginning();
    let to_and_fro: Vec<Event> = (0..40).map(|n| ("s", "view", if n % 2 == 0 { "a" } else { "b" }, n * 10)).collect();
    let ids = record(&database, beginning, &to_and_fro).await;
    learn(&database, &ids, 7).await;
    let found = pairs(&database).await;
    let five_each = expected(&to_and_fro[..10], age(beginning));
    assert_close(&found, &five_each);
}

#[tokio::test]
async fn new_sessions_of_one_network_teach_so_often_a_day_and_keep_their_own_history() {
    let database = TestDatabase::create().await;
    let noon = Timestamp::from_second(beginning().as_second() / 86_400 * 86_400 + 43_200).unwrap();
    let sessions: Vec<&str> = (0..61).map(|n| &*format!("s-{n}").leak()).collect();
    let events: Vec<Event> =
        sessions.iter().flat_map(|session| [(*session, "view", "a", 0), (*session, "view", "b", 60)]).collect();
    let ids = record(&database, noon, &events).await;
    database.execute("UPDATE analytic.interaction SET network = md5((session_id = 's-60')::text)::uuid").await;
    learn(&database, &ids, 7).await;
    // Fifty of the sixty, in the order of their arrival, and the one of another network.
    let heard = [&events[..100], &events[120..]].concat();
    assert_close(&pairs(&database).await, &expected(&heard, age(noon)));
    let kept = "SELECT count(*) FROM analytic.visit WHERE cardinality(products) = 2";
    assert_eq!(database.number(kept).await, 61);
    // The next day it is heard again.
    let events: [Event; 2] = [("s-1", "view", "a", 86_400), ("s-1", "view", "b", 86_460)];
    let ids = record(&database, noon, &events).await;
    database.execute("UPDATE analytic.interaction SET network = md5('false')::uuid").await;
    learn(&database, &ids, 7).await;
    assert_close(&pairs(&database).await, &expected(&[&heard[..], &events].concat(), age(noon)));
    assert_eq!(recount(&database).await.products, 0, "the log does not say which came first");
}

#[tokio::test]
async fn history_older_than_numbers_reach_is_learned_and_fades_away() {
    let database = TestDatabase::create().await;
    let years = 86_400 * 365;
    let events: &[Event] = &[("s", "view", "a", -9 * years), ("s", "view", "b", 60 - 9 * years)];
    let ids = record(&database, beginning(), events).await;
    let mut function = start(&database, &[("LEARNING_HALF_LIFE_DAYS", "1")]).await;
    assert_eq!(function.invoke(&hints(&ids)).await, all_done());
    let weights = "SELECT count(*) FROM analytic.learned_product WHERE viewed_weight > 0";
    assert_eq!(database.number(weights).await, 2, "it teaches, as little as a number can say");
    for days in [600, 9_000] {
        let ids = record(&database, beginning(), &[("t", "view", "a", 0), ("t", "view", "b", 60)]).await;
        assert_eq!(function.invoke(&hints(&ids)).await, all_done());
        database.execute(&format!("UPDATE analytic.learning_state SET epoch = epoch - interval '{days} days'")).await;
        assert_eq!(database.rows("SELECT analytic.rebase_learning()").await, ["t"]);
        assert_eq!(database.number(weights).await, 0, "{days}: nothing beside what comes");
    }
}

#[tokio::test]
async fn the_lines_of_a_basket_are_paired_whichever_comes_first_and_an_account_remembers_what_it_bought() {
    let database = TestDatabase::create().await;
    let (beginning, account) = (beginning(), Uuid::now_v7());
    let line = |product: &str, basket: &str| NewInteraction {
        account_id: Some(account),
        session_id: None,
        metadata: format!(r#"{{"basket":"{basket}"}}"#),
        occurred_at: Some(beginning),
        ..interaction("purchase", product)
    };
    let lines = [line("tent", "o1"), line("lamp", "o1"), line("lamp", "o1"), line("stove", "o1"), line("boot", "o2")];
    let ids: Vec<_> = database.record(&lines).await.into_iter().map(|id| id.0).collect();
    let order = [ids[3], ids[0], ids[4], ids[2], ids[1]];
    learn(&database, &order, 2).await;
    let found = pairs(&database).await;
    let bought: Vec<_> = found.keys().filter(|pair| pair.starts_with("bought")).map(String::as_str).collect();
    let all = ["lamp stove", "lamp tent", "stove lamp", "stove tent", "tent lamp", "tent stove"];
    assert_eq!(bought, all.map(|pair| format!("bought {pair}")));
    let one = found["bought lamp tent"];
    assert!(bought.iter().all(|pair| (found[*pair] - one).abs() < 1e-9), "every two lines count once: {found:?}");
    let known = "SELECT product_id || ' ' || purchases FROM analytic.bought_product JOIN analytic.learned_product USING (product_no) ORDER BY 1";
    assert_eq!(database.rows(known).await, ["boot 1", "lamp 2", "stove 1", "tent 1"]);
}

#[tokio::test]
async fn two_that_learn_from_the_same_visit_at_once_lose_no_pair() {
    let database = TestDatabase::create().await;
    let beginning = beginning();
    let products = ["a", "b", "c", "d", "e"];
    let events: Vec<Event> = (0..50).map(|n| ("s", "view", products[usize::try_from(n % 5).unwrap()], n * 5)).collect();
    let events = &events[..25];
    let ids = record(&database, beginning, events).await;
    let (even, odd): (Vec<i64>, Vec<i64>) = ids.iter().partition(|id| *id % 2 == 0);
    tokio::join!(learn(&database, &even, 1), learn(&database, &odd, 1));
    assert_close(&pairs(&database).await, &expected(events, age(beginning)));
}

#[tokio::test]
async fn a_session_that_another_account_takes_over_begins_anew() {
    let database = TestDatabase::create().await;
    let (beginning, first, second) = (beginning(), Uuid::now_v7(), Uuid::now_v7());
    let view = |account: Option<Uuid>, product: &'static str, seconds: i64| NewInteraction {
        account_id: account,
        ..build(beginning, ("s", "view", product, seconds))
    };
    let events = [view(None, "a", 0), view(Some(first), "b", 10), view(Some(second), "c", 20), view(None, "d", 30)];
    let ids: Vec<_> = database.record(&events).await.into_iter().map(|id| id.0).collect();
    learn(&database, &ids, 1).await;
    assert_eq!(
        pairs(&database).await.into_keys().collect::<Vec<_>>(),
        ["viewed a b", "viewed b a", "viewed c d", "viewed d c"],
        "a guest who signs in stays the same, and somebody else is another"
    );
    let history = "SELECT account_id || ' ' || cardinality(products) FROM analytic.visit";
    assert_eq!(database.rows(history).await, [format!("{second} 2")]);
}

#[tokio::test]
async fn an_event_that_arrives_late_takes_no_session_from_the_account_that_came_after_it() {
    let (beginning, first, second) = (beginning(), Uuid::now_v7(), Uuid::now_v7());
    let view = |account: Uuid, product: &'static str, seconds: i64| NewInteraction {
        account_id: Some(account),
        ..build(beginning, ("s", "view", product, seconds))
    };
    let events = [view(first, "a", 0), view(first, "b", 10), view(second, "c", 100), view(second, "d", 110)];
    for order in [[0, 1, 2, 3], [2, 3, 0, 1], [2, 0, 3, 1], [3, 1, 0, 2]] {
        let database = TestDatabase::create().await;
        let ids: Vec<_> = database.record(&events).await.into_iter().map(|id| id.0).collect();
        for place in order {
            learn(&database, &ids[place..=place], 1).await;
        }
        let history = "SELECT account_id || ' ' || cardinality(products) FROM analytic.visit";
        assert_eq!(database.rows(history).await, [format!("{second} 2")], "{order:?}");
    }
}

#[tokio::test]
async fn verify_recounts_the_weights_of_products_and_sees_one_that_is_wrong() {
    let database = TestDatabase::create().await;
    let events: &[Event] =
        &[("s", "view", "a", 0), ("s", "view", "a", 5), ("s", "view", "b", 60), ("t", "add_to_cart", "a", 90)];
    let ids = record(&database, beginning(), events).await;
    learn(&database, &ids, 1).await;
    let sound = recount(&database).await;
    assert_eq!((sound.products, sound.differences), (2, 0), "{sound:?}");
    database
        .execute("UPDATE analytic.learned_product SET viewed_weight = viewed_weight * 1.01 WHERE product_id = 'b'")
        .await;
    let found = recount(&database).await;
    assert_eq!(found.examples.iter().map(|example| &*example.product_id).collect::<Vec<_>>(), ["b"]);
    assert!((found.examples[0].stored / found.examples[0].recounted - 1.01).abs() < 1e-6, "{found:?}");
}

#[tokio::test]
async fn verify_recounts_products_with_variants_as_long_as_nobody_names_one() {
    let database = TestDatabase::create().await;
    let events: &[Event] = &[("s", "view", "a", 0), ("s", "view", "b", 60)];
    learn(&database, &record(&database, beginning(), events).await, 1).await;
    database
        .execute("INSERT INTO analytic.product_sku (sku, product_id, claimed_at) VALUES ('b-red', 'b', now())")
        .await;
    database
        .execute("INSERT INTO analytic.product_reference (reference, product_id) VALUES ('b-red', 'b'), ('b', NULL)")
        .await;
    let sound = recount(&database).await;
    assert_eq!((sound.products, sound.differences), (2, 0), "{sound:?}");
    // Whether it was learned for the product or for itself, the log does not say.
    learn(&database, &record(&database, beginning(), &[("t", "view", "b-red", 90)]).await, 1).await;
    let sound = recount(&database).await;
    assert_eq!((sound.products, sound.differences), (1, 0), "{sound:?}");
}

#[tokio::test]
async fn another_gain_holds_for_what_is_learned_from_then_on_and_verify_leaves_out_what_was_before() {
    let database = TestDatabase::create().await;
    let beginning = beginning();
    let learn_events = async |events: &[Event]| learn(&database, &record(&database, beginning, events).await, 10).await;
    let set = async |event: &str, gain: Option<f64>| {
        let mut client = database.connect().await;
        let change = Change { event_type: event.parse().unwrap(), gain };
        store::learning_gain::set(&mut client, &[change]).await.unwrap()
    };
    learn_events(&[("s", "view", "a", 0), ("s", "view", "b", 60)]).await;
    assert_eq!((set("view", Some(2.0)).await, set("view", Some(2.0)).await), (1, 0), "the same again is no change");
    learn_events(&[("t", "view", "c", 0), ("t", "view", "d", 60)]).await;
    let found = pairs(&database).await;
    assert!((found["viewed c d"] / found["viewed a b"] - 2.0).abs() < 1e-6, "{found:?}");
    let sound = recount(&database).await;
    assert_eq!((sound.products, sound.differences), (2, 0), "c and d: {sound:?}");
    // An event type may begin to teach, and another one teaches nothing any more.
    assert_eq!((set("view", None).await, set("view_bounce", Some(0.5)).await), (1, 1));
    learn_events(&[("u", "view", "e", 0), ("u", "view_bounce", "f", 60), ("u", "view_bounce", "g", 90)]).await;
    let visit = "SELECT cardinality(products) FROM analytic.visit WHERE visitor = analytic.visitor_of('session', 'u')";
    assert_eq!(database.number(visit).await, 2, "f and g");
    let sound = recount(&database).await;
    assert_eq!((sound.products, sound.differences), (3, 0), "e, f and g: {sound:?}");
    database
        .execute("UPDATE analytic.learned_product SET viewed_weight = viewed_weight * 2 WHERE product_id = 'g'")
        .await;
    assert_eq!(recount(&database).await.differences, 1);
}

/// An order's line.
fn line(account: Option<Uuid>, event_type: &str, product: &str) -> NewInteraction {
    NewInteraction {
        account_id: account,
        session_id: None,
        metadata: r#"{"basket":"o1"}"#.to_owned(),
        occurred_at: Some(beginning()),
        ..interaction(event_type, product)
    }
}

/// Learns a batch while somebody else holds the row that `held` selects, and returns what `free` can lock meanwhile.
async fn free_while_learning(database: &TestDatabase, batch: &[NewInteraction], held: &str, free: &str) -> Vec<String> {
    const WAITING: &str =
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'";
    let ids: Vec<_> = database.record(batch).await.into_iter().map(|id| id.0).collect();
    let mut holder = database.connect().await;
    let transaction = holder.transaction().await.unwrap();
    assert_eq!(transaction.execute(&format!("{held} FOR UPDATE"), &[]).await.unwrap(), 1, "{held}");
    let check = async {
        for _ in 0..500 {
            if database.number(WAITING).await == 1 {
                break;
            }
            tokio::time::sleep(std::time::Duration::from_millis(10)).await;
        }
        assert_eq!(database.number(WAITING).await, 1, "the batch needs what is held");
        let found = database.rows(&format!("{free} FOR UPDATE SKIP LOCKED")).await;
        transaction.rollback().await.unwrap();
        found
    };
    tokio::join!(learn(database, &ids, ids.len()), check).1
}

#[tokio::test]
async fn batches_lock_baskets_then_products_then_what_an_account_bought_each_in_order() {
    let database = TestDatabase::create().await;
    let account = Uuid::now_v7();
    let first = [line(Some(account), "purchase", "low"), line(Some(account), "purchase", "top")];
    let first: Vec<_> = database.record(&first).await.into_iter().map(|id| id.0).collect();
    learn(&database, &first, 1).await;
    let product = |id: &str| format!("SELECT product_id FROM analytic.learned_product WHERE product_id = '{id}'");
    let bought = |id: &str| {
        format!(
            "SELECT 'bought' FROM analytic.bought_product WHERE product_no = (SELECT product_no FROM ({}) AS it JOIN analytic.learned_product USING (product_id))",
            product(id)
        )
    };
    let view = |session: &str, product: &str| NewInteraction {
        occurred_at: Some(beginning()),
        ..build(beginning(), (session.to_owned().leak(), "view", product.to_owned().leak(), 0))
    };
    // What is seen and what is bought teach in two steps: the locks of both are taken in the order of the products.
    let batch = [view("s1", "top"), line(None, "purchase", "low")];
    assert_eq!(free_while_learning(&database, &batch, &product("low"), &product("top")).await, ["top"]);
    // Who waits for a basket holds no product that the holder of the basket may need.
    let batch = [view("s2", "top"), line(None, "purchase", "low")];
    let basket = "SELECT FROM analytic.visit WHERE kind = 'bought'";
    assert_eq!(free_while_learning(&database, &batch, basket, &product("top")).await, ["top"]);
    // Purchases and cancellations of an account are rows of one table.
    let batch = [line(Some(account), "cancel_order", "top"), line(Some(account), "purchase", "low")];
    assert_eq!(free_while_learning(&database, &batch, &bought("low"), &bought("top")).await, ["bought"]);
    // Also without anything that was seen, products come before what an account bought.
    let batch = [line(Some(account), "purchase", "low")];
    assert_eq!(free_while_learning(&database, &batch, &product("low"), &bought("low")).await, ["bought"]);
    assert_eq!(recount(&database).await.differences, 0);
}

#[tokio::test]
async fn an_event_that_teaches_nothing_touches_no_visit() {
    let database = TestDatabase::create().await;
    let beginning = beginning();
    let ids = record(&database, beginning, &[("s", "view", "a", 0), ("s", "page_scrolled", "a", 5)]).await;
    learn(&database, &ids[..1], 1).await;
    // Whoever rewrote the visit without its lock would undo what the holder of the lock adds to it.
    let mut holder = database.connect().await;
    let transaction = holder.transaction().await.unwrap();
    transaction.execute("SELECT FROM analytic.visit FOR UPDATE", &[]).await.unwrap();
    learn(&database, &ids[1..], 1).await;
    transaction.rollback().await.unwrap();
}

#[tokio::test]
async fn another_half_life_keeps_the_factor_of_the_present_and_a_late_epoch_is_rebased_without_a_change_of_ratios() {
    const FACTOR: &str = "SELECT round((extract(epoch FROM now() - epoch) / 86400 / half_life_days)::numeric, 3) FROM analytic.learning_state";
    const RATIO: &str = "SELECT round((strengths[1] / viewed_weight)::numeric, 9) FROM analytic.related_product
        JOIN analytic.learned_product USING (product_no) ORDER BY product_id";
    let database = TestDatabase::create().await;
    database.execute("UPDATE analytic.learning_state SET epoch = now() - interval '90 days'").await;
    let beginning = beginning();
    let ids =
        record(&database, beginning, &[("s", "view", "a", 0), ("s", "view", "b", 60), ("s", "view", "c", 70)]).await;
    learn(&database, &ids[..2], 10).await;
    let mut function = start(&database, &[("LEARNING_HALF_LIFE_DAYS", "10")]).await;
    assert_eq!(function.invoke(&hints(&ids[2..])).await, all_done());
    assert_eq!(database.rows(FACTOR).await, ["3.000"], "90 days of 30 before, 30 days of 10 now");

    assert!(!store::learning::rebase(&database.store()).await.unwrap(), "three half-lives need nothing");
    // What was learned since then has weights to match.
    let later = "UPDATE analytic.learning_state SET epoch = now() - interval '5004 days';
        UPDATE analytic.learned_product SET viewed_weight = viewed_weight * power(2, 497);
        UPDATE analytic.related_product
        SET strengths = ARRAY(SELECT strength * power(2, 497) FROM unnest(strengths) WITH ORDINALITY AS old (strength, place) ORDER BY place)";
    database.execute(later).await;
    let before = database.rows(RATIO).await;
    assert!(store::learning::rebase(&database.store()).await.unwrap());
    assert_eq!(database.rows(RATIO).await, before);
    assert_eq!(database.rows(FACTOR).await, ["0.400"]);
}

#[tokio::test]
async fn a_visit_without_events_for_long_is_removed_and_so_are_the_partners_of_what_has_faded() {
    let database = TestDatabase::create().await;
    let ids = record(&database, beginning(), &[("s", "view", "a", 0), ("s", "view", "b", 60)]).await;
    learn(&database, &ids, 10).await;
    let store = database.store();
    assert_eq!(store::learning::prune_visits(&store, 8, 10).await.unwrap(), 0);
    assert_eq!(store::learning::prune_related(&store, 10).await.unwrap(), 0);
    database.execute("UPDATE analytic.visit SET last_at = now() - interval '9 days'").await;
    // Ten half-lives later a view is worth less than a thousandth.
    database.execute("UPDATE analytic.learning_state SET epoch = epoch - interval '301 days'").await;
    assert_eq!(store::learning::prune_visits(&store, 8, 10).await.unwrap(), 1);
    database
        .execute("INSERT INTO analytic.network_day SELECT now()::date - days, gen_random_uuid(), 1, 1 FROM unnest('{8,12,13,14}'::int[]) AS days")
        .await;
    for removed in [2, 1, 0] {
        assert_eq!(
            store::learning::prune_network_days(&store, 2).await.unwrap(),
            removed,
            "nothing that may be reached"
        );
    }
    assert_eq!(store::learning::prune_related(&store, 1).await.unwrap(), 1, "as many as the limit");
    assert_eq!(store::learning::prune_related(&store, 10).await.unwrap(), 1);
}

#[tokio::test]
async fn who_comes_back_after_the_visit_was_removed_is_no_difference() {
    let database = TestDatabase::create().await;
    let long_ago = -100 * 86_400;
    let events: Vec<Event> = (0..5).map(|n| ("s", "view", "a", long_ago + n * 3_600)).collect();
    learn(&database, &record(&database, beginning(), &events).await, 100).await;
    assert_eq!(store::learning::prune_visits(&database.store(), 90, 100).await.unwrap(), 1);
    let events = [("s", "view", "a", 0), ("t", "view", "b", 0), ("t", "view", "c", 60)];
    learn(&database, &record(&database, beginning(), &events).await, 100).await;
    let LearningComparison { products, differences, .. } = recount(&database).await;
    assert_eq!((products, differences), (2, 0), "what the log cannot say of `a` is not compared");
}
