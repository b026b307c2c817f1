//! Pages, and how the products of a page are arranged.

use std::collections::BTreeSet;

use crate::stage::{PRODUCT, Stage, ids, next};

#[tokio::test]
async fn pages_repeat_nothing_and_end() {
    let mut stage = Stage::set().await;
    let partners: Vec<_> = (0..23).map(|n| format!("p-{n:02}")).collect();
    for partner in &partners {
        stage.visits(1, &["a", partner]).await;
    }
    stage.trend(&["t-1", "p-05", "t-2"]).await;
    let mut seen = Vec::new();
    let mut query = "limit=10".to_owned();
    for page in 0..3 {
        let reply = stage.get(&format!("{PRODUCT}/a?{query}")).await;
        assert_eq!(ids(&reply).len(), [10, 10, 5][page]);
        seen.extend(ids(&reply));
        // What happens in between changes the order, and repeats nothing.
        stage.visits(3, &["a", &partners[page]]).await;
        match next(&reply) {
            Some(cursor) => query = format!("limit=10&cursor={cursor}"),
            None => assert_eq!(page, 2),
        }
    }
    assert_eq!(seen.iter().collect::<BTreeSet<_>>().len(), 25, "{seen:?}");
}

#[tokio::test]
async fn a_page_of_any_size_begins_with_the_same_products() {
    let mut stage = Stage::set().await;
    // Five products with a hundred popular partners each, and one with a partner whose sum is the smallest of all, but which
    // is hardly met elsewhere.
    let rows = "INSERT INTO analytic.learned_product (product_no, product_id, viewed_weight) OVERRIDING SYSTEM VALUE
         SELECT 1001 + n, 'seed-' || n, 5000 FROM generate_series(0, 4) AS n
         UNION ALL SELECT 2000 + n, 'popular-' || lpad(n::text, 3, '0'), 10000 FROM generate_series(0, 499) AS n
         UNION ALL SELECT 3000, 'niche', 1;
         INSERT INTO analytic.related_product (product_no, kind, partners, strengths)
         SELECT 1001 + n, 'viewed',
                ARRAY(SELECT 2000 + 100 * n + k FROM generate_series(0, 99) AS k) || CASE n WHEN 0 THEN ARRAY[3000] ELSE '{}' END,
                array_fill(100::float8, ARRAY[100]) || CASE n WHEN 0 THEN ARRAY[10::float8] ELSE '{}' END
         FROM generate_series(0, 4) AS n";
    stage.database.execute(rows).await;
    let cart = ["seed-0", "seed-1", "seed-2", "seed-3", "seed-4"];
    let longest = ids(&stage.cart(&cart, "?limit=100").await);
    assert_eq!(longest[..2], ["niche", "popular-000"]);
    for limit in [1, 5, 10, 20] {
        assert_eq!(ids(&stage.cart(&cart, &format!("?limit={limit}")).await), longest[..limit], "{limit}");
    }
}

#[tokio::test]
async fn a_cursor_of_another_request_or_none_at_all_is_refused_by_name() {
    let mut stage = Stage::set().await;
    stage.visits(1, &["a", "b", "c", "d"]).await;
    let cursor = next(&stage.get(&format!("{PRODUCT}/a?limit=1")).await).unwrap();
    assert_eq!(stage.get(&format!("{PRODUCT}/a?limit=2&cursor={cursor}")).await.status, 200);
    for path in
        [format!("{PRODUCT}/b?"), format!("{PRODUCT}/a?kind=bought&"), format!("{PRODUCT}/a?category_id=shoes&")]
    {
        let refused = stage.get(&format!("{path}cursor={cursor}")).await.refusal();
        assert!(refused.starts_with("400 validation: cursor: belongs to another request"), "{path}: {refused}");
    }
    let long = "A".repeat(6_000);
    for odd in ["x", "BQ", &cursor[1..], &long] {
        let refused = stage.get(&format!("{PRODUCT}/a?cursor={odd}")).await.refusal();
        assert!(refused.starts_with("400 validation: cursor: must be a next_cursor"), "{odd}: {refused}");
    }
}

#[tokio::test]
async fn one_seller_or_category_does_not_fill_a_page_while_there_are_others() {
    let mut stage = Stage::set_with(&[("RECOMMEND_MAX_RUN", "2")]).await;
    for (times, partner) in [(6, "x-1"), (5, "x-2"), (4, "x-3"), (3, "x-4"), (2, "y-1"), (1, "y-2")] {
        stage.visits(times, &["a", partner]).await;
    }
    let of = |id: &'static str| (id, if id.starts_with('x') { "shoes" } else { "hats" }, "");
    stage.announce(&["x-1", "x-2", "x-3", "x-4", "y-1", "y-2"].map(of)).await;
    let query = "?limit=6";
    let mut shown = ids(&stage.get(&format!("{PRODUCT}/a{query}")).await);
    let runs: Vec<_> = shown.iter().map(|id| &id[..1]).collect();
    assert!(runs.windows(3).all(|run| run.iter().any(|letter| letter != &run[0])), "{shown:?}");
    shown.sort();
    assert_eq!(shown, ["x-1", "x-2", "x-3", "x-4", "y-1", "y-2"], "nothing is dropped");
    // The same by seller; and when only such are left, they are shown.
    stage.database.execute("UPDATE analytic.product SET seller_id = category_id, category_id = NULL").await;
    let shown = ids(&stage.get(&format!("{PRODUCT}/a{query}")).await);
    assert!(shown[..3].iter().any(|id| id.starts_with('y')), "{shown:?}");
    assert_eq!(ids(&stage.get(&format!("{PRODUCT}/a?exclude=y-1,y-2")).await).len(), 4);
}
