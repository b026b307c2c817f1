//! The limit of guests per network and minute, which does not apply to others.

use std::collections::BTreeSet;

use serde_json::Value;
use testkit::{HttpEvent, HttpReply};

use crate::stage::{Stage, by_guest, by_service, by_shopper, results, statuses, view, with};

const LIMITED: &str = "rejected rate_limited";

fn views(numbers: std::ops::Range<u32>) -> Vec<Value> {
    numbers.map(|number| with(view(number), "session_id", "visit")).collect()
}

fn from(address: &str, numbers: std::ops::Range<u32>) -> HttpEvent {
    by_guest(&views(numbers)).from_address(address)
}

async fn stage(limit: &str) -> Stage {
    let stage = Stage::with(&[("GUEST_EVENTS_PER_MINUTE", limit)]).await;
    // The minute must not turn in the middle of a test.
    stage.database.execute(LONG_MINUTE).await;
    stage
}

/// Moves the count of every network into a future minute.
const LONG_MINUTE: &str = "
    CREATE FUNCTION analytic.long_minute() RETURNS trigger LANGUAGE plpgsql AS
    $$BEGIN NEW.minute := '2100-01-01'; RETURN NEW; END$$;
    CREATE TRIGGER long_minute BEFORE INSERT ON analytic.guest_quota FOR EACH ROW EXECUTE FUNCTION analytic.long_minute()";

fn accepted(reply: &HttpReply) -> usize {
    statuses(reply).iter().filter(|status| *status == "accepted").count()
}

#[tokio::test]
async fn the_first_of_a_minute_are_stored_and_the_rest_are_told_to_come_again() {
    let mut stage = stage("5").await;

    let first = stage.send(&from("203.0.113.1", 0..3)).await;
    let second = stage.send(&from("203.0.113.2", 3..7)).await;

    assert_eq!(statuses(&first), ["accepted"; 3]);
    assert_eq!(
        (second.status, statuses(&second)),
        (200, ["accepted", "accepted", LIMITED, LIMITED].map(str::to_owned).to_vec())
    );
    let message = "too many events of guests from this network in this minute; send it again in the next one";
    assert_eq!(results(&second)[2]["message"], message);
    assert_eq!(stage.counts().await, [5, 5, 10]);
    assert_eq!((stage.popularity.depth().await, stage.metric("Rejected").await), (5, 2.0));

    // In the next minute the rejected items are accepted: the rejection stored nothing.
    stage.database.execute("UPDATE analytic.guest_quota SET minute = minute - interval '200 years'").await;
    assert_eq!(statuses(&stage.send(&from("203.0.113.2", 5..7)).await), ["accepted"; 2]);
}

#[tokio::test]
async fn a_request_of_which_nothing_is_stored_is_answered_by_429() {
    let mut stage = stage("2").await;
    stage.send(&from("203.0.113.1", 0..2)).await;

    let reply = stage.send(&by_guest(&[views(2..3), vec![view(9)]].concat())).await;

    assert_eq!((reply.status, reply.header("retry-after")), (429, "60"));
    let expected = "429 rate_limited: too many events of guests from this network in this minute; details.results says which to send again";
    assert_eq!(reply.refusal(), expected);
    assert_eq!(statuses(&reply), [LIMITED, "rejected missing_field"]);
}

#[tokio::test]
async fn a_retry_is_answered_as_ever_and_uses_up_nothing() {
    let mut stage = stage("3").await;
    stage.send(&from("203.0.113.1", 0..2)).await;
    for _ in 0..3 {
        assert_eq!(statuses(&stage.send(&from("203.0.113.1", 0..2)).await), ["duplicate"; 2]);
    }
    let mixed = stage.send(&from("203.0.113.1", 1..4)).await;
    assert_eq!(statuses(&mixed), ["duplicate", "accepted", LIMITED]);
    // The limit is reached, and the log is unchanged.
    let again = stage.send(&from("203.0.113.1", 0..4)).await;
    assert_eq!(statuses(&again), ["duplicate", "duplicate", "duplicate", LIMITED]);
    let other_content = with(views(0..1).remove(0), "metadata", serde_json::json!({ "a": 1 }));
    assert_eq!(statuses(&stage.send(&by_guest(&[other_content])).await), ["conflict conflict"]);
    assert_eq!(stage.counts().await, [3, 3, 6]);
}

#[tokio::test]
async fn an_event_id_of_another_visit_uses_up_the_quota_as_any_other() {
    let mut stage = stage("2").await;
    let of_visit = |visit: &str| by_guest(&[with(view(0), "session_id", visit)]).from_address("203.0.113.1");
    for visit in ["one", "two"] {
        assert_eq!(statuses(&stage.send(&of_visit(visit)).await), ["accepted"], "{visit}");
    }
    assert_eq!(statuses(&stage.send(&of_visit("three")).await), [LIMITED]);
    assert_eq!(stage.counts().await, [2, 2, 4]);
}

#[tokio::test]
async fn every_network_has_a_minute_of_its_own() {
    let mut stage = stage("2").await;
    let networks = ["203.0.113.9", "203.0.114.9", "2001:db8:1::1", "2001:db8:2::1", "unknown"];
    for (number, address) in (0..).zip(networks) {
        let numbers = number * 10..number * 10 + 3;
        assert_eq!(
            statuses(&stage.send(&from(address, numbers)).await),
            ["accepted", "accepted", LIMITED],
            "{address}"
        );
    }
    let neighbours = ["203.0.113.200", "::ffff:203.0.114.1", "2001:db8:1:ffff::2", "2001:db8:2:1::", "also unknown"];
    for (number, address) in (100..).zip(neighbours) {
        assert_eq!(statuses(&stage.send(&from(address, number..number + 1)).await), [LIMITED], "{address}");
    }
    let counted = stage.database.rows("SELECT network, events FROM analytic.guest_quota ORDER BY network").await;
    let networks = [" | 4", "2001:db8:1:: | 4", "2001:db8:2:: | 4", "203.0.113.0 | 4", "203.0.114.0 | 4"];
    assert_eq!(BTreeSet::from_iter(counted), networks.map(str::to_owned).into());
}

#[tokio::test]
async fn who_signs_in_is_not_measured() {
    let mut stage = stage("1").await;
    assert_eq!(accepted(&stage.send(&from("203.0.113.77", 0..9)).await), 1);
    for request in [by_shopper(&views(10..30)), by_service(&views(30..50))] {
        assert_eq!(statuses(&stage.send(&request.from_address("203.0.113.77")).await), ["accepted"; 20]);
    }
    assert_eq!(stage.database.rows("SELECT events FROM analytic.guest_quota").await, ["9"]);
}

#[tokio::test]
async fn a_limit_of_zero_is_none() {
    let mut stage = stage("0").await;
    assert_eq!(statuses(&stage.send(&from("203.0.113.1", 0..100)).await), ["accepted"; 100]);
    assert_eq!(stage.database.number("SELECT count(*) FROM analytic.guest_quota").await, 0);
}

#[tokio::test]
async fn requests_at_once_get_no_more_than_the_limit_together() {
    const LIMIT: usize = 70;
    let stage = stage(&LIMIT.to_string()).await;
    let mut functions = Vec::new();
    for _ in 0..3 {
        functions.push(stage.another_function(&[("GUEST_EVENTS_PER_MINUTE", &LIMIT.to_string())]).await);
    }
    let mut waiting = Vec::new();
    // Every second request has the same ids as one of another environment, in reverse order.
    for round in 0..8_u32 {
        for (turn, function) in (0..).zip(&mut functions) {
            let start = if round % 2 == 0 { round * 10 } else { 1_000 * (turn + 1) + round * 10 };
            let mut items = views(start..start + 10);
            if turn % 2 == 1 {
                items.reverse();
            }
            waiting.push(function.begin(&by_guest(&items).from_address("203.0.113.5").event()));
        }
    }
    let mut stored = 0;
    for said in waiting {
        let reply = HttpReply::of(&said.await.expect("a living function").expect("an answer"));
        assert!([200, 429].contains(&reply.status), "{reply:?}");
        stored += accepted(&reply);
    }
    // Items in two concurrent requests may use up the quota twice, but never exceed it.
    assert!((1..=LIMIT).contains(&stored), "{stored}");
    let deadlocks = "SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()";
    assert_eq!(stage.database.number(deadlocks).await, 0);
    assert_eq!(stage.counts().await[0], i64::try_from(stored).unwrap());
}
