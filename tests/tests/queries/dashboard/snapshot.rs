//! A response is from one instant, whatever is being projected meanwhile.

use std::time::{Duration, Instant};

use serde_json::json;
use testkit::{all_done, sqs_event};

use crate::market::{Market, as_seller, shop_event};

const BATCHES: usize = 40;
const ORDERS: usize = 20;
/// Far more than it takes until everything is sent.
const LIMIT: Duration = Duration::from_secs(120);

/// Orders of one product at one seller, so that every part of a dashboard has to show the same number.
fn batch(number: usize) -> Vec<String> {
    let orders = (0..ORDERS).flat_map(|order| {
        let id = format!("{number}-{order}");
        // over three days, so that the charts have several points
        let at = format!("2026-11-1{}T{:02}:{:02}:00Z", number % 3, order, number);
        let item = json!({ "productId": "p-1", "sellerId": "s-1", "quantity": 1, "price": "1.00" });
        let paid = json!({ "orderId": id, "paymentId": id, "paymentStatus": "PAID", "amount": 1 });
        [
            shop_event("OrderCreated", &at, json!({ "orderId": id, "items": [item] })),
            shop_event("PaymentProcessed", &at, paid),
        ]
    });
    orders.collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn all_parts_of_an_answer_are_of_one_instant() {
    let mut market = Market::open().await;
    let mut teller = market.shop.start().await;
    let telling = tokio::spawn(async move {
        for number in 0..BATCHES {
            assert_eq!(teller.invoke(&sqs_event(&batch(number))).await, all_done());
        }
    });
    let (mut seen, total) = (Vec::new(), (BATCHES * ORDERS) as u64);
    let end = Instant::now() + LIMIT;
    while seen.last() != Some(&total) {
        assert!(Instant::now() < end, "not {total} orders within {LIMIT:?}: {seen:?}");
        // looked at before the answer: only an answer that began after the last commit has to hold all
        let all_told = telling.is_finished();
        let request =
            as_seller("s-1", "start=2026-11-10T00:00:00Z&end=2026-11-13T00:00:00Z&currency=EUR&tz=Asia/Kathmandu");
        let found = market.reader.request(&request).await.json()["data"].clone();
        let orders = found["summary"]["total_orders"].as_u64().unwrap();
        let sum = |chart: &str| {
            found["charts"][chart].as_array().unwrap().iter().map(|point| point["value"].as_u64().unwrap()).sum::<u64>()
        };
        let product = &found["top_products"][0];
        assert_eq!(sum("orders"), orders, "{found}");
        assert_eq!(sum("revenue"), orders * 100, "{found}");
        assert_eq!(product["sold_count"].as_u64().unwrap_or_default(), orders, "{found}");
        assert_eq!(product["revenue"].as_u64().unwrap_or_default(), orders * 100, "{found}");
        assert_eq!(found["summary"]["pending_items"], 0, "a batch is seen whole or not at all: {found}");
        seen.push(orders);
        assert!(!all_told || orders == total, "orders are missing: {seen:?}");
    }
    telling.await.unwrap();
    seen.dedup();
    assert!(seen.len() > 5, "the answers did not meet the projection: {seen:?}");
}
