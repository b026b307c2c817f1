//! Lines and opinions whose product becomes known later.

use cross_tests::back_end::{Shop, event, order, spu};
use serde_json::json;
use testkit::{Invoked, Moment, TestProxy, all_done, sqs_event};

#[tokio::test]
async fn a_line_of_an_unknown_product_is_rejoined_when_the_product_arrives() {
    let shop = Shop::open().await;
    let mut function = shop.start().await;
    let mut events = order("o-1", "sku-1", "10.00");
    events.push(event("rating.added", 30, json!({ "ratingId": "r-1", "skuId": "sku-1", "rating": 5 })));
    shop.send_events(&mut function, &events, 100).await;
    let lines = "SELECT reference, product_id, seller_id, category_id FROM analytic.order_line";
    assert_eq!(shop.database.rows(lines).await, ["sku-1 | null |  | "]);
    assert_eq!(shop.database.number("SELECT count(*) FROM analytic.interaction").await, 0);
    shop.assert_exact().await;
    // when
    let product = json!({ "productId": spu(7), "sellerId": "s-1", "categoryId": "shoes", "skuIds": ["sku-1"] });
    shop.send_events(&mut function, &[event("product.created", -60, product)], 1).await;
    // then
    assert_eq!(shop.database.rows(lines).await, [format!("sku-1 | {} | s-1 | shoes", spu(7))]);
    let derived = "SELECT event_type, ref_id FROM analytic.interaction ORDER BY event_type";
    let expected =
        ["checkout_started", "purchase", "rating_high"].map(|event_type| format!("{event_type} | {}", spu(7)));
    assert_eq!(shop.database.rows(derived).await, expected);
    let products = "SELECT product_id, seller_id, revenue_minor FROM analytic.product_rollup WHERE grain = 'day' AND revenue_minor <> 0";
    assert_eq!(shop.database.rows(products).await, [format!("{} | s-1 | 2001", spu(7))]);
    shop.assert_exact().await;
}

#[tokio::test]
async fn a_return_by_sku_finds_its_line_when_the_sku_becomes_known() {
    let shop = Shop::open().await;
    let mut function = shop.start().await;
    let mut events = order("o-1", &spu(7), "10.00");
    events.push(event("OrderReturned", 60, json!({ "orderId": "o-1", "items": [{ "skuId": "sku-1" }] })));
    events.push(event("product.created", -60, json!({ "productId": spu(7), "sellerId": "s-1" })));
    shop.send_events(&mut function, &events, 100).await;
    let refunds = "SELECT refund_minor, refund_requested_at IS NOT NULL FROM analytic.sales_order";
    assert_eq!(shop.database.rows(refunds).await, ["0 | t"], "it is asked for");
    shop.assert_exact().await;
    // when: no line names this SKU
    let product = json!({ "productId": spu(7), "skuIds": ["sku-1"] });
    shop.send_events(&mut function, &[event("product.updated", 30, product)], 1).await;
    // then
    assert_eq!(shop.database.rows(refunds).await, ["2000 | f"]);
    let returned = "SELECT count(*) FROM analytic.interaction WHERE event_type = 'return_product'";
    assert_eq!(shop.database.number(returned).await, 1);
    shop.assert_exact().await;
}

#[tokio::test]
async fn whether_a_product_can_be_bought_is_what_its_latest_event_says_that_says_it() {
    let shop = Shop::open().await;
    let mut function = shop.start().await;
    let events = [
        event("product.created", 0, json!({ "productId": "p-1", "stock": 3 })),
        event("product.updated", 10, json!({ "productId": "p-1", "stock": -2 })),
        event("product.updated", 20, json!({ "productId": "p-1", "name": "Boots" })),
        event("product.created", 0, json!({ "productId": "p-2", "available": false, "stock": 3 })),
        event("product.created", 0, json!({ "productId": "p-3", "available": false })),
        event("product.updated", 10, json!({ "productId": "p-3", "available": true })),
        event("product.created", 0, json!({ "productId": "p-4" })),
    ];
    let known = "SELECT product_id, available FROM analytic.product ORDER BY product_id";
    let expected = ["p-1 | f", "p-2 | f", "p-3 | t", "p-4 | null"];
    // Backwards, one at a time, and then once more together.
    let backwards: Vec<_> = events.iter().rev().cloned().collect();
    shop.send_events(&mut function, &backwards, 1).await;
    assert_eq!(shop.database.rows(known).await, expected);
    shop.send_events(&mut function, &events, 100).await;
    assert_eq!(shop.database.rows(known).await, expected);
    shop.send_events(&mut function, &[event("product.updated", 30, json!({ "productId": "p-1", "stock": 7 }))], 1)
        .await;
    assert_eq!(shop.database.rows(known).await[0], "p-1 | t");
}

#[tokio::test]
async fn of_events_of_the_same_instant_the_creation_comes_first_and_the_deletion_last() {
    // given: pairs, because of a single one the ids are in the right order half of the time
    let told = |number: usize| {
        let (sold, gone, rating) = (format!("p-{number}"), format!("gone-{number}"), format!("r-{number}"));
        let mut events = order(&format!("o-{number}"), &sold, "10.00");
        let old = json!({ "productId": sold, "sellerId": "old", "categoryId": "old", "name": "Old", "stock": 5 });
        let new = json!({ "productId": sold, "sellerId": "new", "categoryId": "new", "name": "New", "stock": 0 });
        events.extend([event("product.created", -10, old), event("product.updated", -10, new)]);
        events.push(event("product.created", 5, json!({ "productId": gone })));
        events.push(event("product.deleted", 5, json!({ "productId": gone })));
        events.push(event("rating.added", 7, json!({ "ratingId": rating, "productId": sold, "rating": 1 })));
        events.push(event("rating.updated", 7, json!({ "ratingId": rating, "productId": gone, "rating": 5 })));
        events
    };
    let events: Vec<_> = (0..12).flat_map(told).collect();
    let shop = Shop::open().await;
    let mut function = shop.start().await;
    // when
    let backwards: Vec<_> = events.iter().rev().cloned().collect();
    shop.send_events(&mut function, &backwards, 7).await;
    // then
    let known = "SELECT seller_id, category_id, name, available, deleted_at IS NOT NULL AS gone, count(*)
                 FROM analytic.product GROUP BY 1, 2, 3, 4, 5 ORDER BY 5";
    assert_eq!(shop.database.rows(known).await, ["new | new | New | f | f | 12", "null | null | null | null | t | 12"]);
    let sold = "SELECT DISTINCT seller_id, category_id FROM analytic.order_line";
    assert_eq!(shop.database.rows(sold).await, ["new | new"]);
    let rated = "SELECT DISTINCT left(reference, 2), score_micros FROM analytic.opinion";
    assert_eq!(shop.database.rows(rated).await, ["p- | 1000000"]);
    shop.assert_exact().await;
    // and forwards it is the same
    let state = shop.state().await;
    let shop = Shop::open().await;
    let mut function = shop.start().await;
    shop.send_events(&mut function, &events, 100).await;
    assert_eq!(shop.state().await, state);
}

#[tokio::test]
async fn an_earlier_claim_to_a_sku_that_arrives_later_moves_the_figures() {
    let shop = Shop::open().await;
    let mut function = shop.start().await;
    let claim = |number: u32, minute: i64| {
        event(
            "product.created",
            minute,
            json!({ "productId": spu(number), "sellerId": format!("s-{number}"), "skuId": "sku-1" }),
        )
    };
    shop.send_events(&mut function, &order("o-1", "sku-1", "10.00"), 100).await;
    shop.send_events(&mut function, &[claim(2, 20)], 1).await;
    shop.assert_exact().await;
    shop.send_events(&mut function, &[claim(1, 10)], 1).await;
    let sales = "SELECT seller_id, revenue_minor FROM analytic.sales_rollup WHERE grain = 'day' AND revenue_minor <> 0 ORDER BY 1";
    assert_eq!(shop.database.rows(sales).await, [" | 2001", "s-1 | 2001"]);
    // The log of interactions is append-only: what was derived stays with the product that was known then.
    let purchases = "SELECT ref_id FROM analytic.interaction WHERE event_type = 'purchase'";
    assert_eq!(shop.database.rows(purchases).await, [spu(2)]);
    shop.assert_exact().await;
}

#[tokio::test]
async fn many_orders_of_a_late_product_are_all_rejoined_before_its_message_is_done() {
    let shop = Shop::open().await;
    let mut function = shop.start().await;
    let events: Vec<_> = (0..250).flat_map(|number| order(&format!("o-{number}"), &spu(3), "1.00")).collect();
    shop.send_events(&mut function, &events, 100).await;
    shop.send_events(
        &mut function,
        &[event("product.created", 0, json!({ "productId": spu(3), "sellerId": "s-3" }))],
        1,
    )
    .await;
    assert_eq!(shop.database.number("SELECT count(*) FROM analytic.interaction").await, 500);
    shop.assert_exact().await;
}

#[tokio::test]
async fn orders_of_a_late_product_are_rejoined_by_its_next_delivery_when_the_first_dies_halfway() {
    let shop = Shop::open().await;
    let mut function = shop.start().await;
    let events: Vec<_> = (0..5).flat_map(|number| order(&format!("o-{number}"), &spu(3), "1.00")).collect();
    shop.send_events(&mut function, &events, 100).await;
    let product = [event("product.created", 0, json!({ "productId": spu(3), "sellerId": "s-3" }))];
    // given: the product is logged and its orders are marked, but not projected again yet
    let (postgres, url) = TestProxy::of_url(shop.database.url()).await;
    let mut dying = shop.start_with(&[("DATABASE_URL", &url)]).await;
    postgres.set_trap("store::projection::list_stale", Moment::Asked, {
        let pid = dying.pid();
        move || kill(pid)
    });
    assert_eq!(dying.invoke(&sqs_event(&product)).await, Invoked::Died);
    assert_eq!(shop.database.number("SELECT count(*) FROM analytic.stale_projection").await, 5);
    assert_eq!(shop.database.number("SELECT count(*) FROM analytic.interaction").await, 0);
    // when its message is redelivered, its event is already in the log
    assert_eq!(function.invoke(&sqs_event(&product)).await, all_done());
    assert_eq!(shop.database.number("SELECT count(*) FROM analytic.interaction").await, 10);
    shop.assert_exact().await;
}

#[tokio::test]
async fn an_order_of_a_late_product_that_postgres_refuses_holds_up_no_other() {
    let shop = Shop::open().await;
    let mut function = shop.start().await;
    let events: Vec<_> = (0..5).flat_map(|number| order(&format!("o-{number}"), &spu(3), "1.00")).collect();
    shop.send_events(&mut function, &events, 100).await;
    // given: the line of one order cannot be stored with its seller
    let refuse = "ALTER TABLE analytic.order_line ADD CONSTRAINT refusing CHECK (order_id <> 'o-2' OR seller_id = '')";
    shop.database.execute(refuse).await;
    // when
    let product = [event("product.created", 0, json!({ "productId": spu(3), "sellerId": "s-3" }))];
    shop.send_events(&mut function, &product, 1).await;
    // then
    let joined = "SELECT order_id FROM analytic.order_line WHERE seller_id = 's-3' ORDER BY 1";
    assert_eq!(shop.database.rows(joined).await, ["o-0", "o-1", "o-3", "o-4"]);
    let stale = "SELECT subject, subject_id, refused_at IS NOT NULL FROM analytic.stale_projection";
    assert_eq!(shop.database.rows(stale).await, ["order | o-2 | t"]);
    assert!(function.output().contains("\"Refused\":1"), "{}", function.output());
    // and the next batch does not try it again
    let before = shop.database.rows("SELECT refused_at FROM analytic.stale_projection").await;
    shop.send_events(&mut function, &order("o-5", &spu(3), "1.00"), 100).await;
    assert_eq!(shop.database.rows("SELECT refused_at FROM analytic.stale_projection").await, before);
    // and when it fits, the first batch after an hour projects it
    shop.database.execute("ALTER TABLE analytic.order_line DROP CONSTRAINT refusing").await;
    shop.database.execute("UPDATE analytic.stale_projection SET refused_at = now() - interval '61 minutes'").await;
    shop.send_events(&mut function, &order("o-6", &spu(3), "1.00"), 100).await;
    shop.assert_exact().await;
}

fn kill(pid: u32) {
    use rustix::process::{Pid, Signal, kill_process};
    kill_process(Pid::from_raw(i32::try_from(pid).unwrap()).unwrap(), Signal::KILL).unwrap();
}
