//! Impressions, clicks and conversions of recommendations, as the shipped update-catalog counts them.

use std::time::Duration;

use domain::NewInteraction;
use jiff::{SignedDuration, Timestamp};
use store::recommendation_recount::ResultComparison;
use store::verification::Snapshot;
use testkit::{TestDatabase, all_done, eventually, interaction};
use uuid::Uuid;

use crate::learn::start;
use crate::stage::hints;

const COUNTS: &str = "SELECT day, placement, arm, impressions || '/' || clicks || '/' || conversions
    FROM analytic.recommendation_count ORDER BY day, placement, arm";
const JANE: Uuid = Uuid::from_u128(1);
const JOHN: Uuid = Uuid::from_u128(2);
const SHOWN: &str = "product_impression";
const CLICK: &str = "click_from_recommendation";
const BUY: &str = "purchase";

/// Days as seconds.
const fn days(days: i64) -> i64 {
    days * 86_400
}

/// Noon of a UTC day that is far enough back.
fn beginning() -> Timestamp {
    let noon = SignedDuration::from_hours(12);
    let day = Timestamp::now().to_zoned(jiff::tz::TimeZone::UTC).date().to_zoned(jiff::tz::TimeZone::UTC).unwrap();
    day.timestamp() - SignedDuration::from_hours(24 * 20) + noon
}

fn id(placement: &str, arm: &str) -> String {
    format!("r1-{placement}-{arm}-0193a0f4-5c00-7000-8000-000000000001")
}

/// An event, seconds after the beginning, that names a recommendation.
fn event(kind: &str, product: &str, account: Option<Uuid>, seconds: i64, recommendation: &str) -> NewInteraction {
    NewInteraction {
        account_id: account,
        session_id: account.is_none().then(|| "guest".to_owned()),
        occurred_at: Some(beginning() + SignedDuration::from_secs(seconds)),
        metadata: format!(r#"{{"recommendation_id":"{recommendation}"}}"#),
        ..interaction(kind, product)
    }
}

async fn record(database: &TestDatabase, events: &[NewInteraction]) -> Vec<i64> {
    database.record(events).await.into_iter().map(|id| id.0).collect()
}

async fn learn(database: &TestDatabase, ids: &[i64], batch: usize) {
    let mut function = start(database, &[]).await;
    for part in ids.chunks(batch) {
        assert_eq!(function.invoke(&hints(part)).await, all_done());
    }
}

/// What `verify` says of the results.
async fn recount(database: &TestDatabase) -> ResultComparison {
    let mut client = store::connect(&database.settings(), None).await.unwrap();
    Snapshot::open(&mut client).await.unwrap().report(30).await.unwrap().recommendations
}

/// The counts without their day, which must be that of the beginning and the days after it.
async fn counts(database: &TestDatabase) -> Vec<String> {
    let first = beginning().to_zoned(jiff::tz::TimeZone::UTC).date();
    let after = |row: String| {
        let (day, rest) = row.split_once(" | ").unwrap();
        format!(
            "{} {}",
            first.until(day.parse::<jiff::civil::Date>().unwrap()).unwrap().get_days(),
            rest.replace(" | ", " ")
        )
    };
    database.rows(COUNTS).await.into_iter().map(after).collect()
}

#[tokio::test]
async fn events_count_for_the_placement_and_group_of_their_recommendation_and_by_utc_day() {
    let database = TestDatabase::create().await;
    let (learned, control) = (id("session", "l"), id("session", "c"));
    let half_a_day = days(1) / 2;
    let events = [
        event(SHOWN, "a", None, 0, &learned),
        event(SHOWN, "b", None, 0, &learned),
        event(CLICK, "b", None, half_a_day - 1, &learned),
        event(CLICK, "b", None, half_a_day, &learned),
        event(SHOWN, "a", None, 0, &control),
        event(SHOWN, "a", Some(JANE), 0, &id("viewed", "l")),
        // of other types, or of nothing
        event("view", "a", None, 0, &learned),
        event("click_from_search", "a", None, 0, &learned),
        interaction(SHOWN, "a"),
    ];
    let ids = record(&database, &events).await;
    learn(&database, &ids, 100).await;
    let counted =
        ["0 session control 1/0/0", "0 session learned 2/1/0", "0 viewed learned 1/0/0", "1 session learned 0/1/0"];
    assert_eq!(counts(&database).await, counted);
    learn(&database, &ids, 2).await;
    assert_eq!(counts(&database).await, counted, "again nothing is pending");
}

#[tokio::test]
async fn an_id_that_no_answer_had_counts_nothing() {
    let database = TestDatabase::create().await;
    let good = id("session", "l");
    let mut bad: Vec<_> = [
        "",
        "r1",
        "r1-session-l-",
        "r1-session-l-0193a0f4",
        "r1-session-l-0193A0F4-5C00-7000-8000-000000000001",
        " r1-session-l-0193a0f4-5c00-7000-8000-000000000001",
        "r1-session-l-0193a0f4-5c00-7000-8000-000000000001\\n",
        "r1-session-l-0193a0f4-5c00-7000-8000-0000000000011",
        "x\\nr1-session-l-0193a0f4-5c00-7000-8000-000000000001",
        "r2-session-l-0193a0f4-5c00-7000-8000-000000000001",
    ]
    .map(str::to_owned)
    .to_vec();
    bad.extend([id("page", "l"), id("session", "x"), id("SESSION", "l"), id("viewed", "c"), id("again", "c")]);
    let mut events: Vec<_> = bad.iter().map(|bad| event(CLICK, "a", Some(JANE), 0, bad)).collect();
    for metadata in
        [r#"{"recommendation_id":7}"#, r#"{"recommendation_id":null}"#, r#"{"recommendation_id":["r1"]}"#, "{}"]
    {
        events.push(NewInteraction { metadata: metadata.to_owned(), ..event(SHOWN, "a", None, 0, &good) });
    }
    events.push(event(CLICK, "a", Some(JANE), 0, &good));
    let ids = record(&database, &events).await;
    learn(&database, &ids, 100).await;
    assert_eq!(counts(&database).await, ["0 session learned 0/1/0"]);
    assert_eq!(database.number("SELECT count(*) FROM analytic.recommendation_click").await, 1);
}

/// Clicks and purchases of which each product is a case of its own.
fn clicks_and_purchases() -> Vec<NewInteraction> {
    let (session, personal, control) = (id("session", "l"), id("personal", "l"), id("personal", "c"));
    vec![
        // two clicks before one purchase are two conversions, also with another purchase after it
        event(CLICK, "twice", Some(JANE), 0, &session),
        event(CLICK, "twice", Some(JANE), days(1), &personal),
        event(BUY, "twice", Some(JANE), days(2), ""),
        event(BUY, "twice", Some(JANE), days(3), ""),
        event(CLICK, "last-moment", Some(JOHN), 0, &control),
        event(BUY, "last-moment", Some(JOHN), days(7), ""),
        // none of these is one
        event(CLICK, "too-late", Some(JANE), 0, &session),
        event(BUY, "too-late", Some(JANE), days(7) + 1, ""),
        event(BUY, "before", Some(JANE), -1, ""),
        event(CLICK, "before", Some(JANE), 0, &session),
        event(CLICK, "another", Some(JANE), 0, &session),
        event(BUY, "another", Some(JOHN), 60, ""),
        event(CLICK, "guest", None, 0, &session),
        event(BUY, "guest", Some(JANE), 60, ""),
        event(SHOWN, "only-shown", Some(JANE), 0, &session),
        event(BUY, "only-shown", Some(JANE), 60, ""),
        // a purchase before and one after
        event(BUY, "again", Some(JANE), -60, ""),
        event(CLICK, "again", Some(JANE), 0, &session),
        event(BUY, "again", Some(JANE), 60, ""),
    ]
}

#[tokio::test]
async fn a_purchase_within_seven_days_converts_a_click_once_in_any_order_of_arrival() {
    for (order, batch) in [("forward", 1), ("backward", 1), ("forward", 100), ("backward", 3), ("odd first", 4)] {
        let database = TestDatabase::create().await;
        let mut ids = record(&database, &clicks_and_purchases()).await;
        match order {
            "backward" => ids.reverse(),
            "odd first" => ids.sort_by_key(|id| (id % 2 == 0, *id)),
            _ => {}
        }
        learn(&database, &ids, batch).await;
        learn(&database, &ids, batch).await;
        assert_eq!(
            counts(&database).await,
            ["0 personal control 0/1/1", "0 session learned 1/6/2", "1 personal learned 0/1/1"],
            "{order}, {batch} at a time"
        );
        let open = "SELECT product_id FROM analytic.recommendation_click JOIN analytic.learned_product USING (product_no) ORDER BY 1";
        assert_eq!(database.rows(open).await, ["another", "before", "too-late"], "{order}, {batch} at a time");
        let recounted = recount(&database).await;
        assert_eq!((recounted.rows, recounted.differences), (3, 0), "{order}, {batch} at a time: {recounted:?}");
    }
}

#[tokio::test]
async fn verify_recounts_the_results_and_sees_one_that_is_wrong() {
    let database = TestDatabase::create().await;
    let ids = record(&database, &clicks_and_purchases()).await;
    let waiting = record(&database, &[event(CLICK, "waits", Some(JANE), 0, &id("session", "l"))]).await;
    learn(&database, &ids, 100).await;
    // given: that everything arrived when it happened
    database.execute("UPDATE analytic.interaction SET date_created = occurred_at").await;
    database.execute("UPDATE analytic.pending SET date_created = occurred_at WHERE sink = 'catalog'").await;
    for wrong in ["impressions + 1", "clicks - 1", "conversions + 1", "conversions - 1"] {
        let column = wrong.split(' ').next().unwrap();
        let change =
            |to: &str| format!("UPDATE analytic.recommendation_count SET {column} = {to} WHERE placement = 'session'");
        let known = database.number("SELECT count(*) FROM analytic.recommendation_count").await;
        let before = database
            .number(&format!("SELECT {column} FROM analytic.recommendation_count WHERE placement = 'session'"))
            .await;
        database.execute(&change(wrong)).await;
        let found = recount(&database).await;
        assert_eq!((found.rows, found.differences), (known, 1), "{wrong}: {found:?}");
        assert_eq!((&*found.examples[0].placement, &*found.examples[0].arm), ("session", "learned"), "{found:?}");
        assert_eq!((&found.examples[0].least, &found.examples[0].most), (&vec![1, 6, 2], &vec![1, 6, 2]), "{found:?}");
        database.execute(&change(&before.to_string())).await;
    }
    database.execute("DELETE FROM analytic.recommendation_count WHERE arm = 'control'").await;
    assert_eq!(recount(&database).await.differences, 1, "a row that is missing");
    assert_eq!(waiting.len(), 1, "what is not learned yet is in none of these");
}

#[tokio::test]
async fn an_erased_or_excluded_person_leaves_bounds_between_which_the_results_are() {
    let database = TestDatabase::create().await;
    let (session, cart) = (id("session", "l"), id("cart", "l"));
    let events = [
        event(CLICK, "a", Some(JANE), 0, &session),
        event(BUY, "a", Some(JANE), 60, ""),
        event(CLICK, "a", Some(JOHN), 0, &cart),
        event(SHOWN, "a", None, 0, &cart),
    ];
    let ids = record(&database, &events).await;
    learn(&database, &ids, 10).await;
    let erase =
        "UPDATE analytic.interaction SET account_id = NULL, session_id = NULL, metadata = '{}' WHERE account_id = '";
    database.execute(&format!("{erase}{JANE}'")).await;
    database
        .execute(
            "INSERT INTO analytic.exclusion (actor, kind, since, reason, excluded_by, date_created)
             SELECT actor, 'account', '-infinity', 'test', 'test', now() FROM analytic.interaction WHERE account_id IS NOT NULL",
        )
        .await;
    assert_eq!(counts(&database).await, ["0 cart learned 1/1/0", "0 session learned 0/1/1"]);
    assert_eq!(recount(&database).await.differences, 0);
    database.execute("UPDATE analytic.recommendation_count SET clicks = 3 WHERE placement = 'cart'").await;
    let found = recount(&database).await;
    assert_eq!((&found.examples[0].least, &found.examples[0].most), (&vec![1, 0, 0], &vec![1, 2, 1]), "{found:?}");
}

#[tokio::test]
async fn a_click_and_its_purchase_that_are_learned_at_the_same_time_are_a_conversion() {
    let database = TestDatabase::create().await;
    // given: a click that teaches no pair, so that nothing else makes the two wait for each other
    let in_session = |event: NewInteraction| NewInteraction { session_id: Some("s".to_owned()), ..event };
    let events = [
        in_session(event("view", "a", Some(JANE), 0, "")),
        in_session(event(CLICK, "a", Some(JANE), 1, &id("session", "l"))),
        event(BUY, "a", Some(JANE), 60, ""),
    ];
    let ids = record(&database, &events).await;
    learn(&database, &ids[..1], 1).await;
    // when: the purchase is not committed while the click is learned
    let buyer = database.connect().await;
    buyer
        .batch_execute(&format!("BEGIN; SELECT * FROM analytic.learn_interactions('{{{}}}', false, 5, 30)", ids[2]))
        .await
        .unwrap();
    let commit = async {
        let waiting = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted
                       AND database = (SELECT oid FROM pg_database WHERE datname = current_database())";
        eventually("the click that waits", Duration::from_secs(20), async || {
            (database.number(waiting).await == 1).then_some(())
        })
        .await;
        buyer.batch_execute("COMMIT").await.unwrap();
    };
    tokio::join!(learn(&database, &ids[1..2], 1), commit);
    assert_eq!(counts(&database).await, ["0 session learned 0/1/1"]);
}

#[tokio::test]
async fn bots_and_excluded_actors_count_nothing() {
    let database = TestDatabase::create().await;
    let good = id("session", "l");
    let ids = record(&database, &[event(SHOWN, "a", None, 0, &good), event(CLICK, "a", Some(JANE), 0, &good)]).await;
    database.execute(&format!("UPDATE analytic.interaction SET bot = true WHERE id = {}", ids[0])).await;
    let exclude = "INSERT INTO analytic.exclusion (actor, kind, since, reason, excluded_by, date_created)
                   SELECT actor, 'account', '-infinity', 'test', 'test', now() FROM analytic.interaction WHERE account_id IS NOT NULL";
    database.execute(exclude).await;
    learn(&database, &ids, 10).await;
    assert_eq!(counts(&database).await, [""; 0]);
}

#[tokio::test]
async fn an_order_that_was_cancelled_without_a_purchase_converts_no_click() {
    let click = || event(CLICK, "a", Some(JANE), 0, &id("session", "l"));
    let cancelled = || event("cancel_order", "a", Some(JANE), 60, "");
    for (events, batch) in [([click(), cancelled()], 2), ([click(), cancelled()], 1), ([cancelled(), click()], 1)] {
        let database = TestDatabase::create().await;
        let ids = record(&database, &events).await;
        learn(&database, &ids, batch).await;
        assert_eq!(counts(&database).await, ["0 session learned 0/1/0"]);
        assert_eq!(recount(&database).await.differences, 0);
        // a purchase that arrives late is one
        let ids = record(&database, &[event(BUY, "a", Some(JANE), 30, "")]).await;
        learn(&database, &ids, 1).await;
        assert_eq!(counts(&database).await, ["0 session learned 0/1/1"]);
        assert_eq!(recount(&database).await.differences, 0);
    }
}
