//! Strings that look like an email address or a card number: not stored, in whatever field a front end put them.

use serde_json::json;

use crate::stage::{Stage, by_guest, by_service, by_shopper, results, statuses, view, with};

const CARD: &str = "4111 1111 1111 1111";

#[tokio::test]
async fn metadata_loses_what_looks_personal_and_keeps_the_rest() {
    let mut stage = Stage::set().await;
    let metadata =
        json!({ "query": "cAnAry@example.com", "form": { "card": CARD, "cAnAry@example.com": true }, "rank": 2 });
    let item = |number| with(with(view(number), "session_id", "visit"), "metadata", metadata.clone());
    for request in [by_shopper(&[item(1)]), by_guest(&[item(2)]), by_service(&[item(3)])] {
        assert_eq!(statuses(&stage.send(&request).await), ["accepted"]);
        assert_eq!(statuses(&stage.send(&request).await), ["duplicate"]);
    }
    let kept = r#"{"form": {"card": "******", "******": true}, "rank": 2, "query": "******"}"#;
    assert_eq!(stage.database.rows("SELECT metadata FROM analytic.interaction").await, [kept; 3]);
    // Three texts, of which one is a key; the first time and the retry: who counts these wants to know how often a front
    // end does it.
    assert_eq!(stage.metric("HiddenTexts").await, 18.0);
    assert!(!stage.output_with("recorded").await.to_lowercase().contains("canary"));
}

#[tokio::test]
async fn ids_that_look_personal_are_refused() {
    let mut stage = Stage::set().await;
    let category = |id: &str| with(with(view(1), "ref_type", "Category"), "ref_id", id);
    let items = [
        with(view(1), "session_id", "ann@example.com"),
        with(view(1), "session_id", "visit of ann%40example.com"),
        category("ann@example.com"),
        category(CARD),
        category("shoes@home"),
        // Numbers make good session ids, and every thirtieth of sixteen digits could be a card's.
        with(view(2), "session_id", CARD),
        with(view(3), "event_type", "v_4111111111111111"),
    ];
    let reply = stage.record(&items).await;
    let (session, reference) = ("rejected invalid_session_id", "rejected invalid_reference");
    let event_type = "rejected invalid_event_type";
    assert_eq!(statuses(&reply), [session, session, reference, reference, "accepted", "accepted", event_type]);
    let messages: Vec<_> =
        results(&reply).iter().filter_map(|result| result["message"].as_str().map(str::to_owned)).collect();
    assert_eq!(messages[0], "session_id: must not hold an email address; a random UUID is a good session id");
    assert_eq!(
        messages[2],
        "ref_id: must not hold an email address, or what looks like a card number (14 to 19 digits)"
    );
    assert_eq!(messages[4], "event_type: must not hold what looks like a card number (14 to 19 digits)");
    assert_eq!(stage.counts().await, [2, 2, 4]);
}
