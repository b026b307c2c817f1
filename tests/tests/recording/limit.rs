//! Every limit, exactly at it and just above it.

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use testkit::HttpReply;

use crate::stage::{Stage, body, by_guest, by_shopper, event, refusal, results, statuses, view, with};

/// A body of one view, padded with spaces to a size.
fn sized_body(number: u32, bytes: usize) -> String {
    let text = body(&[view(number)]);
    let spaces = " ".repeat(bytes - text.len());
    format!("{text}{spaces}")
}

/// Metadata of a size in bytes, as sent.
fn sized_metadata(bytes: usize) -> String {
    format!(r#"{{"text":"{}"}}"#, "x".repeat(bytes - r#"{"text":""}"#.len()))
}

/// Metadata of a depth; the object itself is level 1.
fn nested(depth: usize) -> String {
    let inner = depth - 1;
    format!(r#"{{"a":{}{}}}"#, "[".repeat(inner), "]".repeat(inner))
}

fn raw_metadata(number: u32, metadata: &str) -> String {
    raw_metadata_of(view(number), metadata)
}

fn raw_metadata_of(item: Value, metadata: &str) -> String {
    let item = with(item, "metadata", "HERE").to_string();
    format!(r#"{{"interactions":[{}]}}"#, item.replace("\"HERE\"", metadata))
}

fn message(reply: &HttpReply) -> String {
    results(reply)[0]["message"].as_str().unwrap_or_default().to_owned()
}

#[tokio::test]
async fn a_request_has_at_most_a_hundred_items() {
    let mut stage = Stage::set().await;
    let items: Vec<Value> = (0..101).map(view).collect();
    assert_eq!(refusal(&stage.record(&items).await), "400 validation: interactions: must have 1 to 100 items, has 101");
    assert_eq!(refusal(&stage.record(&[]).await), "400 validation: interactions: must have 1 to 100 items, has 0");
    assert_eq!(stage.counts().await, [0, 0, 0]);

    assert_eq!(statuses(&stage.record(&items[..100]).await), ["accepted"; 100]);
    assert_eq!(stage.counts().await, [100, 100, 200]);
    assert_eq!((stage.popularity.depth().await, stage.catalog.depth().await), (100, 100));
}

#[tokio::test]
async fn a_body_has_at_most_256_kibibytes() {
    let mut stage = Stage::set().await;
    let too_large = stage.send(&by_shopper(&[]).body(sized_body(1, 262_145))).await;
    assert_eq!(refusal(&too_large), "413 payload_too_large: body: must have at most 262144 bytes, has 262145");
    assert_eq!(stage.counts().await, [0, 0, 0]);
    assert_eq!(stage.send(&by_shopper(&[]).body(sized_body(1, 262_144))).await.status, 200);
    assert_eq!(stage.counts().await, [1, 1, 2]);
}

#[tokio::test]
async fn a_body_is_measured_in_bytes_after_base64_is_taken_off() {
    use base64::Engine;
    let mut stage = Stage::set().await;
    for (bytes, status) in [(262_144, 200), (262_145, 413)] {
        let encoded = base64::engine::general_purpose::STANDARD.encode(sized_body(1, bytes));
        let mut event = by_shopper(&[]).body(encoded).event();
        event["isBase64Encoded"] = json!(true);
        assert_eq!(stage.send_event(&event).await.status, status);
    }
}

#[tokio::test]
async fn metadata_has_at_most_8_kibibytes_of_a_guest_2_and_16_levels() {
    let mut stage = Stage::set().await;
    let bad = [
        (sized_metadata(8_193), "metadata: must have at most 8192 bytes, has 8193"),
        (
            nested(17),
            "metadata.a[0][0][0][0][0][0][0][0][0][0][0][0][0][0][0]: must not be nested deeper than 16 levels",
        ),
    ];
    for (metadata, expected) in bad {
        let reply = stage.send(&by_shopper(&[]).body(raw_metadata(1, &metadata))).await;
        assert_eq!(
            (statuses(&reply), message(&reply)),
            (vec!["rejected invalid_metadata".to_owned()], expected.to_owned())
        );
    }
    for (number, metadata) in [(1, sized_metadata(8_192)), (2, nested(16))] {
        let reply = stage.send(&by_shopper(&[]).body(raw_metadata(number, &metadata))).await;
        assert_eq!(statuses(&reply), ["accepted"], "{reply:?}");
    }
    let guest =
        |bytes: usize| by_guest(&[]).body(raw_metadata_of(with(view(3), "session_id", "s"), &sized_metadata(bytes)));
    let reply = stage.send(&guest(2_049)).await;
    let expected = "metadata: must have at most 2048 bytes, has 2049";
    assert_eq!((statuses(&reply), &*message(&reply)), (vec!["rejected invalid_metadata".to_owned()], expected));
    assert_eq!(statuses(&stage.send(&guest(2_048)).await), ["accepted"]);
    let stored = "SELECT length(metadata->>'text') FROM analytic.interaction ORDER BY id LIMIT 1";
    assert_eq!(stage.database.number(stored).await, 8_192 - 11);
}

#[tokio::test]
async fn numbers_have_at_most_30_characters_and_stay_below_1e15() {
    let mut stage = Stage::set().await;
    let good = ["999999999999999", "-999999999999999", &format!("0.{}", "3".repeat(28)), "1e-30", "0e999999999"];
    for (number, token) in (0..).zip(good) {
        let reply = stage.send(&by_shopper(&[]).body(raw_metadata(number, &format!(r#"{{"n":{token}}}"#)))).await;
        assert_eq!(statuses(&reply), ["accepted"], "{token}: {reply:?}");
    }
    let longest = format!("0.{}", "3".repeat(29));
    for token in ["1e15", "-1000000000000000", &longest, "9e-31", "1e400", "-1e400", &"7".repeat(1000)] {
        let reply = stage.send(&by_shopper(&[]).body(raw_metadata(99, &format!(r#"{{"n":{token}}}"#)))).await;
        assert_eq!(statuses(&reply), ["rejected invalid_metadata"], "{token}");
        assert!(message(&reply).starts_with("metadata.n: a number "), "{reply:?}");
    }
    assert_eq!(stage.counts().await[0], 5);
}

#[tokio::test]
async fn names_have_their_lengths_in_characters() {
    let mut stage = Stage::set().await;
    let category = |n, id: String| with(with(view(n), "ref_type", "Category"), "ref_id", id);
    let items = [
        event(&"e".repeat(64), 1),
        event(&"e".repeat(65), 2),
        with(view(3), "session_id", "ü".repeat(128)),
        with(view(4), "session_id", "ü".repeat(129)),
        with(view(5), "session_id", ""),
        category(6, "🎁".repeat(128)),
        category(7, "🎁".repeat(129)),
        category(8, String::new()),
    ];
    let reply = stage.record(&items).await;
    let (event_type, session, reference) =
        ("rejected invalid_event_type", "rejected invalid_session_id", "rejected invalid_reference");
    let expected = ["accepted", event_type, "accepted", session, session, "accepted", reference, reference];
    assert_eq!(statuses(&reply), expected);
    for (index, limit) in [(1, "at most 64 characters"), (3, "1 to 128 characters"), (6, "1 to 128 characters")] {
        assert!(results(&reply)[index]["message"].as_str().unwrap().contains(limit), "{reply:?}");
    }
}

#[tokio::test]
async fn an_event_may_lie_seven_days_back_and_five_minutes_ahead() {
    let mut stage = Stage::set().await;
    let (week, minutes) = (SignedDuration::from_hours(7 * 24), SignedDuration::from_mins(5));
    // The request arrives slightly later: a margin on the sides where that matters.
    let (now, margin) = (Timestamp::now(), SignedDuration::from_secs(40));
    let at = |number, time: Timestamp| with(view(number), "occurred_at", time.to_string());
    let items = [
        at(1, now - week + margin),
        at(2, now - week - SignedDuration::from_millis(1)),
        at(3, now + minutes),
        at(4, now + minutes + margin),
        with(view(5), "occurred_at", "0001-01-01T00:00:00Z"),
        at(6, Timestamp::MAX),
    ];
    let reply = stage.record(&items).await;
    let (old, future) = ("rejected too_old", "rejected in_future");
    assert_eq!(statuses(&reply), ["accepted", old, "accepted", future, old, future]);
    let results = results(&reply);
    assert_eq!(results[1]["message"], "occurred_at: is more than 7 days before arrival");
    assert_eq!(results[3]["message"], "occurred_at: is more than 5 minutes after arrival");
    assert_eq!(stage.counts().await, [2, 2, 4]);
}

#[tokio::test]
async fn of_a_user_agent_only_family_system_and_class_are_kept() {
    let mut stage = Stage::set().await;
    let chrome = "Mozilla/5.0 (Linux; Android 14; SM-S918B) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.6778.39 Mobile Safari/537.36";
    let agents =
        [chrome.to_owned(), "Shop/7.1 of Ada".to_owned(), "a".repeat(10_000), "Läden/1".to_owned(), String::new()];
    for (number, agent) in (0..).zip(&agents) {
        let reply = stage.send(&by_shopper(&[view(number)]).header("user-agent", agent)).await;
        assert_eq!(statuses(&reply), ["accepted"]);
    }
    let stored = stage.database.rows("SELECT user_agent FROM analytic.interaction ORDER BY id").await;
    assert_eq!(stored, ["Chrome/Android/smartphone", "null", "null", "null", "null"]);
}
