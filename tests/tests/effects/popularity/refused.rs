//! A row whose effect Postgres refuses is parked; nothing else is affected.

use cross_tests::shop::{Shop, hints, metric, product};
use testkit::{all_done, hint};
use uuid::Uuid;

/// Puts a product so close to the largest score that one more purchase does not fit.
async fn fill_up(shop: &Shop, product: Uuid) {
    shop.database
        .execute(&format!(
            "INSERT INTO analytic.product_popularity
                 (id, score_micros, view_count, purchase_count, favorite_count, cart_count, review_count, date_updated)
             VALUES ('{product}', {} - 500000, 0, 0, 0, 0, 0, now())",
            i64::MAX
        ))
        .await;
}

#[tokio::test]
async fn a_refused_effect_is_parked_with_its_reason_and_the_others_are_applied() {
    let shop = Shop::open().await;
    let full = product(5);
    fill_up(&shop, full).await;
    let mut events: Vec<_> = (0..50).map(|n| ("view", product(n % 3))).collect();
    events[17] = ("purchase", full);
    let ids = shop.record(&events).await;
    let mut scorer = shop.start_scorer().await;
    // when
    assert_eq!(scorer.invoke(&hints(&ids)).await, all_done());
    // then
    let dead = shop.dead_letters.drain_dead_letters().await;
    assert_eq!(dead, [format!("statement_refused_22003 {}", hint(ids[17]))]);
    let parked = [format!("popularity | {} | statement_refused_22003", ids[17])];
    let of_the_scorer = "SELECT sink, interaction_id, parked_reason FROM analytic.pending WHERE sink = 'popularity'";
    assert_eq!(shop.database.rows(of_the_scorer).await, parked);
    let others = format!("SELECT sum(view_count) FROM analytic.product_popularity WHERE id <> '{full}'");
    assert_eq!(shop.database.number(&others).await, 49);
    assert_eq!(metric(&scorer, "Parked", ("Function", "update-popularity")).await, 1.0);
    assert_eq!(metric(&scorer, "Applied", ("Function", "update-popularity")).await, 49.0);

    // when its message is redelivered, it is moved to the DLQ again, and nothing is retried
    let since = shop.database.rows("SELECT parked_at FROM analytic.pending WHERE parked_at IS NOT NULL").await;
    for _ in 0..2 {
        assert_eq!(scorer.invoke(&hints(&ids)).await, all_done());
        assert_eq!(shop.dead_letters.drain_dead_letters().await, [format!("parked {}", hint(ids[17]))]);
    }
    assert_eq!(shop.database.rows(of_the_scorer).await, parked);
    assert_eq!(shop.database.rows("SELECT parked_at FROM analytic.pending WHERE parked_at IS NOT NULL").await, since);
    assert_eq!(metric(&scorer, "Parked", ("Function", "update-popularity")).await, 0.0, "it was tried again");
}

#[tokio::test]
async fn a_parked_effect_counts_once_when_it_is_put_back() {
    let shop = Shop::open().await;
    fill_up(&shop, product(5)).await;
    let ids = shop.record(&[("purchase", product(5))]).await;
    let mut scorer = shop.start_scorer().await;
    assert_eq!(scorer.invoke(&hints(&ids)).await, all_done());
    // when the cause is removed and an operator redrives it
    shop.database.execute("DELETE FROM analytic.product_popularity").await;
    shop.database.execute("UPDATE analytic.pending SET parked_at = NULL, parked_reason = NULL").await;
    for _ in 0..2 {
        assert_eq!(scorer.invoke(&hints(&ids)).await, all_done());
    }
    assert_eq!(shop.popularity().await, [format!("{} | 800000 | 0 | 1 | 0 | 0 | 0", product(5))]);
    shop.assert_all_scored_exactly().await;
}

#[tokio::test]
async fn several_refused_effects_are_found_among_many() {
    let shop = Shop::open().await;
    fill_up(&shop, product(500)).await;
    let mut events: Vec<_> = (0..200).map(|n| ("view", product(n % 7))).collect();
    let bad = [0, 63, 64, 120, 199];
    bad.iter().for_each(|place| events[*place] = ("purchase", product(500)));
    let ids = shop.record(&events).await;
    // A concurrent consumer with the same messages parks and applies the same.
    let (mut one, mut two) = (shop.start_scorer().await, shop.start_scorer().await);
    let event = hints(&ids);
    let (first, second) = tokio::join!(one.invoke(&event), two.invoke(&event));
    assert_eq!((first, second), (all_done(), all_done()));
    assert_eq!(shop.dead_letters.drain_dead_letters().await.len(), 2 * bad.len(), "each moved what it met");
    let parked =
        "SELECT interaction_id FROM analytic.pending WHERE parked_reason = 'statement_refused_22003' ORDER BY 1";
    let expected: Vec<_> = bad.iter().map(|place| ids[*place].to_string()).collect();
    assert_eq!(shop.database.rows(parked).await, expected);
    assert_eq!(shop.unscored().await, 5);
    assert_eq!(shop.database.number("SELECT sum(view_count) FROM analytic.product_popularity").await, 195);
}
