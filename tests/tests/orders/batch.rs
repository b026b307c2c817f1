//! One batch: delivered twice, reversed, with one bad record among good ones.

use cross_tests::back_end::{Shop, event, order, spu};
use serde_json::json;
use testkit::{all_done, failed, sqs_event};

fn sorted(mut texts: Vec<String>) -> Vec<String> {
    texts.sort();
    texts
}

#[tokio::test]
async fn an_order_ends_up_in_figures_and_interactions() {
    let shop = Shop::open().await;
    let mut function = shop.start().await;
    let mut events = vec![event(
        "product.created",
        -5,
        json!({ "productId": spu(1), "sellerId": "s-1", "categoryId": "shoes", "name": "Boots" }),
    )];
    events.extend(order("o-1", &spu(1), "10.00"));
    shop.send_events(&mut function, &events, 100).await;
    let orders = "SELECT order_id, status, customer_key, currency, total_minor, payment_method, paid_minor, placed_at FROM analytic.sales_order";
    insta::assert_snapshot!(shop.database.rows(orders).await.join("\n"), @"o-1 | shipped | c-1 | EUR | 2000 | card | 2001 | 2026-11-18 09:00:00+00");
    let sales = "SELECT coalesce(nullif(seller_id, ''), 'shop'), grain, bucket, payment_method, orders_placed, orders_paid, items_milli / 1000 AS items, revenue_minor
                 FROM analytic.sales_rollup WHERE grain <> 'quarter' ORDER BY seller_id, grain, bucket";
    insta::assert_snapshot!(shop.database.rows(sales).await.join("\n"), @"
    shop | day | 2026-11-18 00:00:00+00 | card | 1 | 1 | 2 | 2001
    shop | minute | 2026-11-18 09:00:00+00 | card | 1 | 0 | 0 | 0
    shop | minute | 2026-11-18 09:01:00+00 | card | 0 | 1 | 2 | 2001
    s-1 | day | 2026-11-18 00:00:00+00 | card | 1 | 1 | 2 | 2001
    s-1 | minute | 2026-11-18 09:00:00+00 | card | 1 | 0 | 0 | 0
    s-1 | minute | 2026-11-18 09:01:00+00 | card | 0 | 1 | 2 | 2001
    ");
    let derived = "SELECT event_type, ref_id, occurred_at, metadata FROM analytic.interaction ORDER BY event_type";
    insta::assert_snapshot!(shop.database.rows(derived).await.join("\n"), @r#"
    checkout_started | 5b0b0000-0000-4000-8000-000000000001 | 2026-11-18 09:00:00+00 | {"basket": "238bb52c-7f97-5ea8-bab4-7088881c9740", "quantity": 2}
    purchase | 5b0b0000-0000-4000-8000-000000000001 | 2026-11-18 09:01:00+00 | {"basket": "238bb52c-7f97-5ea8-bab4-7088881c9740", "quantity": 2}
    "#);
    assert_eq!((shop.popularity_queue.depth().await, shop.catalog_queue.depth().await), (2, 2), "hints");
    shop.assert_exact().await;
}

#[tokio::test]
async fn a_batch_delivered_twice_and_reversed_changes_nothing() {
    let shop = Shop::open().await;
    let mut function = shop.start().await;
    let mut events = order("o-1", &spu(1), "10.00");
    events.push(event("product.created", -5, json!({ "productId": spu(1), "sellerId": "s-1" })));
    events.push(event("OrderReturned", 99, json!({ "orderId": "o-1", "refundAmount": 5 })));
    shop.send_events(&mut function, &events, 100).await;
    let before = shop.state().await;
    events.reverse();
    shop.send_events(&mut function, &events, 100).await;
    events.extend(events.clone());
    shop.send_events(&mut function, &events, 100).await;
    assert_eq!(shop.state().await, before);
    assert_eq!(shop.logged().await, 5);
    shop.assert_exact().await;
}

#[tokio::test]
async fn bad_records_fail_alone() {
    let shop = Shop::open().await;
    let mut function = shop.start().await;
    let named = |order: &str| event("OrderShipped", 5, json!({ "orderId": order, "eventId": "same" }));
    let events = [
        event("OrderCancelled", 9, json!({ "orderId": "o-1" })),
        "junk".to_owned(),
        event("OrderEaten", 1, json!({ "orderId": "o-1" })),
        named("o-2"),
        // other content under a used id
        named("o-3"),
        event("OrderShipped", 5, json!({ "orderId": "o-4" })),
    ];
    let dead = [format!("conflict {}", events[4]), "unreadable junk".to_owned(), format!("unreadable {}", events[2])];
    for _ in 0..2 {
        assert_eq!(function.invoke(&sqs_event(&events)).await, all_done(), "what is dead is in the other queue");
        assert_eq!(shop.dead_letters.drain_dead_letters().await, sorted(dead.to_vec()));
        assert_eq!(shop.logged().await, 3);
    }
    shop.assert_exact().await;
    let output = function.output();
    assert!(!output.contains("OrderEaten") && !output.contains("junk"), "a log quotes a message: {output}");
}

#[tokio::test]
async fn an_event_that_postgres_refuses_fails_alone() {
    let shop = Shop::open().await;
    let mut function = shop.start().await;
    // given: a figure that is about to exceed the range of a bigint
    let full = "INSERT INTO analytic.customer_rollup VALUES ('c-full', 'EUR', 0, 9223372036854775800, 0)";
    shop.database.execute(full).await;
    let mut events = order("o-1", &spu(1), "10.00");
    let rich = json!({ "orderId": "o-2", "customerId": "c-full", "items": [] });
    events.push(event("OrderCreated", 0, rich));
    events.push(event(
        "PaymentProcessed",
        1,
        json!({ "orderId": "o-2", "paymentStatus": "SUCCESS", "amount": 7_000_000 }),
    ));
    assert_eq!(function.invoke(&sqs_event(&events)).await, all_done());
    assert_eq!(shop.dead_letters.drain_dead_letters().await, [format!("refused_22003 {}", events[4])]);
    assert_eq!(shop.logged().await, 4);
    // and when there is room again
    shop.database.execute("DELETE FROM analytic.customer_rollup WHERE customer_key = 'c-full'").await;
    assert_eq!(function.invoke(&sqs_event(&events)).await, all_done());
    shop.assert_exact().await;
}

#[tokio::test]
async fn what_cannot_be_moved_to_the_dead_letter_queue_comes_again() {
    let shop = Shop::open().await;
    let mut function = shop.start().await;
    let events = [order("o-1", &spu(1), "1"), vec!["junk".to_owned()]].concat();
    testkit::TestQueue::client().delete_queue().queue_url(shop.dead_letters.url()).send().await.unwrap();
    assert_eq!(function.invoke(&sqs_event(&events)).await, failed(&[3]), "its neighbours are done");
    assert_eq!(shop.logged().await, 3);
}

#[tokio::test]
async fn an_address_never_reaches_the_database() {
    let shop = Shop::open().await;
    let mut function = shop.start().await;
    let placed = json!({
        "eventType": "ORDER_PLACED", "service": "ORDER_SERVICE", "userEmail": "Ann@example.com", "entityId": "o-1",
        "amount": 12.5, "timestamp": "2026-11-18T09:00:00", "metadata": { "note": "ann@example.com" },
    });
    shop.send_events(&mut function, &[placed.to_string()], 1).await;
    let everything =
        "SELECT content FROM analytic.shop_event UNION ALL SELECT to_jsonb(it) FROM analytic.sales_order AS it
                      UNION ALL SELECT to_jsonb(it) FROM analytic.customer_rollup AS it";
    let rows = shop.database.rows(everything).await.join("\n");
    assert!(rows.contains("email:") && !rows.to_lowercase().contains("ann"), "{rows}");
    assert!(!function.output().to_lowercase().contains("ann@"));
}

#[tokio::test]
async fn postgres_down_fails_the_whole_batch() {
    let shop = Shop::open().await;
    let variables = [
        ("DATABASE_URL", "postgres://nobody@127.0.0.1:1/none?sslmode=disable"),
        ("POPULARITY_QUEUE_URL", shop.popularity_queue.url()),
        ("CATALOG_QUEUE_URL", shop.catalog_queue.url()),
        ("DEAD_LETTER_QUEUE_URL", shop.dead_letters.url()),
        ("ALERTS_QUEUE_URL", shop.catalog_queue.url()),
        ("FRAUD_BURST_ORDERS", "1000"),
        ("FRAUD_SIMILAR_ORDERS", "1000"),
        ("FRAUD_SIMILAR_SECONDS", "60"),
    ];
    let mut function = testkit::Function::start("project-orders", &variables).await;
    let said = function.invoke(&sqs_event(&order("o-1", &spu(1), "1"))).await;
    assert!(matches!(said, testkit::Invoked::Failed(_)), "{said:?}");
}
