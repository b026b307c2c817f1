//! The top list by page numbers.

use serde_json::{Value, json};

use crate::stage::{SCORES, Stage, TOP, numbers, pagination, product};

#[tokio::test]
async fn the_top_list_is_by_score_and_ties_are_by_id() {
    let products = [(5, 300_000), (1, 300_000), (9, -1_200_000), (3, 800_000), (2, 0), (4, 300_000), (8, -1)];
    let mut stage = Stage::with_products(&products).await;
    assert_eq!(numbers(&stage.get(TOP).await), [3, 1, 4, 5, 2, 8, 9]);
}

#[tokio::test]
async fn a_row_shows_score_counters_and_the_last_change() {
    let mut stage = Stage::with_products(&[(1, -1_250_000)]).await;
    let expected = json!({
        "data": [{
            "id": product(1), "score": -1.25, "view_count": 1, "purchase_count": 2, "favorite_count": 3,
            "cart_count": 4, "review_count": 5, "date_updated": "2026-11-20T12:00:00.25Z",
        }],
        "pagination": { "limit": 10, "total": 1, "page": 1, "next_page": null, "cursor": null, "next_cursor": null },
    });
    assert_eq!(stage.get(TOP).await.json(), expected);
}

#[tokio::test]
async fn the_product_of_the_probe_is_in_no_list_and_no_total_and_has_its_score() {
    let products: Vec<_> = (0..6).map(|n| (n, i64::from(100 - n))).collect();
    let mut stage = Stage::with_products(&products).await;
    let probed = format!("INSERT INTO {SCORES} VALUES ('{}', 98, 1, 0, 0, 0, 0, now())", probe::PRODUCT);
    stage.database.execute(&probed).await;
    let first = stage.get(&format!("{TOP}?limit=2")).await;
    assert_eq!((numbers(&first), &pagination(&first)["total"]), (vec![0, 1], &json!(6)));
    assert_eq!(numbers(&stage.get(&format!("{TOP}?limit=2&page=2")).await), [2, 3]);
    // The cursor stands before the probe's score, and then beside it.
    for (limit, expected) in [(2, [2, 3]), (3, [3, 4])] {
        let page = stage.get(&format!("{TOP}?limit={limit}")).await;
        let cursor = pagination(&page)["next_cursor"].as_str().unwrap().to_owned();
        assert_eq!(numbers(&stage.get(&format!("{TOP}?limit=2&cursor={cursor}")).await), expected, "{limit}");
    }
    let own = stage.get(&format!("/api/v1/analytic/popularity/{}", probe::PRODUCT)).await;
    assert_eq!(own.json()["data"]["view_count"], 1);
}

#[tokio::test]
async fn without_any_product_the_list_is_empty_and_not_null() {
    let mut stage = Stage::empty().await;
    let pagination =
        json!({ "limit": 10, "total": 0, "page": 1, "next_page": null, "cursor": null, "next_cursor": null });
    assert_eq!(stage.get(TOP).await.json(), json!({ "data": [], "pagination": pagination }));
}

#[tokio::test]
async fn pages_follow_each_other_to_the_end() {
    let products: Vec<_> = (0..25).map(|n| (n, i64::from(100 - n))).collect();
    let mut stage = Stage::with_products(&products).await;
    let (mut seen, mut next) = (Vec::new(), json!(1));
    for _ in 0..3 {
        let page = next.as_u64().expect("another page");
        let reply = stage.get(&format!("{TOP}?page={page}&limit=10")).await;
        seen.extend(numbers(&reply));
        let pagination = pagination(&reply);
        assert_eq!([&pagination["limit"], &pagination["total"], &pagination["page"]], [10, 25, page]);
        assert_eq!(pagination["next_cursor"].is_string(), page < 3, "{pagination}");
        next = pagination["next_page"].clone();
    }
    assert_eq!((seen, next), ((0..25).collect::<Vec<_>>(), Value::Null));
}

#[tokio::test]
async fn a_last_page_that_is_full_has_no_next() {
    let products: Vec<_> = (0..20).map(|n| (n, 0)).collect();
    let mut stage = Stage::with_products(&products).await;
    for query in ["?page=2", "?page=1&limit=20", "?limit=100", "?page=3", "?page=99"] {
        let reply = stage.get(&format!("{TOP}{query}")).await;
        let pagination = pagination(&reply);
        assert_eq!((&pagination["next_page"], &pagination["next_cursor"]), (&Value::Null, &Value::Null), "{query}");
        assert_eq!(pagination["total"], 20, "{query}");
    }
    assert_eq!(numbers(&stage.get(&format!("{TOP}?page=3")).await), [0_u32; 0]);
}

#[tokio::test]
async fn beyond_the_paged_rows_only_the_cursor_leads_on() {
    let mut stage = Stage::empty().await;
    let many = "SELECT gen_random_uuid(), n, 0, 0, 0, 0, 0, now() FROM generate_series(1, 1050) AS n";
    stage.database.execute(&format!("INSERT INTO {SCORES} {many}")).await;

    let before = pagination(&stage.get(&format!("{TOP}?page=9&limit=100")).await);
    let last = pagination(&stage.get(&format!("{TOP}?page=10&limit=100")).await);

    assert_eq!((&before["next_page"], &last["next_page"]), (&json!(10), &Value::Null));
    let beyond = stage.get(&format!("{TOP}?limit=100&cursor={}", last["next_cursor"].as_str().unwrap())).await;
    assert_eq!(beyond.json()["data"].as_array().unwrap().len(), 50);
    assert_eq!(pagination(&beyond)["next_cursor"], Value::Null);
}
