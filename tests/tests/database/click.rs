//! maintain-partitions removes clicks on recommendations that no purchase can convert any more.

use cross_tests::shop::Shop;

use crate::partition::maintain;

#[tokio::test]
async fn a_click_waits_fifteen_days_for_its_purchase() {
    let shop = Shop::open().await;
    shop.database
        .execute(
            "INSERT INTO analytic.recommendation_click
             SELECT gen_random_uuid(), hours, hours, now() - hours * interval '1 hour', 'session', 'learned'
             FROM unnest(ARRAY[0, 24 * 15 - 1, 24 * 15 + 1, 24 * 100]) AS hours",
        )
        .await;
    assert_eq!(maintain(&shop, "2").await["clicks_pruned"], 2);
    let left = "SELECT product_no FROM analytic.recommendation_click ORDER BY 1";
    assert_eq!(shop.database.rows(left).await, ["0", "359"]);
}
