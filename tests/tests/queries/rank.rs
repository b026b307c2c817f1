//! The rank lists over HTTP: each list, whose products it holds, and pages that stand still while ranks move.

use domain::fraud::PushLimits;
use domain::{AnnouncedOnly, HalfLife};
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use store::rank::Basis;
use testkit::HttpReply;

use crate::stage::{Stage, TOP, numbers, pagination, product, refusal};

const NOON: &str = "2026-11-20T12:30:00Z";
/// Products of the walks.
const PRODUCTS: u32 = 230;

/// Runs rank-products, minutes after noon.
async fn rank(stage: &Stage, minutes: i64) {
    let now = NOON.parse::<Timestamp>().unwrap() + SignedDuration::from_mins(minutes);
    let basis = Basis { half_life: HalfLife::of_hours(24).unwrap(), announced_only: AnnouncedOnly::Auto };
    let outcome =
        rank_products::rank(&stage.database.store(), (basis, PushLimits::default()), now, || true).await.unwrap();
    assert!(outcome.generation.is_some());
}

/// Counts views of products in an hour before noon: (product, hours ago, views).
async fn view(stage: &Stage, views: &[(u32, u32, u32)]) {
    let row = |(number, hours, views): &(u32, u32, u32)| {
        format!(
            "('{}', 'hour', timestamptz '2026-11-20T12:00:00Z' - interval '{hours} hours', 'view', {views})",
            product(*number)
        )
    };
    let rows: Vec<_> = views.iter().map(row).collect();
    let ids: Vec<_> = views.iter().map(|(number, ..)| format!("('{}')", product(*number))).collect();
    let statement = format!(
        "INSERT INTO analytic.activity (reference, grain, bucket, event_type, counted) VALUES {}
         ON CONFLICT (reference, grain, bucket, event_type) DO UPDATE SET counted = excluded.counted;
         INSERT INTO analytic.rank_change VALUES {}",
        rows.join(","),
        ids.join(",")
    );
    stage.database.execute(&statement).await;
}

fn of(query: &str) -> String {
    format!("{TOP}?{query}")
}

#[tokio::test]
async fn each_list_has_its_own_order() {
    // By score 1, 2, 3, 4.
    let mut stage = Stage::with_products(&[(1, 9_000_000), (2, 6_000_000), (3, 4_000_000), (4, 3_000_000)]).await;
    // 4 is hot now, 3 today, 2 this week, 1 this month.
    view(&stage, &[(1, 300, 100), (2, 100, 80), (3, 5, 60), (4, 0, 40), (4, 30, 5)]).await;
    rank(&stage, 0).await;
    for (list, expected) in [
        ("alltime", &[1, 2, 3, 4][..]),
        ("trending", &[3, 4, 2, 1]),
        ("1h", &[4]),
        ("24h", &[3, 4]),
        ("7d", &[2, 3, 4]),
        ("30d", &[1, 2, 3, 4]),
        ("rising", &[3, 4]),
    ] {
        let reply = stage.get(&of(&format!("rank={list}"))).await;
        assert_eq!(numbers(&reply), expected, "{list}");
        assert_eq!(reply.json()["as_of"], NOON);
        let positions: Vec<_> =
            reply.json()["data"].as_array().unwrap().iter().map(|row| row["position"].clone()).collect();
        assert_eq!(positions, (1..=expected.len()).map(|position| json!(position)).collect::<Vec<_>>());
    }
    let reply = stage.get(&of("rank=24h&limit=1")).await;
    let expected = json!({
        "position": 1, "id": product(3), "category_id": null, "seller_id": null, "score": 4.0,
        "points": { "1h": 0.0, "24h": 18.0, "7d": 18.0, "30d": 18.0 }, "trending": 15.579658, "rising": 7.0,
    });
    assert_eq!(reply.json()["data"], json!([expected]));
    assert_eq!((reply.status, reply.header("cache-control")), (200, "public, max-age=5"));
}

#[tokio::test]
async fn a_category_or_a_seller_has_lists_of_its_own() {
    let mut stage = Stage::with_products(&[(1, 9), (2, 8), (3, 7), (4, 6)]).await;
    view(&stage, &[(1, 0, 1), (2, 0, 2), (3, 0, 3), (4, 0, 4)]).await;
    let announced = [(1, "shoes", "'s-1'"), (2, "shoes", "'s-2'"), (3, "hats", "'s-1'"), (4, "hats", "NULL")];
    for (number, category, seller) in announced {
        let row = format!("('{}', {seller}, '{category}')", product(number));
        stage
            .database
            .execute(&format!("INSERT INTO analytic.product (product_id, seller_id, category_id) VALUES {row}"))
            .await;
    }
    rank(&stage, 0).await;
    for (query, expected) in [
        ("category_id=shoes", &[1, 2][..]),
        ("category_id=shoes&rank=alltime", &[1, 2]),
        ("category_id=shoes&rank=1h", &[2, 1]),
        ("category_id=hats&rank=trending", &[4, 3]),
        ("seller_id=s-1&rank=7d", &[3, 1]),
        ("seller_id=s-2&rank=30d", &[2]),
        ("seller_id=nobody&rank=24h", &[]),
        ("rank=1h", &[4, 3, 2, 1]),
    ] {
        assert_eq!(numbers(&stage.get(&of(query)).await), expected, "{query}");
    }
    let reply = stage.get(&of("category_id=hats")).await;
    assert_eq!(
        (&reply.json()["data"][0]["category_id"], &reply.json()["data"][0]["seller_id"]),
        (&json!("hats"), &json!("s-1"))
    );

    // A product that moves to another category moves at the next run.
    let moved = format!("UPDATE analytic.product SET category_id = 'hats' WHERE product_id = '{}'", product(2));
    stage.database.execute(&moved).await;
    stage.database.execute(&format!("INSERT INTO analytic.rank_change VALUES ('{}')", product(2))).await;
    rank(&stage, 1).await;
    assert_eq!(numbers(&stage.get(&of("category_id=hats&rank=1h")).await), [4, 3, 2]);
    assert_eq!(numbers(&stage.get(&of("category_id=shoes&rank=1h")).await), [1]);
}

fn next(reply: &HttpReply) -> Option<String> {
    pagination(reply)["next_cursor"].as_str().map(str::to_owned)
}

/// Few values, so that pages begin and end inside a tie.
fn tied(number: u32, turn: u32) -> (u32, u32, u32) {
    (number, (number + turn) % 30, 1 + (number * 7 + turn * 11) % 5)
}

#[tokio::test]
async fn a_walk_sees_the_list_of_its_first_page_however_ranks_move() {
    let products: Vec<_> = (0..PRODUCTS).map(|number| (number, i64::from(number))).collect();
    let mut stage = Stage::with_products(&products).await;
    view(&stage, &(0..PRODUCTS).map(|number| tied(number, 0)).collect::<Vec<_>>()).await;
    rank(&stage, 0).await;
    let mut turn = 0;
    for (list, limit) in [("trending", 30), ("7d", 50), ("24h", 40)] {
        let whole = numbers(&stage.get(&of(&format!("rank={list}&limit=100"))).await);
        let mut reply = stage.get(&of(&format!("rank={list}&limit={limit}"))).await;
        let (mut seen, first_as_of) = (numbers(&reply), reply.json()["as_of"].clone());
        // Every product changes between two pages, and there is another generation each time.
        let end = turn + 9;
        while let Some(cursor) = next(&reply) {
            turn += 1;
            assert!(turn < end, "the walk does not end, or takes longer than a generation is kept");
            view(&stage, &(0..PRODUCTS).map(|number| tied(number, turn)).collect::<Vec<_>>()).await;
            rank(&stage, i64::from(turn)).await;
            reply = stage.get(&of(&format!("rank={list}&limit={limit}&cursor={cursor}"))).await;
            assert_eq!(reply.json()["as_of"], first_as_of, "{list}");
            assert_eq!(reply.json()["data"][0]["position"], seen.len() + 1, "{list}");
            seen.extend(numbers(&reply));
        }
        assert_eq!(seen[..100], whole, "{list}");
        seen.sort_unstable();
        let length = seen.len();
        seen.dedup();
        assert_eq!(seen.len(), length, "{list} repeats nothing");
        assert!(length > 150, "{list} has {length} rows");
        let moved = numbers(&stage.get(&of(&format!("rank={list}&limit=100"))).await);
        assert_ne!(moved, whole, "{list} has moved");
    }
}

#[tokio::test]
async fn a_cursor_lives_for_ten_minutes_after_its_list_was_replaced() {
    let mut stage = Stage::with_products(&[(1, 3), (2, 2)]).await;
    view(&stage, &[(1, 0, 1), (2, 0, 2)]).await;
    rank(&stage, 0).await;
    let cursor = next(&stage.get(&of("rank=1h&limit=1")).await).unwrap();
    let page = of(&format!("rank=1h&limit=1&cursor={cursor}"));
    assert_eq!(numbers(&stage.get(&page).await), [1]);
    view(&stage, &[(1, 0, 5)]).await;
    rank(&stage, 1).await;
    rank(&stage, 10).await;
    assert_eq!(numbers(&stage.get(&page).await), [1]);
    rank(&stage, 11).await;
    let gone = stage.get(&page).await;
    assert_eq!(
        refusal(&gone),
        "410 cursor_expired: cursor: the list has changed and this version of it is kept for ten minutes only; start \
         again without a cursor"
    );
}

#[tokio::test]
async fn what_is_no_rank_list_is_refused() {
    let mut stage = Stage::with_products(&[(1, 3), (2, 2)]).await;
    view(&stage, &[(1, 0, 1), (2, 0, 2)]).await;
    rank(&stage, 0).await;
    let live = next(&stage.get(&of("limit=1")).await).unwrap();
    let hour = next(&stage.get(&of("rank=1h&limit=1")).await).unwrap();
    for (query, message) in [
        ("rank=hot".to_owned(), "rank: must be one of alltime, trending, 1h, 24h, 7d, 30d, rising"),
        ("category_id=a&seller_id=b".to_owned(), "seller_id: must not be given together with category_id"),
        ("rank=1h&page=1".to_owned(), "page: rank lists are read by cursor; follow next_cursor with cursor"),
        (format!("rank=1h&cursor={live}"), "cursor: must be a next_cursor of an earlier response, unchanged"),
        (format!("cursor={hour}"), "cursor: must be a next_cursor of an earlier response, unchanged"),
        (
            format!("rank=24h&cursor={hour}"),
            "cursor: belongs to another list; give rank, category_id and seller_id as in the request that returned it",
        ),
    ] {
        let reply = stage.get(&of(&query)).await;
        assert_eq!(refusal(&reply), format!("400 validation: {message}"), "{query}");
    }
}

#[tokio::test]
async fn before_the_first_run_the_lists_are_empty_and_a_product_has_no_ranks() {
    let mut stage = Stage::with_products(&[(1, 300_000)]).await;
    let reply = stage.get(&of("rank=trending")).await;
    assert_eq!((&reply.json()["data"], &reply.json()["as_of"]), (&json!([]), &Value::Null));
    let reply = stage.get(&format!("/api/v1/analytic/popularity/{}", product(1))).await;
    assert_eq!((reply.status, &reply.json()["data"]["ranks"]), (200, &Value::Null));
}

#[tokio::test]
async fn a_product_has_its_windows_its_trend_and_its_positions() {
    let mut stage = Stage::with_products(&[(1, 9_000_000), (2, 8_000_000), (3, 1)]).await;
    view(&stage, &[(1, 30, 10), (2, 0, 12), (2, 40, 1)]).await;
    rank(&stage, 0).await;
    let reply = stage.get(&format!("/api/v1/analytic/popularity/{}", product(2))).await;
    let expected = json!({
        "as_of": NOON, "points": { "1h": 3.6, "24h": 3.6, "7d": 3.9, "30d": 3.9 }, "trending": 3.694494, "rising": 2.0,
        "positions": { "alltime": 2, "trending": 1, "1h": 1, "24h": 1, "7d": 1, "30d": 1, "rising": 1 },
    });
    assert_eq!(reply.json()["data"]["ranks"], expected);
    let reply = stage.get(&format!("/api/v1/analytic/popularity/{}", product(3))).await;
    let expected =
        json!({ "alltime": 3, "trending": null, "1h": null, "24h": null, "7d": null, "30d": null, "rising": null });
    assert_eq!(reply.json()["data"]["ranks"]["positions"], expected);

    // Positions are known of the first 1,000: whoever is behind them has none.
    let more = "INSERT INTO analytic.product_popularity
                    (id, score_micros, view_count, purchase_count, favorite_count, cart_count, review_count, date_updated)
                SELECT 'more-' || n, 2 + n, 0, 0, 0, 0, 0, now() FROM generate_series(1, 999) AS n;
                INSERT INTO analytic.rank_change SELECT id FROM analytic.product_popularity";
    stage.database.execute(more).await;
    rank(&stage, 1).await;
    for (id, position) in
        [(product(2), json!(2)), ("more-2".to_owned(), json!(1_000)), ("more-1".to_owned(), Value::Null)]
    {
        let reply = stage.get(&format!("/api/v1/analytic/popularity/{id}")).await;
        assert_eq!(reply.json()["data"]["ranks"]["positions"]["alltime"], position, "{id}");
    }
}

/// Enough that a planner would otherwise choose a scan or a sort of the table.
const MANY: u32 = 50_000;
/// A row of a page may lie on a page of its own; going down the indexes and reading the generation takes some more, and so
/// does planning. Skipping the rows above would read thousands.
const MOST_BUFFERS: u64 = 101 + 60;

#[tokio::test]
async fn a_page_reads_no_more_at_depth_nor_next_to_other_generations() {
    let stage = Stage::empty().await;
    // Every other product has a version that is no longer current, as after a minute in which it changed.
    let fill = format!(
        "INSERT INTO analytic.product_rank
             (product_id, from_generation, to_generation, listed, category_id, seller_id, alltime_micros, trend_key, hour_micros,
              day_micros, week_micros, month_micros, rising_micros)
         SELECT md5(n::text), version, CASE version WHEN 1 THEN 2 ELSE 9223372036854775807 END, true, 'c-' || n % 10, 's-' || n % 10,
                n, n, n, n, n, n, n
         FROM generate_series(1, {MANY}) AS n, generate_series(1, 2) AS version WHERE version = 2 OR n % 2 = 0;
         INSERT INTO analytic.rank_generation VALUES (2, now(), 24, false, NULL);
         VACUUM ANALYZE analytic.product_rank"
    );
    for statement in fill.split(';') {
        stage.database.execute(statement).await;
    }
    for list in ["alltime", "trending", "1h", "24h", "7d", "30d", "rising"] {
        for (scope, id) in [("shop", "NULL"), ("category", "'c-3'"), ("seller", "'s-3'")] {
            for value in [i64::MAX, i64::from(MANY / 2), 2_000] {
                let page = format!("analytic.list_ranks('{list}', '{scope}', {id}, 2, {value}, '', 101)");
                let rows = stage.database.number(&format!("SELECT count(DISTINCT product_id) FROM {page}")).await;
                assert_eq!(rows, 101, "{page}");
                let plan = format!("EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) SELECT * FROM {page}");
                let plan: Value = serde_json::from_str(&stage.database.rows(&plan).await.join("\n")).unwrap();
                let buffers = |name: &str| plan[0]["Plan"][name].as_u64().unwrap();
                let read = buffers("Shared Hit Blocks") + buffers("Shared Read Blocks");
                assert!(read <= MOST_BUFFERS + 101 / 2, "{page} reads {read} pages");
            }
        }
    }
}
