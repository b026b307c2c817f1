//! Verifying finds what is lost or doubled, down to one micro-point, and nothing else.

use std::process::ExitCode;

use clap::Parser as _;
use shopsignal::cli::{self, Cli};
use store::activity::{ActivityDifference, Counts};
use testkit::TestDatabase;

use crate::shop::{product, record, record_and_apply, verify};

/// A shop in the middle of its work: two products scored, one interaction waiting, one parked.
async fn busy_shop() -> TestDatabase {
    let database = TestDatabase::create().await;
    let events =
        [("view", product(0)), ("purchase", product(0)), ("dislike", product(1)), ("wishlist_shared", product(2))];
    record_and_apply(&database, &events).await;
    record(&database, &[("add_to_cart", product(1)), ("view", product(3))]).await;
    database
        .execute(
            "UPDATE analytic.pending SET parked_at = now(), parked_reason = 'statement_refused_22003'
             WHERE sink = 'popularity' AND event_type = 'view'",
        )
        .await;
    database
}

#[tokio::test]
async fn a_shop_in_the_middle_of_its_work_has_no_difference() {
    let database = busy_shop().await;
    let report = verify(&database).await;
    assert_eq!(report.differences(), 0, "{report:?}");
    assert_eq!((report.popularity.products, report.popularity.examples.len()), (2, 0));
    assert_eq!((report.activity.cells, report.activity.examples.len()), (4, 0), "also the event without a weight");
    let [popularity, catalog] = &report.pending[..] else { panic!("{report:?}") };
    assert_eq!((popularity.waiting, popularity.parked, popularity.orphans), (1, 1, 0));
    assert_eq!(popularity.parked_by_reason, [("statement_refused_22003".to_owned(), 1)]);
    assert_eq!((catalog.sink.as_str(), catalog.waiting, catalog.parked), ("catalog", 6, 0));
    assert_eq!((report.keys.logged, report.keys.keys, report.keys.repeated), (6, 6, 0));
    let (applied, pending, ingested) = (report.balance.applied, report.balance.pending, report.balance.ingested);
    assert_eq!((applied.score_micros, pending.score_micros, ingested.score_micros), (600_000, 800_000, 1_400_000));
    assert_eq!((applied.view_count, pending.view_count, ingested.view_count), (1, 1, 2));
}

#[tokio::test]
async fn one_micro_point_too_many_is_found() {
    let database = busy_shop().await;
    database
        .execute("UPDATE analytic.product_popularity SET score_micros = score_micros + 1 WHERE view_count = 1")
        .await;
    let report = verify(&database).await;
    assert_eq!(report.popularity.differences, 1);
    let example = &report.popularity.examples[0];
    assert_eq!(example.id, product(0).to_string());
    assert_eq!((example.stored.unwrap().score_micros, example.recounted.score_micros), (1_100_001, 1_100_000));
    assert_eq!(report.balance.difference().score_micros, 1);
}

#[tokio::test]
async fn a_counter_that_is_off_and_a_product_that_is_missing_are_found() {
    let database = busy_shop().await;
    database.execute("UPDATE analytic.product_popularity SET cart_count = 7 WHERE view_count = 1").await;
    database.execute("DELETE FROM analytic.product_popularity WHERE view_count = 0").await;
    let report = verify(&database).await;
    assert_eq!(report.popularity.differences, 2);
    assert_eq!(report.popularity.examples[0].stored.unwrap().cart_count, 7);
    assert_eq!(report.popularity.examples[1].stored, None);
    assert_eq!(report.balance.difference().values(), [500_000, 0, 0, 0, 7, 0]);
}

/// Where a count differs, as text, after a statement has done harm to a busy shop. The scores are untouched.
async fn activity_after(harm: &str) -> Vec<String> {
    let database = busy_shop().await;
    database.execute(harm).await;
    let report = verify(&database).await;
    assert_eq!(report.popularity.differences, 0, "{harm}");
    assert_eq!(report.activity.differences, i64::try_from(report.activity.examples.len()).unwrap());
    // What is capped or excluded is part of the balance too, and every count of the conservation.
    let unbalanced = report.balance.difference().values().iter().filter(|value| **value != 0).count();
    let elsewhere = unbalanced + usize::from(report.conservation.difference() != 0);
    assert_eq!(report.differences(), report.activity.differences + i64::try_from(elsewhere).unwrap(), "{harm}");
    let show = |counts: Option<Counts>| counts.map(|counts| [counts.counted, counts.capped, counts.excluded]);
    let text = |difference: &ActivityDifference| {
        let span = difference.span.split(' ').next().unwrap();
        format!("{} {span}: {:?}, {:?}", difference.event_type, show(difference.stored), show(difference.recounted))
    };
    report.activity.examples.iter().map(text).collect()
}

#[tokio::test]
async fn every_count_that_the_log_does_not_have_is_found() {
    let of_view = "WHERE event_type = 'view'";
    for (harm, found) in [
        (
            format!("UPDATE analytic.activity SET counted = 2 {of_view}"),
            &["view hour: Some([2, 0, 0]), Some([1, 0, 0])"][..],
        ),
        (
            format!("UPDATE analytic.activity SET capped = 1 {of_view}"),
            &["view hour: Some([1, 1, 0]), Some([1, 0, 0])"],
        ),
        (
            format!("UPDATE analytic.activity SET excluded = 1 {of_view}"),
            &["view hour: Some([1, 0, 1]), Some([1, 0, 0])"],
        ),
        (format!("DELETE FROM analytic.activity {of_view}"), &["view hour: None, Some([1, 0, 0])"]),
        (
            "INSERT INTO analytic.activity VALUES ('2020-02-02T02:00:00Z', 1, 0, 0, 'p-1', 'hour', 'gift')".to_owned(),
            &["gift total: Some([1, 0, 0]), None"],
        ),
        (
            format!("UPDATE analytic.activity SET bucket = bucket - interval '1 hour' {of_view}"),
            &["view hour: Some([1, 0, 0]), None", "view hour: None, Some([1, 0, 0])"],
        ),
        (
            format!("UPDATE analytic.activity SET grain = 'day', bucket = date_trunc('day', bucket, 'UTC') {of_view}"),
            &["view day: Some([1, 0, 0]), None", "view hour: None, Some([1, 0, 0])"],
        ),
        (
            format!("UPDATE analytic.activity SET grain = 'total', bucket = '-infinity' {of_view}"),
            &["view hour: None, Some([1, 0, 0])", "view total: Some([1, 0, 0]), None"],
        ),
    ] {
        assert_eq!(activity_after(&harm).await, found, "{harm}");
    }
}

#[tokio::test]
async fn two_errors_that_cancel_out_in_the_sum_are_found_in_the_products() {
    let database = busy_shop().await;
    database
        .execute("UPDATE analytic.product_popularity SET score_micros = score_micros + 5 WHERE view_count = 1")
        .await;
    database
        .execute("UPDATE analytic.product_popularity SET score_micros = score_micros - 5 WHERE view_count = 0")
        .await;
    let report = verify(&database).await;
    assert_eq!(report.balance.difference().score_micros, 0);
    assert_eq!(report.popularity.differences, 2);
}

#[tokio::test]
async fn an_effect_that_was_forgotten_is_found() {
    let database = busy_shop().await;
    database.execute("DELETE FROM analytic.pending WHERE sink = 'popularity' AND event_type = 'add_to_cart'").await;
    let report = verify(&database).await;
    assert_eq!(report.popularity.differences, 1);
    assert_eq!(report.balance.difference().values(), [-500_000, 0, 0, 0, -1, 0]);
}

#[tokio::test]
async fn a_row_that_is_in_the_log_twice_is_found() {
    let database = busy_shop().await;
    let copy = "INSERT INTO analytic.interaction (id, origin, event_id, event_type, ref_type, ref_id, occurred_at, date_created)
         SELECT nextval('analytic.interaction_id_seq'), origin, event_id, event_type, ref_type, ref_id, occurred_at, date_created
         FROM analytic.interaction WHERE event_type = 'wishlist_shared'";
    database.execute(copy).await;
    let keys = verify(&database).await.keys;
    // It has no weight, so no score would reveal it.
    assert_eq!((keys.repeated, keys.rows_without_key, keys.keys_without_row), (1, 1, 0));
    assert_eq!(keys.examples.len(), 1);
}

#[tokio::test]
async fn an_event_id_may_be_in_the_log_once_for_each_origin() {
    let database = busy_shop().await;
    let give_one_id = |table: &str, id: &str| {
        format!(
            "UPDATE analytic.{table} SET event_id = md5('one')::uuid, origin = md5({id}::text)::uuid WHERE {id} IN (1, 2)"
        )
    };
    database.execute(&give_one_id("interaction", "id")).await;
    database.execute(&give_one_id("interaction_key", "interaction_id")).await;
    let report = verify(&database).await;
    assert_eq!(report.differences(), 0, "{report:?}");

    // A key that names another origin than its row protects nothing.
    database.execute("UPDATE analytic.interaction_key SET origin = md5('x')::uuid WHERE interaction_id = 1").await;
    let keys = verify(&database).await.keys;
    assert_eq!((keys.keys_without_row, keys.rows_without_key, keys.repeated), (1, 1, 0));
}

#[tokio::test]
async fn a_key_without_its_row_and_a_row_without_its_key_are_found() {
    let database = busy_shop().await;
    database.execute("DELETE FROM analytic.interaction WHERE event_type = 'wishlist_shared'").await;
    database
        .execute(
            "DELETE FROM analytic.interaction_key USING analytic.interaction AS logged
             WHERE interaction_key.interaction_id = logged.id AND logged.event_type = 'purchase'",
        )
        .await;
    let report = verify(&database).await;
    assert_eq!((report.keys.keys_without_row, report.keys.rows_without_key), (1, 1));
    assert_eq!(report.keys.examples.len(), 2);
    // The missing row is still pending for the catalog.
    assert_eq!(report.pending[1].orphans, 1);
}

#[tokio::test]
async fn a_row_older_than_the_key_horizon_needs_no_key() {
    let database = busy_shop().await;
    database.execute("DELETE FROM analytic.pending WHERE event_type = 'wishlist_shared'").await;
    database.execute("DELETE FROM analytic.interaction_key WHERE interaction_id = 4").await;
    database
        .execute("UPDATE analytic.interaction SET date_created = date_created - interval '31 days' WHERE id = 4")
        .await;
    let report = verify(&database).await;
    assert_eq!((report.differences(), report.keys.logged, report.keys.recent), (0, 6, 5), "{report:?}");
}

#[tokio::test]
async fn a_pending_row_that_contradicts_the_log_is_found() {
    let database = busy_shop().await;
    database
        .execute("UPDATE analytic.pending SET event_type = 'purchase' WHERE sink = 'popularity' AND event_type = 'add_to_cart'")
        .await;
    let report = verify(&database).await;
    assert_eq!(report.pending[0].contradictions, 1);
    assert_eq!(report.balance.difference().values(), [300_000, 0, 1, 0, -1, 0]);
}

#[tokio::test]
async fn an_effect_that_would_count_at_another_time_is_found() {
    let database = busy_shop().await;
    let late =
        "UPDATE analytic.pending SET occurred_at = occurred_at - interval '1 hour' WHERE event_type = 'add_to_cart'";
    database.execute(late).await;
    let report = verify(&database).await;
    assert_eq!(report.pending.iter().map(|check| check.contradictions).collect::<Vec<_>>(), [1, 1]);
}

#[tokio::test]
async fn the_command_exits_with_1_when_and_only_when_something_differs() {
    let database = busy_shop().await;
    let verify = async || {
        let words = ["shopsignal", "verify", "--no-feed", "--database-url", database.url()];
        cli::run(Cli::try_parse_from(words).unwrap()).await.unwrap()
    };
    assert_eq!(verify().await, ExitCode::SUCCESS);
    database
        .execute("UPDATE analytic.product_popularity SET score_micros = score_micros - 1 WHERE view_count = 1")
        .await;
    assert_eq!(verify().await, ExitCode::FAILURE);
    let words = ["shopsignal", "weights", "set", "view", "0.4", "--database-url", database.url()];
    assert_eq!(cli::run(Cli::try_parse_from(words).unwrap()).await.unwrap(), ExitCode::SUCCESS);
    assert_eq!(verify().await, ExitCode::SUCCESS, "changing a weight recounts everything");
}
