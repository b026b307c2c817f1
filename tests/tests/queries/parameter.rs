//! Query parameters of the top list.

use crate::stage::{Stage, TOP, numbers, product, refusal};

const LIMIT: &str = "400 validation: limit: must be a whole number from 1 to 100";
const PAGE: &str = "400 validation: page: must be a whole number from 1 to 1000";
const DEEP: &str =
    "400 validation: page: page x limit must be at most 1000; to read further, follow next_cursor with cursor";
const CURSOR: &str = "400 validation: cursor: must be a next_cursor of an earlier response, unchanged";

#[tokio::test]
async fn parameters_out_of_range_are_refused_by_name() {
    let mut stage = Stage::with_products(&[(1, 1), (2, 0)]).await;
    let cursor =
        stage.get(&format!("{TOP}?limit=1")).await.json()["pagination"]["next_cursor"].as_str().unwrap().to_owned();
    let cases = [
        ("limit=0", LIMIT),
        ("limit=101", LIMIT),
        ("limit=-1", LIMIT),
        ("limit=%2B1", LIMIT),
        ("limit=1.0", LIMIT),
        ("limit=", LIMIT),
        ("limit=ten", LIMIT),
        ("limit=99999999999999999999", LIMIT),
        ("limit=%00", LIMIT),
        ("limit=%FF", LIMIT),
        ("limit=%D9%A1", LIMIT),
        ("page=0", PAGE),
        ("page=-1", PAGE),
        ("page=x", PAGE),
        ("page=4294967296", PAGE),
        ("page=1001", PAGE),
        ("page=101&limit=100", DEEP),
        ("page=4294967295&limit=100", PAGE),
        ("cursor=", CURSOR),
        ("cursor=x", CURSOR),
        ("cursor=AAAA", CURSOR),
        ("cursor=%FF%00", CURSOR),
        (&format!("cursor={cursor}A"), CURSOR),
        (&format!("cursor={}", &cursor[1..]), CURSOR),
        (&format!("cursor={}", "A".repeat(5_000)), CURSOR),
        (&format!("cursor={cursor}&page=1"), "400 validation: cursor: must not be given together with page"),
        ("limit=1&limit=2", "400 validation: limit: must be given once"),
        ("page=1&page=1", "400 validation: page: must be given once"),
    ];
    for (query, expected) in cases {
        assert_eq!(refusal(&stage.get(&format!("{TOP}?{query}")).await), expected, "{query}");
    }
}

#[tokio::test]
async fn parameters_at_their_limits_are_taken() {
    let mut stage = Stage::with_products(&[(1, 1), (2, 0)]).await;
    assert_eq!(numbers(&stage.get(&format!("{TOP}?limit=1")).await), [1]);
    assert_eq!(numbers(&stage.get(&format!("{TOP}?limit=100")).await), [1, 2]);
    for query in ["page=10&limit=100", "page=1000&limit=1", "page=100"] {
        assert_eq!(numbers(&stage.get(&format!("{TOP}?{query}")).await), [0_u32; 0], "{query}");
    }
}

#[tokio::test]
async fn parameters_that_nobody_knows_are_refused_by_name() {
    let mut stage = Stage::with_products(&[(1, 1)]).await;
    let plain = stage.get(TOP).await;
    for (query, name) in [
        ("utm_source=mail&utm_source=x", "utm_source"),
        ("Limit=0", "Limit"),
        ("offset=5", "offset"),
        ("limit[]=0", "limit[]"),
        ("limit%5B%5D=0", "limit[]"),
        ("=", ""),
        ("limit=1&a=%FF%FE", "a"),
    ] {
        let known = "limit, page, cursor, rank, category_id, seller_id";
        let wanted = format!("400 validation: {name}: is not a query parameter of this route; known: {known}");
        assert_eq!(refusal(&stage.get(&format!("{TOP}?{query}")).await), wanted, "{query}");
    }
    assert_eq!(stage.get(&format!("{TOP}?&&")).await.body, plain.body);
    let one = stage.get(&format!("/api/v1/analytic/popularity/{}?limit=0", product(1))).await;
    assert_eq!(refusal(&one), "400 validation: limit: is not a query parameter of this route; known: none");
}
