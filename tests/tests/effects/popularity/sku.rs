//! An interaction that names a SKU counts for its product, whichever of the two came first.

use cross_tests::shop::{Shop, hints};
use serde_json::{Value, json};
use testkit::{Function, HttpEvent, all_done};

/// A product that claims SKUs, at a minute of a fixed day.
fn claim(product: &str, minute: u32, skus: &[&str]) -> String {
    let at = format!("2026-11-18T09:{minute:02}:00Z");
    json!({ "event": "product.created", "timestamp": at, "productId": product, "skuIds": skus }).to_string()
}

#[tokio::test]
async fn events_before_and_after_the_mapping_count_for_the_product() {
    let shop = Shop::open().await;
    let (mut orders, mut scorer) = (shop.start_orders().await, shop.start_scorer().await);
    shop.view(&["sku-1", "sku-1", "sku-2", "p-1"]).await;
    shop.score_all(&mut scorer).await;
    shop.assert_scores(&["p-1 | 300000 | 1", "sku-1 | 600000 | 2", "sku-2 | 300000 | 1"]).await;

    shop.send_events(&mut orders, &[claim("p-1", 0, &["sku-1"])]).await;
    shop.assert_scores(&["p-1 | 900000 | 3", "sku-2 | 300000 | 1"]).await;

    // Scored after the mapping, and recorded before it or after it.
    shop.view(&["sku-1", "sku-2", "p-1"]).await;
    shop.send_events(&mut orders, &[claim("p-1", 1, &["sku-1", "sku-2"])]).await;
    shop.view(&["sku-2"]).await;
    shop.score_all(&mut scorer).await;
    shop.assert_scores(&["p-1 | 2400000 | 8"]).await;
}

#[tokio::test]
async fn a_mapping_that_comes_twice_moves_nothing_twice() {
    let shop = Shop::open().await;
    let (mut orders, mut scorer) = (shop.start_orders().await, shop.start_scorer().await);
    let ids = shop.view(&["sku-1", "sku-1"]).await;
    shop.score_all(&mut scorer).await;
    let events = [claim("p-1", 0, &["sku-1"]), claim("p-1", 0, &["sku-1"]), claim("p-1", 5, &["sku-1"])];
    for _ in 0..2 {
        shop.send_events(&mut orders, &events).await;
        assert_eq!(scorer.invoke(&hints(&ids)).await, all_done());
        shop.assert_scores(&["p-1 | 600000 | 2"]).await;
    }
}

#[tokio::test]
async fn an_earlier_claim_takes_the_score_over_and_a_product_of_that_name_takes_it_back() {
    let shop = Shop::open().await;
    let (mut orders, mut scorer) = (shop.start_orders().await, shop.start_scorer().await);
    shop.view(&["sku-1", "p-1", "p-2"]).await;
    shop.score_all(&mut scorer).await;
    shop.send_events(&mut orders, &[claim("p-2", 20, &["sku-1"])]).await;
    shop.assert_scores(&["p-1 | 300000 | 1", "p-2 | 600000 | 2"]).await;
    shop.send_events(&mut orders, &[claim("p-1", 10, &["sku-1"])]).await;
    shop.assert_scores(&["p-1 | 600000 | 2", "p-2 | 300000 | 1"]).await;
    shop.view(&["sku-1"]).await;
    shop.score_all(&mut scorer).await;
    shop.assert_scores(&["p-1 | 900000 | 3", "p-2 | 300000 | 1"]).await;
    // A product's own id takes precedence over an equal SKU.
    shop.send_events(&mut orders, &[claim("sku-1", 30, &[])]).await;
    shop.assert_scores(&["p-1 | 300000 | 1", "p-2 | 300000 | 1", "sku-1 | 600000 | 2"]).await;
    shop.view(&["sku-1"]).await;
    shop.score_all(&mut scorer).await;
    shop.assert_scores(&["p-1 | 300000 | 1", "p-2 | 300000 | 1", "sku-1 | 900000 | 3"]).await;
}

#[tokio::test]
async fn the_order_in_which_claims_come_changes_nothing() {
    let claims = [claim("p-2", 20, &["sku-1", "sku-2"]), claim("p-1", 10, &["sku-1"]), claim("sku-2", 30, &["sku-3"])];
    for order in [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]] {
        let shop = Shop::open().await;
        let (mut orders, mut scorer) = (shop.start_orders().await, shop.start_scorer().await);
        for position in order {
            shop.view(&["sku-1", "sku-2", "sku-3", "p-1", "p-2"]).await;
            shop.score_all(&mut scorer).await;
            shop.send_events(&mut orders, &[claims[position].clone()]).await;
            assert_eq!(shop.differences().await, 0, "{order:?}");
        }
        shop.assert_scores(&["p-1 | 1800000 | 6", "p-2 | 900000 | 3", "sku-2 | 1800000 | 6"]).await;
    }
}

#[tokio::test]
async fn a_sku_is_answered_with_its_product() {
    let shop = Shop::open().await;
    let mut scorer = shop.start_scorer().await;
    shop.view(&["sku-1"]).await;
    shop.score_all(&mut scorer).await;
    shop.send_events(&mut shop.start_orders().await, &[claim("p-1", 0, &["sku-1"])]).await;
    let mut queries = shop.start("answer-queries", &[]).await;
    for id in ["sku-1", "p-1"] {
        let request = HttpEvent::new("GET", &format!("/api/v1/analytic/popularity/{id}"));
        let reply = queries.request(&request).await;
        let data: Value = reply.json()["data"].clone();
        assert_eq!((&data["id"], &data["view_count"]), (&json!("p-1"), &json!(1)), "{reply:?}");
    }
}

#[tokio::test]
async fn a_changed_weight_counts_for_the_product_of_a_sku_too() {
    let shop = Shop::open().await;
    let (mut orders, mut scorer) = (shop.start_orders().await, shop.start_scorer().await);
    shop.view(&["sku-1", "sku-1", "p-1", "sku-2"]).await;
    shop.score_all(&mut scorer).await;
    shop.send_events(&mut orders, &[claim("p-1", 20, &["sku-1"])]).await;
    let change = store::weight::Change {
        event_type: "view".parse().unwrap(),
        weight: domain::Micros(500_000),
        counter: None,
        trusted: None,
        cap: None,
    };
    let mut client = shop.database.connect().await;
    let limit = std::time::Duration::from_secs(5);
    store::weight::set(&mut client, &[change], limit).await.unwrap();
    shop.assert_scores(&["p-1 | 1500000 | 3", "sku-2 | 500000 | 1"]).await;
    // The part that moves with the SKU was recounted as well.
    shop.send_events(&mut orders, &[claim("p-0", 10, &["sku-1"])]).await;
    shop.assert_scores(&["p-0 | 1000000 | 2", "p-1 | 500000 | 1", "sku-2 | 500000 | 1"]).await;
}

#[tokio::test]
async fn a_wrong_mapping_or_part_of_a_sku_is_a_difference() {
    let shop = Shop::open().await;
    let mut scorer = shop.start_scorer().await;
    shop.view(&["sku-1"]).await;
    shop.score_all(&mut scorer).await;
    shop.send_events(&mut shop.start_orders().await, &[claim("p-1", 0, &["sku-1"])]).await;
    assert_eq!(shop.differences().await, 0);
    for harm in [
        "UPDATE analytic.activity SET counted = counted + 1",
        "UPDATE analytic.product_reference SET product_id = NULL WHERE reference = 'sku-1'",
        "UPDATE analytic.product_reference SET product_id = 'p-2' WHERE reference = 'sku-1'",
        "INSERT INTO analytic.activity VALUES (now(), 0, 0, 0, 'sku-9', 'hour', 'view')",
        "UPDATE analytic.product_popularity SET id = 'sku-1' WHERE id = 'p-1'",
    ] {
        let repair = [
            "UPDATE analytic.activity SET counted = 1",
            "UPDATE analytic.product_reference SET product_id = 'p-1' WHERE reference = 'sku-1'",
            "DELETE FROM analytic.activity WHERE reference = 'sku-9'",
            "UPDATE analytic.product_popularity SET id = 'p-1' WHERE id = 'sku-1'",
        ];
        shop.database.execute(harm).await;
        assert!(shop.differences().await > 0, "{harm}");
        for statement in repair {
            shop.database.execute(statement).await;
        }
        assert_eq!(shop.differences().await, 0, "after {harm}");
    }
}

#[tokio::test]
async fn a_scorer_that_is_under_way_and_one_that_comes_meanwhile_both_meet_the_mapping() {
    let shop = Shop::open().await;
    let (mut orders, mut scorer, mut late) =
        (shop.start_orders().await, shop.start_scorer().await, shop.start_scorer().await);
    let (first, second) = (shop.view(&["sku-1"]).await, shop.view(&["sku-1", "sku-1"]).await);
    // Given a scorer that has read that the SKU leads nowhere, and waits for a row that another session has locked.
    let mut holder = shop.database.connect().await;
    let held = holder.transaction().await.unwrap();
    held.query("SELECT FROM analytic.pending WHERE sink = 'popularity' FOR UPDATE", &[]).await.unwrap();
    let (one, other) = (hints(&first), hints(&second));
    let map = async |orders: &mut Function| {
        shop.wait_for_lock_waits(1).await;
        shop.send_events(orders, &[claim("p-1", 0, &["sku-1"])]).await;
    };
    let come_late = async |late: &mut Function| {
        shop.wait_for_lock_waits(2).await;
        assert_eq!(late.invoke(&other).await, all_done());
    };
    let release = async {
        shop.wait_for_lock_waits(3).await;
        held.commit().await.unwrap();
    };
    let (scored, ..) = tokio::join!(scorer.invoke(&one), map(&mut orders), come_late(&mut late), release);
    assert_eq!(scored, all_done());
    shop.assert_all_scored_exactly().await;
    shop.assert_scores(&["p-1 | 900000 | 3"]).await;
}

#[tokio::test]
async fn scorers_and_mappings_at_the_same_time_stay_exact() {
    let shop = Shop::open().await;
    let (mut orders, mut one, mut other) =
        (shop.start_orders().await, shop.start_scorer().await, shop.start_scorer().await);
    let skus: Vec<_> = (0..20).map(|number| format!("sku-{number}")).collect();
    let names: Vec<_> = (0..200).map(|number| skus[number % skus.len()].as_str()).collect();
    let ids = shop.view(&names).await;
    let score = async |scorer: &mut Function, mut batches: Vec<&[i64]>| {
        while let Some(batch) = batches.pop() {
            assert_eq!(scorer.invoke(&hints(batch)).await, all_done(), "{}", scorer.output());
        }
    };
    let map = async |orders: &mut Function| {
        for (number, sku) in skus.iter().enumerate() {
            let minute = u32::try_from(number).unwrap();
            shop.send_events(orders, &[claim("p-2", 30 + minute, &[sku]), claim("p-1", minute, &[sku])]).await;
        }
    };
    let batches: Vec<_> = ids.chunks(7).collect();
    let reversed = batches.iter().rev().copied().collect();
    tokio::join!(score(&mut one, batches), score(&mut other, reversed), map(&mut orders));
    assert_eq!(shop.unscored().await, 0);
    shop.assert_scores(&["p-1 | 60000000 | 200"]).await;
}
