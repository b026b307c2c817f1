//! The weight of each event, and the events without one.

use cross_tests::shop::{Shop, hints, metric, product};
use domain::{NewInteraction, RefType, Reference};
pub(super) use testkit::weight::WEIGHTS;
use testkit::{Function, all_done, interaction};

async fn count(function: &Function, name: &str) -> f64 {
    metric(function, name, ("Function", "update-popularity")).await
}

#[tokio::test]
async fn every_event_has_the_weight_and_the_counter_of_the_contract() {
    let shop = Shop::open().await;
    // given: product n had event n, once
    let events: Vec<_> = (0u128..).zip(WEIGHTS).map(|(n, (event, ..))| (event, product(n))).collect();
    let ids = shop.record(&events).await;
    // when
    assert_eq!(shop.start_scorer().await.invoke(&hints(&ids)).await, all_done());
    // then
    let expected = WEIGHTS.iter().zip(0u128..).map(|((_, micros, counter), n)| {
        let mut counters = [0; 5];
        counter.iter().for_each(|counter| counters[*counter] = 1);
        format!("{} | {micros} | {}", product(n), counters.map(|count: i32| count.to_string()).join(" | "))
    });
    assert_eq!(shop.popularity().await, expected.collect::<Vec<_>>());
    shop.assert_all_scored_exactly().await;
    assert_eq!(
        shop.database.number("SELECT count(*) FROM analytic.event_weight").await,
        24,
        "no other event is scored"
    );
}

#[tokio::test]
async fn the_score_in_points_is_the_score_in_micro_points() {
    let shop = Shop::open().await;
    let events: Vec<_> = WEIGHTS.iter().map(|(event, ..)| (*event, product(1))).collect();
    let ids = shop.record(&events).await;
    assert_eq!(shop.start_scorer().await.invoke(&hints(&ids)).await, all_done());
    let points = "SELECT score_micros, score, score * 1000000 = score_micros FROM analytic.product_popularity";
    insta::assert_snapshot!(shop.database.rows(points).await.join("\n"), @"-380000 | -0.38 | t");
}

#[tokio::test]
async fn what_is_no_product_or_has_no_weight_is_done_and_counted_as_skipped() {
    let shop = Shop::open().await;
    let category = NewInteraction {
        reference: Reference::new(RefType::Category, "shoes").unwrap(),
        ..interaction("view", &product(1).to_string())
    };
    let items = [
        category,
        interaction("wishlist_shared", &product(1).to_string()),
        interaction("view", &product(2).to_string()),
    ];
    let ids = shop.record_items(&items).await;
    let mut scorer = shop.start_scorer().await;
    assert_eq!(scorer.invoke(&hints(&ids)).await, all_done());
    assert_eq!(shop.popularity().await, [format!("{} | 300000 | 1 | 0 | 0 | 0 | 0", product(2))]);
    shop.assert_all_scored_exactly().await;
    assert_eq!([count(&scorer, "Applied").await, count(&scorer, "Skipped").await], [1.0, 2.0]);
    // when they are redelivered, they are done
    assert_eq!(scorer.invoke(&hints(&ids)).await, all_done());
    assert_eq!(shop.popularity().await.len(), 1);
}
