//! Rankings of products and categories, each against the log.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use cross_tests::back_end::{event, spu};
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use super::{Setup, assert_change, int, seller};

/// Orders, quantity, gross revenue, refunds.
type Sums = [i64; 4];

/// A ranking: the rollup, the position of the id in its key, that of the currency, the seller.
#[derive(Clone, Copy)]
struct RankedSubject<'a> {
    rollup: &'a str,
    id: usize,
    currency: &'a str,
    seller: Option<&'a str>,
}

/// Recounts a window from the log and ranks everything that was sold in it.
async fn recounted(
    setup: &Setup,
    subject: RankedSubject<'_>,
    by: &str,
    (start, end): (Timestamp, Timestamp),
) -> Vec<(String, Sums)> {
    let RankedSubject { rollup, id, currency, .. } = subject;
    let own = subject.seller.map(|seller| format!("AND key[1] = '{seller}'")).unwrap_or_default();
    let sql = format!(
        "SELECT key[{id}], sum(figures[1]), (sum(figures[2]) / 1000)::bigint, sum(figures[3]), sum(figures[4]) FROM counted
         WHERE rollup = '{rollup}' AND key[{}] = '{currency}' AND at >= '{start}' AND at < '{end}' {own} GROUP BY 1",
        id + 1
    );
    let rows = setup.shop.database.rows(&sql).await.into_iter().map(|row| {
        let (id, figures) = row.split_once(" | ").unwrap();
        let figures: Vec<i64> = figures.split(" | ").map(|number| number.parse().unwrap()).collect();
        (id.to_owned(), Sums::try_from(figures).unwrap())
    });
    let mut rows: Vec<_> = rows.filter(|(_, [_, items, gross, _])| *items > 0 || *gross > 0).collect();
    rows.sort_by_key(|(id, [_, items, gross, refunds])| {
        let net = gross - refunds;
        let figures = if by == "revenue" { (net, *items) } else { (*items, net) };
        (Reverse(figures), id.clone())
    });
    rows
}

/// Checks an answer: the window, every rank, the rank before among all, the change. Returns how many moved.
async fn assert_ranking(setup: &Setup, data: &Value, subject: RankedSubject<'_>, limit: usize) -> usize {
    let (list, name) =
        if subject.rollup == "product" { ("products", "product_id") } else { ("categories", "category_id") };
    let at = |end: &str| data["window"][end].as_str().unwrap().parse::<Timestamp>().unwrap();
    let (start, end, by) = (at("start"), at("end"), data["by"].as_str().unwrap());
    assert_eq!(data["currency"], subject.currency);
    let now = recounted(setup, subject, by, (start, end)).await;
    let before = recounted(setup, subject, by, (start - end.duration_since(start), start)).await;
    let before: BTreeMap<_, _> =
        before.into_iter().enumerate().map(|(place, (id, sums))| (id, (place + 1, sums))).collect();
    let shown = data[list].as_array().unwrap();
    assert_eq!(shown.len(), now.len().min(limit), "{data:#}");
    let mut moved = 0;
    for ((place, (id, sums)), shown) in now.iter().enumerate().zip(shown) {
        let [orders, items, gross, refunds] = *sums;
        let figures = ["orders", "items", "gross_revenue", "refunds", "revenue"].map(|figure| int(&shown[figure]));
        assert_eq!(shown["rank"], place + 1);
        assert_eq!(
            (shown[name].as_str().unwrap_or_default(), figures),
            (&**id, [orders, items, gross, refunds, gross - refunds])
        );
        let known = before.get(id);
        assert_eq!(shown["previous_rank"], json!(known.map(|(rank, _)| rank)), "{shown}");
        let figure = |[_, items, gross, refunds]: Sums| if by == "revenue" { gross - refunds } else { items };
        assert_change(&shown["change"], (figure(*sums), known.map_or(0, |(_, sums)| figure(*sums))));
        moved += usize::from(known.is_some_and(|(rank, _)| *rank != place + 1));
    }
    moved
}

#[tokio::test]
async fn every_rank_of_products_and_categories_is_what_a_recount_says() {
    let mut setup = Setup::with_history(12, 400).await;
    let mut moved = 0;
    for (window, end) in [
        ("1d", "2026-11-18T10:00:00Z"),
        ("1d", "2026-11-17T20:17:30Z"),
        ("1h", "2026-11-17T03:33:00Z"),
        ("1d", "2026-11-17T00:00:00Z"),
        ("5m", "2026-11-17T12:00:00Z"),
    ] {
        for by in ["quantity", "revenue"] {
            for currency in ["EUR", "USD"] {
                let product = RankedSubject { rollup: "product", id: 2, currency, seller: None };
                let query = format!("window={window}&by={by}&end={end}&currency={currency}");
                for limit in [1, 3, 100] {
                    let data = setup.admin(&format!("top-products?{query}&limit={limit}")).await;
                    moved += assert_ranking(&setup, &data, product, limit).await;
                    let data = setup.admin(&format!("categories?{query}&limit={limit}")).await;
                    let category = RankedSubject { rollup: "category", id: 1, ..product };
                    moved += assert_ranking(&setup, &data, category, limit).await;
                }
                let own = setup.data(&seller("seller-1", &format!("top-products?{query}"))).await;
                assert_ranking(&setup, &own, RankedSubject { seller: Some("seller-1"), ..product }, 10).await;
                assert_eq!(setup.admin(&format!("top-products?{query}&seller_id=seller-1")).await, own);
            }
        }
    }
    assert!(moved > 50, "ranks hardly change in this history: {moved}");
}

/// An order of one product that is paid at a minute.
fn sold(id: &str, minute: i64, (product, quantity, price): (u32, u32, &str), currency: &str) -> Vec<String> {
    let item = json!({ "productId": spu(product), "quantity": quantity, "price": price, "categoryId": format!("c-{product}") });
    let created = json!({ "orderId": id, "customerId": "c-1", "currency": currency, "items": [item] });
    let cents: u32 = price.replace('.', "").parse().unwrap();
    let amount = f64::from(cents * quantity) / 100.0;
    let paid = json!({ "orderId": id, "paymentStatus": "SUCCESS", "amount": amount, "currency": currency });
    vec![event("OrderCreated", minute - 1, created), event("PaymentProcessed", minute, paid)]
}

/// Rank, last digit of the id, rank before, change.
fn brief(data: &Value, list: &str, id: &str) -> Vec<String> {
    let rows = data[list].as_array().unwrap().iter();
    let last = |row: &Value| row[id].as_str().unwrap().chars().last().unwrap();
    rows.map(|row| format!("{} {} {} {}", row["rank"], last(row), row["previous_rank"], row["change"])).collect()
}

#[tokio::test]
async fn equals_are_told_apart_by_the_other_figure_and_then_by_id() {
    let mut setup = Setup::open().await;
    let events = [
        sold("a", 0, (3, 2, "5.00"), "EUR"),
        sold("b", 0, (2, 2, "5.00"), "EUR"),
        sold("c", 0, (4, 2, "6.00"), "EUR"),
        sold("d", 0, (1, 1, "12.00"), "EUR"),
        sold("e", -1, (2, 4, "5.00"), "EUR"),
        sold("f", -1, (1, 1, "6.00"), "EUR"),
    ];
    setup.send_events(&events.concat()).await;
    let query = "end=2026-11-18T09:01:00Z";
    let ranks = setup.admin(&format!("top-products?{query}")).await;
    assert_eq!(brief(&ranks, "products", "product_id"), ["1 4 null null", "2 2 1 -50.0", "3 3 null null", "4 1 2 0.0"]);
    let ranks = setup.admin(&format!("categories?{query}&by=revenue")).await;
    assert_eq!(
        brief(&ranks, "categories", "category_id"),
        ["1 4 null null", "2 1 2 100.0", "3 2 1 -50.0", "4 3 null null"]
    );
    // A previous rank counts all products, also those that are not shown any more.
    let first = setup.admin(&format!("top-products?{query}&by=revenue&limit=2")).await;
    assert_eq!(brief(&first, "products", "product_id"), ["1 4 null null", "2 1 2 100.0"]);
}

#[tokio::test]
async fn a_ranking_is_of_one_currency_and_ends_before_its_end() {
    let mut setup = Setup::open().await;
    let events = [
        sold("a", 0, (1, 100, "50.00"), "USD"),
        sold("b", 0, (2, 1, "1.00"), "EUR"),
        sold("c", 0, (2, 1, "1.00"), "EUR"),
        sold("d", 1, (3, 9, "1.00"), "EUR"),
    ];
    setup.send_events(&events.concat()).await;
    let name = json!({ "productId": spu(2), "name": "Trail shoe" });
    setup.send_events(&[event("product.created", 5, name)]).await;
    let ranks = setup.admin("top-products?end=2026-11-18T09:01:00Z&window=5m").await;
    assert_eq!(ranks["currency"], "EUR", "more orders, though less money");
    assert_eq!(brief(&ranks, "products", "product_id"), ["1 2 null null"]);
    assert_eq!((&ranks["products"][0]["name"], &ranks["products"][0]["orders"]), (&json!("Trail shoe"), &json!(2)));
    let ranks = setup.admin("top-products?end=2026-11-18T09:01:00Z&currency=USD").await;
    assert_eq!((&ranks["products"][0]["items"], &ranks["products"][0]["name"]), (&json!(100), &Value::Null));
    let none = setup.admin("categories?end=2026-11-18T09:01:00Z&currency=JPY").await;
    assert_eq!((&none["currency"], &none["categories"]), (&json!("JPY"), &json!([])));
    let nothing = setup.admin("top-products?end=2026-11-17T09:00:00Z").await;
    assert_eq!((&nothing["currency"], &nothing["products"]), (&Value::Null, &json!([])));
}

#[tokio::test]
async fn without_an_end_the_window_ends_now() {
    let mut setup = Setup::open().await;
    let base: Timestamp = "2026-11-18T09:00:00Z".parse().unwrap();
    let ago = Timestamp::now() - SignedDuration::from_mins(30);
    setup.send_events(&sold("a", ago.duration_since(base).as_mins(), (1, 3, "1.00"), "EUR")).await;
    for (window, shown) in [("1h", 1), ("1d", 1), ("5m", 0)] {
        let ranks = setup.admin(&format!("top-products?window={window}")).await;
        assert_eq!(ranks["products"].as_array().unwrap().len(), shown, "{window}");
    }
}
