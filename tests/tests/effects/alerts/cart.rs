//! Carts that were left, found by the daily run and told to nobody.

use serde_json::json;

use super::NAMES;
use crate::shop::Shop;

#[tokio::test]
async fn a_cart_is_left_once_however_often_it_is_judged() {
    let shop = Shop::open().await;
    let row = |account: u32, product: u32, event: &str, hours: u32| {
        format!(
            "('{account:08}-0000-4000-8000-000000000000', 'Product', '{product:08}-0000-4000-8000-000000000000', '{event}', {hours})"
        )
    };
    let rows = [
        row(1, 1, "add_to_cart", 40),
        row(2, 1, "add_to_cart", 40),
        row(2, 1, "purchase", 20),
        row(3, 1, "add_to_cart", 40),
        row(3, 1, "purchase", 15),
        row(4, 1, "add_to_cart", 40),
        row(4, 1, "remove_from_cart", 39),
        row(5, 1, "add_to_cart", 20),
    ];
    let insert = format!(
        "INSERT INTO analytic.interaction (origin, event_id, account_id, ref_type, ref_id, event_type, occurred_at, date_created)
         SELECT gen_random_uuid(), gen_random_uuid(), account::uuid, ref_type, ref_id, event_type, at.hour, at.hour
         FROM (VALUES {}) AS given (account, ref_type, ref_id, event_type, hours),
              LATERAL (SELECT date_trunc('hour', now()) - make_interval(hours => hours)) AS at (hour)",
        rows.join(", ")
    );
    shop.database.execute(&insert).await;
    let mut judge = shop.start("judge-carts", &[("CART_PATIENCE_HOURS", "24")]).await;
    for _ in 0..2 {
        assert_eq!(judge.invoke(&json!({})).await.answer(), json!({ "carts_left": 2 }));
    }
    let found = shop.database.rows(NAMES).await;
    let subjects: Vec<_> = found.iter().map(|row| row.split(" | ").nth(1).unwrap()).collect();
    let account = |account: u32| format!("account:{account:08}-0000-4000-8000-000000000000");
    assert_eq!(subjects, [account(1), account(3)], "{found:?}");
    assert_eq!(shop.database.number("SELECT count(*) FROM analytic.pending_alert").await, 0);
}
