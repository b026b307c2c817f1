//! Reads: answer-queries with a million products, against the same statements sent by a client that does nothing else.

use std::time::Instant;

use contracts::{Cursor, Route};
use domain::Micros;
use testkit::{Function, HttpEvent, TestDatabase};

use crate::figure::{Figure, Rounds};
use crate::rig::{Rig, drive};
use crate::sample::percentile;

const PRODUCTS: u32 = 1_000_000;
/// Requests of each kind in a round.
const REQUESTS: usize = 60;

/// One kind of read: the request and its statements.
struct Read {
    name: &'static str,
    target: String,
    statements: Vec<String>,
}

/// Measures the top list and one product.
pub(crate) async fn measure(rig: &Rig) -> Vec<Figure> {
    let database = TestDatabase::create().await;
    database
        .execute(&format!(
            "INSERT INTO analytic.product_popularity
                 (id, score_micros, view_count, purchase_count, favorite_count, cart_count, review_count, date_updated)
             SELECT md5(n::text)::uuid, (n * 7919::bigint) % 50000000, n, 0, 0, 0, 0, now() FROM generate_series(1, {PRODUCTS}) AS n"
        ))
        .await;
    database.execute("VACUUM (ANALYZE) analytic.product_popularity").await;
    let reads = reads(&database).await;
    let mut function = rig.function("answer-queries", database.url(), &[]).await;
    let mut times: Vec<(Vec<f64>, Vec<f64>)> = vec![(Vec::new(), Vec::new()); reads.len()];
    for _ in 0..rig.rounds {
        for (read, (ours, limit)) in reads.iter().zip(&mut times) {
            for _ in 0..REQUESTS {
                ours.push(answered(&mut function, read).await);
                limit.push(queried(&database, read).await);
            }
        }
    }
    let figures = reads.iter().zip(&times).flat_map(|(read, (ours, limit))| {
        [50, 99].map(|percent| {
            let case = format!("{}, {PRODUCTS} products, p{percent}", read.name);
            let mut rounds = Rounds::default();
            rounds.push(percentile(ours, percent), percentile(limit, percent));
            rounds.figure("reads", case, "ms").against("the statements alone")
        })
    });
    figures.collect()
}

async fn reads(database: &TestDatabase) -> Vec<Read> {
    const PAGE: &str = "SELECT * FROM analytic.list_popularity_page($1, $2)";
    const AFTER: &str = "SELECT * FROM analytic.list_popularity_after($1, $2, $3)";
    const GET: &str = "SELECT * FROM analytic.get_ranked_popularity($1)";
    const COUNT: &str = include_str!("../../shared/store/sql/popularity/count.sql");
    const TOP: &str = Route::ListPopularity.path();
    let row = database
        .rows("SELECT score_micros, id FROM analytic.product_popularity ORDER BY 1 DESC, 2 OFFSET 500000 LIMIT 1")
        .await;
    let (score, id) = row[0].split_once(" | ").unwrap();
    let cursor = Cursor { score: Micros(score.parse().unwrap()), id: id.parse().unwrap() }.encode();
    let fill = |statement: &str, values: &[&str]| {
        crate::pgbench::fill(statement, &values.iter().map(|value| (*value).to_owned()).collect::<Vec<_>>())
    };
    let id_literal = format!("'{id}'");
    vec![
        Read {
            name: "top list, page 1",
            target: TOP.to_owned(),
            statements: vec![COUNT.to_owned(), fill(PAGE, &["10", "0"])],
        },
        Read {
            name: "top list, page 100",
            target: format!("{TOP}?page=100"),
            statements: vec![COUNT.to_owned(), fill(PAGE, &["10", "990"])],
        },
        Read {
            name: "top list, cursor at 500,000",
            target: format!("{TOP}?cursor={cursor}"),
            statements: vec![fill(AFTER, &[score, &id_literal, "11"])],
        },
        Read {
            name: "one product",
            target: Route::GetPopularity.path_of(id),
            statements: vec![fill(GET, &[&id_literal])],
        },
    ]
}

/// Milliseconds of one request.
async fn answered(function: &mut Function, read: &Read) -> f64 {
    let event = HttpEvent::new("GET", &read.target).event().to_string();
    drive(function, vec![event]).await * 1e3
}

/// Milliseconds of its statements.
async fn queried(database: &TestDatabase, read: &Read) -> f64 {
    let started = Instant::now();
    for statement in &read.statements {
        database.client().query_typed(statement, &[]).await.unwrap();
    }
    started.elapsed().as_secs_f64() * 1e3
}
