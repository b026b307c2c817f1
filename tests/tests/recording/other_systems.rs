//! Input of other systems: their event names, the clocks of phones, compressed bodies.

use serde_json::json;
use testkit::HttpEvent;

use crate::stage::{
    ROUTE, SHOPPER, Stage, body, by_guest, by_service, by_shopper, event, refusal, results, statuses, view, with,
};

const STORED: &str = "SELECT event_type FROM analytic.interaction ORDER BY id";

#[tokio::test]
async fn names_of_other_systems_are_stored_as_ours_and_score_like_ours() {
    let mut stage = Stage::set().await;
    let items = [event("cart", 1), event("Product Viewed", 2), event("view_item", 3), event("view", 4)];
    assert_eq!(statuses(&stage.record(&items).await), ["accepted"; 4]);
    assert_eq!(stage.database.rows(STORED).await, ["add_to_cart", "view", "view", "view"]);
    assert_eq!(
        stage.database.rows("SELECT DISTINCT event_type FROM analytic.pending ORDER BY 1").await,
        ["add_to_cart", "view"]
    );
    // Under any of its names it is the same event.
    assert_eq!(statuses(&stage.record(&[event("add_to_cart", 1), event("view", 2)]).await), ["duplicate"; 2]);
    // Its mapped name decides who may send it.
    let reply = stage.send(&by_shopper(&[event("order_completed", 5)])).await;
    assert_eq!(statuses(&reply), ["rejected forbidden_event"]);
    assert_eq!(statuses(&stage.send(&by_service(&[event("Order Completed", 5)])).await), ["accepted"]);
}

#[tokio::test]
async fn every_event_type_with_a_weight_is_known_in_any_spelling() {
    let mut stage = Stage::set().await;
    let weighted = stage.database.rows("SELECT event_type FROM analytic.event_weight ORDER BY 1").await;
    let items: Vec<_> =
        (1..).zip(&weighted).map(|(n, name)| event(&name.to_uppercase().replace('_', " "), n)).collect();
    let reply = stage.send(&by_service(&items)).await;
    assert_eq!(statuses(&reply), vec!["accepted"; weighted.len()]);
    assert_eq!(stage.database.rows(STORED).await, weighted);
    // What somebody may send does not depend on the spelling.
    assert_eq!(statuses(&stage.send(&by_shopper(&[event("PURCHASE", 50)])).await), ["rejected forbidden_event"]);
    let guest = stage.send(&by_guest(&[with(event("Add To Cart", 51), "session_id", "visit")])).await;
    assert_eq!(statuses(&guest), ["rejected forbidden_event"]);
}

#[tokio::test]
async fn a_shop_sets_its_own_names() {
    let mut stage = Stage::with(&[("EVENT_NAMES", "look=view,cart=")]).await;
    let items = [event("look", 1), event("cart", 2), event("wishlist", 3)];
    let reply = stage.record(&items).await;
    assert_eq!(stage.database.rows(STORED).await, ["view", "cart", "add_to_favorites"]);
    let scored: Vec<_> = results(&reply).iter().map(|result| result["scored"].clone()).collect();
    assert_eq!(scored, [json!(null), json!(false), json!(null)]);
}

#[tokio::test]
async fn the_answer_and_a_metric_say_what_adds_to_no_score() {
    let mut stage = Stage::set().await;
    let items = [event("newsletter_opened", 1), view(2), event("Bad Name", 3)];
    let reply = stage.record(&items).await;
    assert_eq!(statuses(&reply), ["accepted", "accepted", "rejected invalid_event_type"]);
    for (result, scored) in results(&reply).iter().zip([json!(false), json!(null), json!(null)]) {
        assert_eq!(result["scored"], scored, "{result}");
    }
    let again = stage.record(&items).await;
    assert_eq!((&*statuses(&again)[0], &results(&again)[0]["scored"]), ("duplicate", &json!(false)));
    assert_eq!(stage.metric("Unscored").await, 2.0);
}

#[tokio::test]
async fn a_phone_whose_clock_is_wrong_says_when_it_sent() {
    let mut stage = Stage::set().await;
    let items = [with(view(1), "occurred_at", "2013-01-01T00:00:00Z"), view(2)];
    let mut request = json!({ "interactions": items, "sent_at": "2013-01-01T00:10:00Z" });
    let send = |request: &serde_json::Value| HttpEvent::new("POST", ROUTE).account(SHOPPER).body(request.to_string());
    assert_eq!(statuses(&stage.send(&send(&request)).await), ["accepted"; 2]);
    // The same request slightly later is a retry.
    assert_eq!(statuses(&stage.send(&send(&request)).await), ["duplicate"; 2]);
    let minutes =
        "SELECT round(extract(epoch FROM date_created - occurred_at) / 60)::int FROM analytic.interaction ORDER BY id";
    assert_eq!(stage.database.rows(minutes).await, ["10", "0"]);
    request["sent_at"] = json!("yesterday");
    let refused = refusal(&stage.send(&send(&request)).await);
    assert!(refused.starts_with("400 validation: body: sent_at: must be an RFC 3339 time"), "{refused}");
}

#[tokio::test]
async fn a_body_may_be_compressed_and_start_with_a_byte_order_mark() {
    let mut stage = Stage::set().await;
    let request = || HttpEvent::new("POST", ROUTE).account(SHOPPER);
    assert_eq!(statuses(&stage.send(&request().gzip(&body(&[view(1)]))).await), ["accepted"]);
    assert_eq!(statuses(&stage.send(&request().body(body(&[view(1)]))).await), ["duplicate"]);
    let with_mark = format!("\u{feff}{}", body(&[with(view(2), "session_id", "s")]));
    assert_eq!(statuses(&stage.send(&by_guest(&[]).body(&*with_mark)).await), ["accepted"]);

    let filled = |bytes: usize| format!("{}{}", " ".repeat(bytes), body(&[view(3)]));
    for (sent, wanted) in [
        (request().gzip(&filled(300_000)), "413 payload_too_large"),
        (request().gzip(&body(&[view(3)])).header("content-encoding", "br"), "415 unsupported_encoding"),
        (
            request().body(body(&[view(3)])).header("content-encoding", "gzip"),
            "400 validation: body: is not valid gzip",
        ),
    ] {
        let refused = refusal(&stage.send(&sent).await);
        assert!(refused.starts_with(wanted), "{refused}");
    }
    assert_eq!(stage.counts().await, [2, 2, 4]);
}
