//! `shopsignal exclude` and `include`, as an operator runs them.

use std::process::ExitCode;

use clap::Parser as _;
use domain::{Caller, NamedActor, NewInteraction};
use shopsignal::cli::{self, Cli};
use shopsignal::error::Error;
use store::interaction::Submission;
use testkit::{TestDatabase, interaction};
use uuid::Uuid;

use crate::shop::verify;

async fn run(database: &TestDatabase, words: &[&str]) -> Result<ExitCode, Error> {
    let words = [&["shopsignal"], words, &["--database-url", database.url()]].concat();
    cli::run(Cli::try_parse_from(words).unwrap()).await
}

/// The state of the table and of the only product.
async fn state(database: &TestDatabase) -> (Vec<String>, Vec<String>) {
    let exclusions = "SELECT kind, since, reason, excluded_by, ended_by FROM analytic.exclusion ORDER BY id";
    let score = "SELECT score_micros, view_count FROM analytic.product_popularity";
    (database.rows(exclusions).await, database.rows(score).await)
}

#[tokio::test]
async fn an_account_is_excluded_tried_first_and_included_again() {
    let database = TestDatabase::create().await;
    let account = Uuid::from_u128(7);
    let item = |account_id| NewInteraction { account_id, ..interaction("view", "a") };
    let ids = database.record(&[item(Some(account)), item(Some(account)), item(None)]).await;
    store::popularity::apply(&database.store(), &ids).await.unwrap();
    let name = account.to_string();
    let exclude = ["exclude", "--account", &name, "--reason", "pushes"];

    run(&database, &[&exclude[..], &["--dry-run"]].concat()).await.unwrap();
    assert_eq!(state(&database).await, (vec![], vec!["900000 | 3".to_owned()]), "a dry run changes nothing");

    run(&database, &exclude).await.unwrap();
    let excluded = "account | -infinity | pushes | command | null";
    assert_eq!(state(&database).await, (vec![excluded.to_owned()], vec!["300000 | 1".to_owned()]));
    assert_eq!(verify(&database).await.differences(), 0);
    run(&database, &["exclude", "list"]).await.unwrap();

    // when: only from a later time on, which replaces the first decision
    run(&database, &["exclude", "--account", &name, "--since", "2100-01-01T00:00:00Z"]).await.unwrap();
    assert_eq!(state(&database).await.1, ["900000 | 3"]);
    run(&database, &["include", "--account", &name]).await.unwrap();
    let (decisions, _) = state(&database).await;
    assert_eq!(decisions.len(), 2);
    assert!(decisions.iter().all(|decision| decision.ends_with("| command | command")), "{decisions:?}");
    assert_eq!(verify(&database).await.differences(), 0);
    let again = run(&database, &["include", "--account", &name]).await.unwrap_err();
    assert_eq!(again.to_string(), "use these arguments: this account is not excluded");
    run(&database, &["exclude", "list", "--all"]).await.unwrap();
}

#[test]
fn a_reason_that_names_somebody_is_refused() {
    let account = Uuid::from_u128(7).to_string();
    let read = |reason| Cli::try_parse_from(["shopsignal", "exclude", "--account", &account, "--reason", reason]);
    assert!(read("pushes p-1").is_ok());
    for personal in ["jane@example.com pushes", "paid with 4111 1111 1111 1111"] {
        let refused = read(personal).unwrap_err().to_string();
        assert!(refused.contains("--reason") && refused.contains("must not hold an email address"), "{refused}");
    }
}

#[tokio::test]
async fn candidates_are_those_who_add_most_named_as_exclude_takes_them() {
    let database = TestDatabase::create().await;
    let store = database.store();
    let account = Uuid::from_u128(7);
    let view = |account_id| NewInteraction { account_id, ..interaction("view", "a") };
    let mut ids = database.record(&[view(Some(account)), view(Some(account))]).await;
    // Three guests of a network, and what adds nothing.
    let guests: Vec<_> = (0..3).map(|_| view(None)).chain([interaction("dislike", "a")]).collect();
    let submission = Submission {
        caller: Caller::Guest,
        user_agent: None,
        ip_address: Some("203.0.113.0"),
        is_bot: false,
        guest_events_per_minute: None,
    };
    let recorded = store::interaction::record(&store, &guests, &submission).await.unwrap();
    ids.extend(recorded.into_iter().map(|item| item.recorded.new_id().unwrap()));
    store::popularity::apply(&store, &ids).await.unwrap();

    let product = "a".parse().unwrap();
    let found = store::exclusion::list_candidates(&store, &product, 24, 10).await.unwrap();
    let found: Vec<_> =
        found.into_iter().map(|candidate| (candidate.actor, candidate.events, candidate.points.0)).collect();
    let network = NamedActor::of_network("203.0.113.9");
    assert_eq!(found, [(network, 3, 900_000), (Some(NamedActor::Account(account)), 2, 600_000)]);
    run(&database, &["exclude", "candidates", "a"]).await.unwrap();

    // Whoever was erased has no name any more.
    database.execute("UPDATE analytic.interaction SET account_id = NULL, session_id = NULL, ip_address = NULL").await;
    let found = store::exclusion::list_candidates(&store, &product, 24, 10).await.unwrap();
    assert!(found.iter().all(|candidate| candidate.actor.is_none()) && found.len() == 2, "{found:?}");
}

#[test]
fn exactly_one_actor_is_named_and_a_network_as_it_is_stored() {
    let parse = |words: &[&str]| Cli::try_parse_from([&["shopsignal"], words].concat());
    for good in [&["exclude", "--session", "s"][..], &["include", "--network", "203.0.113.9"], &["exclude", "list"]] {
        assert!(parse(good).is_ok(), "{good:?}");
    }
    for bad in [
        &["exclude"][..],
        &["include"],
        &["exclude", "--session", "s", "--account", "00000000-0000-0000-0000-000000000007"],
        &["exclude", "--network", "203.0.113.0/16"],
        &["exclude", "--account", "ann"],
        &["exclude", "--session", ""],
        &["exclude", "--session", "a\nb"],
        &["exclude", "--session", "jane@example.com"],
        &["include", "--session", ""],
        &["exclude", "--session", "s", "--since", "yesterday"],
    ] {
        assert!(parse(bad).is_err(), "{bad:?}");
    }
}

#[tokio::test]
async fn a_cap_that_is_set_begins_with_a_day_that_has_no_events_yet() {
    let database = TestDatabase::create().await;
    run(&database, &["weights", "set", "view=0.3", "gift=1", "--daily-cap", "7"]).await.unwrap();
    run(&database, &["weights", "set", "view=0.3", "--daily-cap", "8", "--network-cap", "9"]).await.unwrap();
    let caps = "SELECT event_type, daily_cap, network_daily_cap, first_day - ((now() + interval '1 hour') AT TIME ZONE 'UTC')::date
                FROM analytic.event_cap WHERE first_day > '-infinity' ORDER BY 1";
    assert_eq!(
        database.rows(caps).await,
        ["gift | 7 | 70 | 1", "view | 8 | 9 | 1"],
        "the last one set for a day holds"
    );
    let weights = store::weight::list(&database.store()).await.unwrap();
    let view = weights.iter().find(|weight| weight.event_type == "view").unwrap();
    assert_eq!(view.cap.map(|cap| (cap.daily, cap.network_daily)), Some((5, 50)), "until then the old one does");
    assert_eq!(view.next_cap.as_ref().unwrap().1.map(|cap| cap.daily), Some(8));
    run(&database, &["weights", "set", "view=0.3", "--daily-cap", "none"]).await.unwrap();
    run(&database, &["weights", "list"]).await.unwrap();
    assert_eq!(database.rows(caps).await[1], "view | null | null | 1");
}
