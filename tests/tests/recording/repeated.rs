//! The same event again: later, within one request, with other content, from another sender.

use serde_json::{Value, json};
use testkit::HttpReply;

use crate::stage::{STRANGER, Stage, by_guest, by_service, by_shopper, event, event_id, results, statuses, view, with};

fn ids(reply: &HttpReply) -> Vec<Value> {
    results(reply).iter().map(|result| result["id"].clone()).collect()
}

#[tokio::test]
async fn a_request_that_is_sent_again_stores_nothing_twice() {
    let mut stage = Stage::set().await;
    let items: Vec<Value> = (0..30).map(|n| with(view(n), "metadata", json!({ "rank": n }))).collect();

    let first = stage.record(&items).await;
    let rows = stage.database.rows("TABLE analytic.interaction ORDER BY id").await;
    let hints = stage.popularity.drain().await.len() + stage.catalog.drain().await.len();
    for _ in 0..3 {
        let again = stage.record(&items).await;
        assert_eq!((again.status, statuses(&again)), (200, vec!["duplicate".to_owned(); 30]));
        assert_eq!(ids(&again), ids(&first));
    }

    assert_eq!(hints, 60);
    assert_eq!(stage.counts().await, [30, 30, 60]);
    assert_eq!(stage.database.rows("TABLE analytic.interaction ORDER BY id").await, rows);
    assert_eq!((stage.popularity.depth().await, stage.catalog.depth().await), (0, 0));
    assert_eq!(stage.metric("Duplicate").await, 90.0);
}

#[tokio::test]
async fn a_retry_may_come_over_another_network_and_write_its_json_another_way() {
    let mut stage = Stage::set().await;
    stage.record(&[with(view(1), "metadata", json!({ "a": 1, "b": { "x": "ü", "y": [1] } }))]).await;

    let body = format!(
        r#"{{ "interactions" : [ {{ "ref_id":"{}", "metadata":{{"b":{{"y":[ 1 ],"x":"\u00fc"}},"a":1}},
            "event_type":"view", "ref_type":"Product", "event_id":"{}", "session_id": null }} ] }}"#,
        crate::stage::SPU.to_uppercase(),
        event_id(1)
    );
    let again = by_shopper(&[]).body(body).header("user-agent", "Other/1").from_address("2001:db8::1");
    assert_eq!(statuses(&stage.send(&again).await), ["duplicate"]);
    assert_eq!(stage.counts().await, [1, 1, 2]);
}

#[tokio::test]
async fn the_same_event_twice_in_one_request_is_stored_once() {
    let mut stage = Stage::set().await;

    let reply = stage.record(&[view(1), view(2), view(1), view(1)]).await;

    assert_eq!(statuses(&reply), ["accepted", "accepted", "duplicate", "duplicate"]);
    let ids = ids(&reply);
    assert_eq!((&ids[2], &ids[3]), (&ids[0], &ids[0]));
    assert_eq!(stage.counts().await, [2, 2, 4]);
    assert_eq!((stage.popularity.depth().await, stage.catalog.depth().await), (2, 2));
}

#[tokio::test]
async fn one_event_id_with_two_contents_in_one_request_is_a_conflict_for_the_second() {
    let mut stage = Stage::set().await;

    let reply = stage.record(&[view(1), event("dislike", 1), view(1)]).await;

    assert_eq!(statuses(&reply), ["accepted", "conflict conflict", "duplicate"]);
    assert_eq!(reply.json()["data"]["rejected"], 1);
    assert_eq!(stage.database.rows("SELECT event_type FROM analytic.interaction").await, ["view"]);
}

#[tokio::test]
async fn a_refused_item_does_not_claim_its_event_id() {
    let mut stage = Stage::set().await;
    let malformed = with(view(2), "ref_id", "");

    let reply = stage.record(&[event("purchase", 1), view(1), event("purchase", 1), malformed, view(2)]).await;

    let forbidden = "rejected forbidden_event";
    assert_eq!(statuses(&reply), [forbidden, "accepted", forbidden, "rejected invalid_reference", "accepted"]);
    assert_eq!(stage.counts().await, [2, 2, 4]);
}

#[tokio::test]
async fn a_known_event_id_with_any_other_content_is_a_conflict() {
    let mut stage = Stage::set().await;
    stage.record(&[view(1)]).await;
    let now = jiff::Timestamp::now().to_string();
    let others = [
        ("event_type", json!("add_to_cart")),
        ("ref_id", json!(STRANGER.to_string())),
        ("session_id", json!("visit")),
        ("metadata", json!({ "a": 1 })),
        ("occurred_at", json!(now)),
    ];
    for (field, value) in others {
        let reply = stage.record(&[with(view(1), field, value)]).await;
        assert_eq!((reply.status, statuses(&reply)), (400, vec!["conflict conflict".to_owned()]), "{field}");
        let result = &results(&reply)[0];
        assert_eq!(result["event_id"], event_id(1));
        assert_eq!(result["message"], "event_id: already recorded with other content; use a new id for a new event");
    }
    assert_eq!(stage.counts().await, [1, 1, 2]);
}

#[tokio::test]
async fn an_event_id_of_somebody_else_is_a_new_one() {
    let mut stage = Stage::set().await;
    let of = |session: &str| with(view(1), "session_id", session);
    let senders = [
        by_shopper(&[of("visit")]),
        by_shopper(&[of("visit")]).account(STRANGER),
        by_guest(&[of("visit")]),
        by_guest(&[of("another visit")]),
        by_service(&[of("visit")]),
    ];

    let mut first = Vec::new();
    for sender in &senders {
        let reply = stage.send(sender).await;
        assert_eq!((reply.status, statuses(&reply)), (200, vec!["accepted".to_owned()]), "{sender:?}");
        first.extend(ids(&reply));
    }

    // Each finds the own one again, and its own content is what a conflict is measured against.
    for (sender, id) in senders.iter().zip(&first) {
        let again = stage.send(sender).await;
        assert_eq!((statuses(&again), ids(&again)), (vec!["duplicate".to_owned()], vec![id.clone()]), "{sender:?}");
    }
    let other = [with(of("visit"), "metadata", json!({ "a": 1 }))];
    for sender in [by_shopper(&other).account(STRANGER), by_guest(&other), by_service(&other)] {
        let reply = stage.send(&sender).await;
        assert_eq!((reply.status, statuses(&reply)), (400, vec!["conflict conflict".to_owned()]), "{sender:?}");
    }
    assert_eq!(stage.counts().await, [5, 5, 10]);
}

#[tokio::test]
async fn guests_of_one_request_have_the_ids_of_their_sessions() {
    let mut stage = Stage::set().await;
    let items = [with(view(1), "session_id", "a"), with(view(1), "session_id", "b"), with(view(1), "session_id", "a")];

    let reply = stage.send(&by_guest(&items)).await;

    assert_eq!(statuses(&reply), ["accepted", "accepted", "duplicate"]);
    let ids = ids(&reply);
    assert!(ids[0] != ids[1] && ids[2] == ids[0], "{ids:?}");
    assert_eq!(stage.counts().await, [2, 2, 4]);
}

#[tokio::test]
async fn without_an_event_id_every_request_is_a_new_event() {
    let mut stage = Stage::set().await;
    let mut item = view(0);
    item.as_object_mut().unwrap().remove("event_id");
    for _ in 0..2 {
        assert_eq!(statuses(&stage.record(&[item.clone(), item.clone()]).await), ["accepted", "accepted"]);
    }
    assert_eq!(stage.counts().await, [4, 4, 8]);
}
