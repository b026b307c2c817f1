//! The orders behind a figure: exactly those that it counts, and of a seller nothing but the own lines.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use testkit::HttpEvent;

use super::{Setup, admin, int, seller};
use cross_tests::back_end::event;

const RANGE: &str = "start=2026-11-13T00:00:00Z&end=2026-11-20T00:00:00Z";
/// More pages than any list here has.
const PAGES_MAX: usize = 1_000;

/// Reads a list to its end, and returns its rows with the number of pages.
async fn walk(setup: &mut Setup, request: impl Fn(&str) -> HttpEvent, query: &str) -> (Vec<Value>, usize) {
    let (mut rows, mut target) = (Vec::new(), format!("orders?{query}"));
    for pages in 1..=PAGES_MAX {
        let reply = setup.ask(&request(&target)).await;
        assert_eq!((reply.status, reply.header("cache-control")), (200, "no-store"), "{reply:?}");
        let body = reply.json();
        rows.extend(body["data"].as_array().unwrap().iter().cloned());
        let Some(next) = body["pagination"]["next_cursor"].as_str() else { return (rows, pages) };
        target = format!("orders?{query}&cursor={next}");
    }
    panic!("{query} does not end");
}

fn ids(rows: &[Value]) -> Vec<&str> {
    rows.iter().map(|row| row["order_id"].as_str().unwrap()).collect()
}

async fn stored(setup: &Setup, condition: &str, at: &str) -> Vec<String> {
    let sql = format!(
        "SELECT order_id FROM analytic.sales_order AS o WHERE {at} >= '2026-11-13' AND {at} < '2026-11-20' AND {condition}
         ORDER BY {at} DESC, order_id DESC"
    );
    setup.shop.database.rows(&sql).await
}

/// What the windows of the same range count.
async fn counted(setup: &mut Setup, request: HttpEvent) -> i64 {
    let data = setup.data(&request).await;
    data["currencies"].as_array().unwrap().iter().map(|currency| int(&currency["orders"])).sum()
}

#[tokio::test]
async fn every_order_that_a_figure_counts_is_listed_once_newest_first() {
    let mut setup = Setup::with_history(21, 300).await;
    for (limit, at, by) in [(7, "paid_at", "by=paid"), (100, "paid_at", ""), (7, "placed_at", "by=placed")] {
        let query = format!("{RANGE}&limit={limit}&{by}");
        let (rows, pages) = walk(&mut setup, admin, &query).await;
        assert_eq!(ids(&rows), stored(&setup, "true", at).await, "{query}");
        assert!(rows.len() > 100 && pages <= rows.len() / limit + 2, "{} rows on {pages} pages", rows.len());
    }
    let windows = format!("windows?size=1d&{RANGE}");
    let (rows, _) = walk(&mut setup, admin, &format!("{RANGE}&limit=50")).await;
    let shop = counted(&mut setup, admin(&windows)).await;
    assert_eq!(i64::try_from(rows.len()).unwrap(), shop);
    let mut of_sellers = BTreeSet::new();
    for id in ["seller-0", "seller-1", "seller-2"] {
        let (own, _) = walk(&mut setup, |target| seller(id, target), &format!("{RANGE}&limit=9")).await;
        assert_eq!(i64::try_from(own.len()).unwrap(), counted(&mut setup, seller(id, &windows)).await, "{id}");
        let (named, _) = walk(&mut setup, admin, &format!("{RANGE}&limit=9&seller_id={id}")).await;
        assert_eq!(named, own, "an admin sees of a seller what the seller sees");
        of_sellers.extend(ids(&own).into_iter().map(str::to_owned));
    }
    assert!(of_sellers.len() > 20, "{} orders of sellers", of_sellers.len());
}

#[tokio::test]
async fn filters_leave_out_the_others_and_the_list_still_ends() {
    let mut setup = Setup::with_history(22, 200).await;
    let statuses = "SELECT DISTINCT status FROM analytic.sales_order WHERE paid_at IS NOT NULL ORDER BY 1";
    let statuses = setup.shop.database.rows(statuses).await;
    assert!(statuses.len() > 1, "{statuses:?}");
    for status in statuses {
        for currency in ["EUR", "USD"] {
            let query = format!("{RANGE}&limit=5&status={status}&currency={currency}");
            let (rows, _) = walk(&mut setup, admin, &query).await;
            let wanted = format!("status = '{status}' AND currency = '{currency}'");
            assert_eq!(ids(&rows), stored(&setup, &wanted, "paid_at").await, "{query}");
        }
    }
    let (none, _) = walk(&mut setup, admin, &format!("{RANGE}&limit=1&status=unknown")).await;
    assert_eq!(none, [Value::Null; 0]);
}

/// An order with lines of two sellers, a buyer, and charges, which was paid and refunded in part.
fn shared_order() -> Vec<String> {
    let line = |seller: &str, price: &str| json!({ "productId": format!("p-{seller}"), "sellerId": seller, "quantity": 2, "price": price });
    let created = json!({
        "orderId": "o-1", "customerId": "customer-7", "email": "ann@example.com", "paymentMethod": "card",
        "shippingAmount": "4.00", "items": [line("seller-a", "7.00"), line("seller-b", "5.00")],
    });
    let product = json!({ "productId": "p-seller-a", "sellerId": "seller-a", "name": "Boots" });
    let paid = json!({ "orderId": "o-1", "paymentStatus": "SUCCESS", "amount": "28.00" });
    vec![event("product.created", -60, product), event("OrderCreated", 0, created), event("PaymentProcessed", 1, paid)]
}

#[tokio::test]
async fn an_admin_sees_the_order_and_a_seller_the_own_lines_and_nobody_who_bought() {
    let mut setup = Setup::open().await;
    setup.send_events(&shared_order()).await;
    let query = "start=2026-11-18T00:00:00Z&end=2026-11-19T00:00:00Z";
    let (all, _) = walk(&mut setup, admin, query).await;
    let line = |seller: &str, name: Value, price: u32| {
        json!({ "product_id": format!("p-{seller}"), "name": name, "seller_id": seller, "quantity": 2, "price": price,
                "total": 2 * price })
    };
    let boots = line("seller-a", json!("Boots"), 700);
    let whole = json!({
        "order_id": "o-1", "status": "paid", "currency": "EUR", "placed_at": "2026-11-18T09:00:00Z",
        "paid_at": "2026-11-18T09:01:00Z", "total": 2800, "paid": 2800, "refunds": 0, "shipping": 400, "tax": 0, "fees": 0,
        "payment_method": "card", "line_count": 2, "lines": [boots, line("seller-b", Value::Null, 500)],
    });
    assert_eq!(all, [whole]);
    let (own, _) = walk(&mut setup, |target| seller("seller-a", target), query).await;
    let part = json!({
        "order_id": "o-1", "status": "paid", "currency": "EUR", "placed_at": "2026-11-18T09:00:00Z",
        "paid_at": "2026-11-18T09:01:00Z", "total": 1400, "paid": null, "refunds": null, "shipping": null, "tax": null,
        "fees": null, "payment_method": null, "line_count": 1, "lines": [boots],
    });
    assert_eq!(own, [part]);
    for stranger in ["seller-c", "SELLER-A", "%"] {
        let (none, _) = walk(&mut setup, |target| seller(stranger, target), query).await;
        assert_eq!(none, [Value::Null; 0], "{stranger}");
    }
    let shown = json!([all, own]).to_string();
    assert!(!shown.contains("customer") && !shown.contains("ann@"), "{shown}");
}

#[tokio::test]
async fn only_the_first_lines_of_a_large_order_are_listed_and_all_are_counted() {
    let mut setup = Setup::open().await;
    let line = |number: u32| json!({ "productId": format!("p-{number}"), "sellerId": "seller-a", "quantity": 1, "price": "1.00" });
    let items: Vec<_> = (0..25).map(line).collect();
    let events = [
        event("OrderCreated", 0, json!({ "orderId": "o-1", "items": items })),
        event("PaymentProcessed", 0, json!({ "orderId": "o-1", "paymentStatus": "SUCCESS", "amount": "25.00" })),
    ];
    setup.send_events(&events).await;
    let query = "start=2026-11-18T00:00:00Z&end=2026-11-19T00:00:00Z";
    let (rows, _) = walk(&mut setup, |target| seller("seller-a", target), query).await;
    let order = &rows[0];
    assert_eq!((int(&order["line_count"]), int(&order["total"])), (25, 2_500));
    let lines = order["lines"].as_array().unwrap();
    let first: Vec<_> = lines.iter().map(|line| line["product_id"].as_str().unwrap()).collect();
    assert_eq!((first.len(), first[0], first[19]), (20, "p-0", "p-19"));
}

#[tokio::test]
async fn many_orders_of_one_instant_are_listed_once_however_small_the_page() {
    let mut setup = Setup::open().await;
    let sale = |number: u32| {
        let paid = json!({ "orderId": format!("o-{number:02}"), "paymentStatus": "SUCCESS", "amount": "1.00" });
        event("PaymentProcessed", i64::from(number / 10), paid)
    };
    setup.send_events(&(0..25).map(sale).collect::<Vec<_>>()).await;
    let query = "start=2026-11-18T09:00:00Z&end=2026-11-18T10:00:00Z&limit=3";
    let (rows, _) = walk(&mut setup, admin, query).await;
    let expected: Vec<_> = (0..25).rev().map(|number| format!("o-{number:02}")).collect();
    assert_eq!(ids(&rows), expected);
}
