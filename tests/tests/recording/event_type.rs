//! Event types, and who may send which.

use serde_json::{Value, json};

use crate::stage::{Stage, by_guest, by_service, event, statuses, with};

#[tokio::test]
async fn the_weights_are_those_of_the_contract() {
    let stage = Stage::set().await;
    let weights = stage.database.rows(
        "SELECT event_type, weight_micros / 1e6::float8, coalesce(counter, '-'), trusted
         FROM analytic.event_weight ORDER BY weight_micros DESC, event_type",
    );
    insta::assert_snapshot!(weights.await.join("\n"), @"
    purchase | 0.8 | purchase_count | t
    add_to_favorites | 0.6 | favorite_count | f
    checkout_started | 0.6 | - | t
    add_to_cart | 0.5 | cart_count | f
    write_review | 0.5 | review_count | t
    rating_high | 0.4 | review_count | t
    view | 0.3 | view_count | f
    ask_question | 0.25 | - | f
    click_from_search | 0.2 | - | f
    click_from_recommendation | 0.15 | - | f
    view_similar_products | 0.15 | - | f
    click_from_category | 0.12 | - | f
    product_impression | 0.1 | - | f
    rating_medium | 0.1 | review_count | t
    view_bounce | -0.1 | view_count | f
    not_interested | -0.3 | - | f
    remove_from_cart | -0.3 | cart_count | f
    hide_item | -0.35 | - | f
    dislike | -0.5 | - | f
    rating_low | -0.5 | review_count | t
    cancel_order | -0.6 | - | t
    return_product | -0.6 | - | t
    refund_requested | -0.7 | - | t
    report_product | -1.2 | - | f
    ");
}

/// One event of each weighted type, in the order of their names.
async fn one_of_each(stage: &Stage) -> (Vec<String>, Vec<Value>) {
    let types = stage.database.rows("SELECT event_type FROM analytic.event_weight ORDER BY event_type").await;
    let items = (0..).zip(&types).map(|(n, name)| with(event(name, n), "session_id", "visit")).collect();
    (types, items)
}

fn refused(types: &[String], statuses: &[String]) -> Vec<String> {
    let all = types.iter().zip(statuses);
    all.filter(|(_, status)| *status == "rejected forbidden_event").map(|(name, _)| name.clone()).collect()
}

#[tokio::test]
async fn a_shopper_may_send_all_but_the_trusted_events_and_a_service_of_the_shop_all() {
    let mut stage = Stage::set().await;
    let (types, items) = one_of_each(&stage).await;

    let shopper = stage.record(&items).await;
    let trusted = "SELECT event_type FROM analytic.event_weight WHERE trusted ORDER BY event_type";
    let trusted = stage.database.rows(trusted).await;
    assert_eq!(refused(&types, &statuses(&shopper)), trusted);
    assert_eq!(shopper.json()["data"]["accepted"], types.len() - trusted.len());

    let mut other = Stage::set().await;
    let service = other.send(&by_service(&items)).await;
    assert_eq!(service.json()["data"]["accepted"], types.len());
}

#[tokio::test]
async fn a_guest_may_send_exactly_the_events_of_looking_around() {
    let mut stage = Stage::set().await;
    let (types, items) = one_of_each(&stage).await;

    let reply = stage.send(&by_guest(&items)).await;

    let refused = refused(&types, &statuses(&reply));
    let allowed: Vec<_> = types.into_iter().filter(|name| !refused.contains(name)).collect();
    insta::assert_snapshot!(allowed.join(" "), @"click_from_category click_from_recommendation click_from_search product_impression view view_bounce view_similar_products");
    let stored = "SELECT string_agg(event_type, ' ' ORDER BY event_type), count(account_id) FROM analytic.interaction";
    assert_eq!(stage.database.rows(stored).await, [format!("{} | 0", allowed.join(" "))]);
}

#[tokio::test]
async fn a_refused_event_says_what_it_would_take() {
    let mut stage = Stage::set().await;
    let reply = stage.record(&[event("purchase", 1)]).await;
    insta::assert_snapshot!(reply.json()["error"]["details"]["results"][0]["message"].as_str().unwrap(), @r#"event_type: "purchase" is not allowed for this caller (trusted events need the scope analytic/trusted; guests may only browse)"#);
}

#[tokio::test]
async fn an_event_type_without_a_weight_is_stored_for_a_signed_in_caller() {
    let mut stage = Stage::set().await;

    let reply = stage.record(&[event("swatch_opened", 1), event("a", 2), event("size_guide_2", 3)]).await;
    assert_eq!(statuses(&reply), ["accepted"; 3]);
    assert_eq!(stage.counts().await, [3, 3, 6]);

    let guest = stage.send(&by_guest(&[with(event("swatch_opened", 4), "session_id", "visit")])).await;
    assert_eq!((guest.status, statuses(&guest)), (400, vec!["rejected forbidden_event".to_owned()]));
}

#[tokio::test]
async fn an_event_type_that_is_no_name_is_rejected() {
    let mut stage = Stage::set().await;
    for bad in ["", "Viewed", "1view", "_view", "vi ew", "vi-ew", "vüew", "view\n", " view"] {
        let reply = stage.record(&[event(bad, 1)]).await;
        assert_eq!(statuses(&reply), ["rejected invalid_event_type"], "{bad:?}");
        let message = &reply.json()["error"]["details"]["results"][0]["message"];
        assert_eq!(message, &json!("event_type: must match [a-z][a-z0-9_]{0,63} (at most 64 characters)"));
    }
    assert_eq!(stage.counts().await, [0, 0, 0]);
}
