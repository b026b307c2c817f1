//! Rank lists: what a generation costs by the number of products that exist and that changed, what keeping them costs the
//! scorer (part `scoring`), and what their pages cost.

use std::time::Instant;

use contracts::Route;
use testkit::{Function, HttpEvent, TestDatabase};

use crate::figure::{Figure, Rounds};
use crate::hold;
use crate::rig::{Rig, drive};
use crate::sample::percentile;

/// Shops of these sizes, the largest only in a long run.
const SHOPS: [u32; 3] = [10_000, 100_000, 1_000_000];
/// Products that change between two generations.
const CHANGES: [u32; 3] = [100, 1_000, 10_000];
/// Hours of each product in which something happened, spread over 30 days.
const HOURS: u32 = 10;
/// The read that is no page.
const ONE_PRODUCT: &str = "one product";
/// Requests of each kind in a round.
const REQUESTS: usize = 60;
/// Runs until everything is ranked: one has the ten seconds that are left of a function under test.
const MOST_RUNS: usize = 120;
/// What is left to rank.
const LEFT: &str = "SELECT (SELECT count(*) FROM analytic.rank_change) + (SELECT count(*) FROM analytic.rank_due)";

/// Measures generations in shops of several sizes, and reads in the largest.
pub(crate) async fn measure(rig: &Rig) -> Vec<Figure> {
    let mut figures = Vec::new();
    let shops = if rig.long { &SHOPS[..] } else { &SHOPS[..2] };
    for products in shops.iter().copied() {
        let database = fill(products).await;
        let mut function = rank_products(rig, &database).await;
        let first = first_generation(&mut function, &database).await;
        let each = first * 1e6 / f64::from(products);
        figures.push(Figure::alone("ranks", format!("{products} products, all of them new"), "us/product", each));
        for changed in CHANGES {
            figures.push(generation(rig, &mut function, &database, (products, changed)).await);
        }
        if Some(&products) == shops.last() {
            figures.extend(reads(rig, (&database, products)).await);
        }
    }
    figures
}

async fn rank_products(rig: &Rig, database: &TestDatabase) -> Function {
    let settings = [
        ("TREND_HALF_LIFE_HOURS", "24"),
        ("ANNOUNCED_ONLY", "auto"),
        ("PUSH_ACTORS", "3"),
        ("PUSH_SHARE_PERCENT", "80"),
        ("PUSH_POINTS", "20"),
    ];
    rig.function("rank-products", database.url(), &settings).await
}

/// A shop whose products have scores, and hours with events.
async fn fill(products: u32) -> TestDatabase {
    let database = TestDatabase::create().await;
    let id = "md5(n::text)::uuid::text";
    let fill = format!(
        "INSERT INTO analytic.product (product_id, seller_id, category_id)
             SELECT {id}, 's-' || n % 500, 'c-' || n % 200 FROM generate_series(1, {products}) AS n;
         INSERT INTO analytic.activity (reference, grain, bucket, event_type, counted)
             SELECT {id}, 'hour', date_bin('1 hour', now(), '2000-01-01T00:00:00Z') - interval '1 hour' * (n::bigint * 7919 * step % 719),
                    (ARRAY['view', 'purchase', 'add_to_cart'])[1 + n % 3], 1 + (n::bigint * step) % 9
             FROM generate_series(1, {products}) AS n, generate_series(1, {HOURS}) AS step
             ON CONFLICT DO NOTHING;
         INSERT INTO analytic.product_popularity
                 (id, score_micros, view_count, purchase_count, favorite_count, cart_count, review_count, date_updated)
             SELECT {id}, (n * 7919::bigint) % 50000000, n, 0, 0, 0, 0, now() FROM generate_series(1, {products}) AS n;
         VACUUM (ANALYZE) analytic.product, analytic.activity, analytic.product_popularity"
    );
    // Each by itself, as VACUUM requires.
    for statement in fill.split(';') {
        database.execute(statement).await;
    }
    database
}

/// Ranks everything; returns the seconds it took.
async fn first_generation(function: &mut Function, database: &TestDatabase) -> f64 {
    let started = Instant::now();
    for _ in 0..MOST_RUNS {
        drive(function, vec!["{}".to_owned()]).await;
        if database.number("SELECT count(*) FROM analytic.rank_generation").await > 0 {
            let seconds = started.elapsed().as_secs_f64();
            database.execute("VACUUM (ANALYZE) analytic.product_rank").await;
            return seconds;
        }
    }
    panic!("the products are not ranked after {MOST_RUNS} runs");
}

/// Milliseconds of a generation after some products changed.
async fn generation(
    rig: &Rig,
    function: &mut Function,
    database: &TestDatabase,
    (products, changed): (u32, u32),
) -> Figure {
    let mut milliseconds = Vec::new();
    for round in 0..rig.rounds {
        // Each time other products, all over the shop: each gets a view in this hour.
        let change = format!(
            "WITH changed AS (
                 SELECT md5(((n * {step} + {round}) % {products} + 1)::text)::uuid::text AS id
                 FROM generate_series(1::bigint, {changed}) AS n GROUP BY 1
             ), counted AS (
                 INSERT INTO analytic.activity AS activity (reference, grain, bucket, event_type, counted)
                 SELECT id, 'hour', date_bin('1 hour', now(), '2000-01-01T00:00:00Z'), 'view', 1 FROM changed ORDER BY id
                 ON CONFLICT (reference, grain, bucket, event_type) DO UPDATE SET counted = activity.counted + 1
             ), scored AS (
                 UPDATE analytic.product_popularity SET score_micros = score_micros + 300000 WHERE id IN (SELECT id FROM changed)
             )
             INSERT INTO analytic.rank_change SELECT id FROM changed",
            step = products / changed,
        );
        database.execute(&change).await;
        let started = Instant::now();
        let mut runs = 0;
        while database.number(LEFT).await > 0 {
            drive(function, vec!["{}".to_owned()]).await;
            runs += 1;
            assert!(runs < MOST_RUNS, "the products are not ranked after {MOST_RUNS} runs");
        }
        milliseconds.push(started.elapsed().as_secs_f64() * 1e3);
    }
    let case = format!("{products} products, {changed} changed, a generation, p50");
    Figure::alone("ranks", case, "ms", percentile(&milliseconds, 50))
}

/// Pages of the lists and one product, against the statements alone.
async fn reads(rig: &Rig, (database, products): (&TestDatabase, u32)) -> Vec<Figure> {
    const TOP: &str = Route::ListPopularity.path();
    let list = |rank: &str, scope: &str, id: &str, size: u32| {
        format!("SELECT * FROM analytic.list_ranks('{rank}', '{scope}', {id}, NULL, 9223372036854775807, '', {size})")
    };
    let first =
        "SELECT product_id FROM analytic.list_ranks('trending', 'shop', NULL, NULL, 9223372036854775807, '', 1)";
    let product = database.rows(first).await.remove(0);
    let reads = [
        ("trending", format!("{TOP}?rank=trending"), list("trending", "shop", "NULL", 11)),
        ("24h, 100 rows", format!("{TOP}?rank=24h&limit=100"), list("24h", "shop", "NULL", 101)),
        ("30d of a category", format!("{TOP}?rank=30d&category_id=c-7"), list("30d", "category", "'c-7'", 11)),
        ("rising of a seller", format!("{TOP}?rank=rising&seller_id=s-7"), list("rising", "seller", "'s-7'", 11)),
        (
            ONE_PRODUCT,
            Route::GetPopularity.path_of(&product),
            format!("SELECT * FROM analytic.get_ranked_popularity('{product}')"),
        ),
    ];
    let mut function = rig.function("answer-queries", database.url(), &[]).await;
    let mut figures = Vec::new();
    for (name, target, statement) in reads {
        figures.extend(read(rig, (&mut function, database), (name, &target, &statement, products)).await);
    }
    figures
}

/// One kind of read: its name, its path, its statement, and how many products there are.
async fn read(
    rig: &Rig,
    (function, database): (&mut Function, &TestDatabase),
    (name, target, statement, products): (&str, &str, &str, u32),
) -> Vec<Figure> {
    let (mut ours, mut alone) = (Vec::new(), Vec::new());
    for _ in 0..rig.rounds * REQUESTS {
        let event = HttpEvent::new("GET", target).event().to_string();
        ours.push(drive(function, vec![event]).await * 1e3);
        let started = Instant::now();
        database.client().query_typed(statement, &[]).await.unwrap();
        alone.push(started.elapsed().as_secs_f64() * 1e3);
    }
    let mut figures = Vec::new();
    for percent in [50, 99] {
        let mut rounds = Rounds::default();
        let statement = percentile(&alone, percent);
        rounds.push(percentile(&ours, percent), statement);
        let case = format!("{name}, {products} products, p{percent}");
        figures.push(rounds.figure("ranks", &case, "ms").against("the statement alone"));
        if percent == 50 && name != ONE_PRODUCT {
            let figure = Figure::alone("ranks", format!("{case}, the statement"), "ms", statement);
            figures.push(figure.hold(hold::RANK_PAGE_MILLISECONDS));
        }
    }
    figures
}
