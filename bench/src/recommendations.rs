//! Recommendations: what a visitor's list costs by the number of pairs, and how many events a second are learned.

use std::time::Instant;

use contracts::Route;
use testkit::{Function, HttpEvent, TestDatabase, hint, sqs_event};

use crate::figure::{Figure, Rounds};
use crate::hold;
use crate::rig::{Rig, drive};
use crate::sample::percentile;

/// Products with a hundred partners each: 100 thousand, a million, ten million pairs.
const SHOPS: [u32; 3] = [1_000, 10_000, 100_000];
/// Visits, each of ten products.
const VISITS: u32 = 2_000;
/// Requests of a round.
const REQUESTS: usize = 100;
/// Events of a round of learning, in batches of a hundred.
const EVENTS: i64 = 5_000;
/// Events of a batch.
const BATCH: i64 = 100;

/// Measures lists in shops of several sizes, and learning in the largest.
pub(crate) async fn measure(rig: &Rig) -> Vec<Figure> {
    let mut figures = Vec::new();
    for products in SHOPS {
        let database = fill(products).await;
        figures.extend(serve(rig, &database, products).await);
        if Some(&products) == SHOPS.last() {
            figures.push(learn(rig, &database, products).await);
        }
    }
    figures
}

/// A shop with pairs and visits, in which few products are met often and many seldom.
async fn fill(products: u32) -> TestDatabase {
    let database = TestDatabase::create().await;
    let any = format!("(1 + floor({products} * random() ^ 2))::int");
    let fill = format!(
        "INSERT INTO analytic.learned_product (product_id, viewed_weight)
             SELECT md5(n::text)::uuid::text, 1 + 1000 * random() ^ 4 FROM generate_series(1, {products}) AS n ORDER BY n;
         INSERT INTO analytic.related_product (product_no, kind, partners, strengths)
             SELECT n, 'viewed', array_agg({any}), array_agg(random() * 10)
             FROM generate_series(1, {products}) AS n, generate_series(1, 100) AS partner WHERE n + partner > 0 GROUP BY n;
         INSERT INTO analytic.visit (visitor, kind, last_at, products, event_ids, event_types, event_times, gains)
             SELECT analytic.visitor_of('session', 's-' || n), 'viewed', now(), array_agg({any} ORDER BY step), array_agg(step ORDER BY step),
                    array_agg('view'::text), array_agg(now() + step * interval '1 s' ORDER BY step), array_agg(1::float8)
             FROM generate_series(1, {VISITS}) AS n, generate_series(1::bigint, 10) AS step WHERE n + step > 0 GROUP BY n;
         INSERT INTO analytic.product (product_id, seller_id, category_id)
             SELECT product_id, 's-' || product_no % 500, 'c-' || product_no % 100 FROM analytic.learned_product;
         INSERT INTO analytic.rank_generation (id, as_of, half_life_hours, announced_only) VALUES (2, now(), 24, true);
         INSERT INTO analytic.product_rank (product_id, from_generation, listed, category_id, seller_id, alltime_micros, trend_key, hour_micros,
                                            day_micros, week_micros, month_micros)
             SELECT product_id, 1, true, category_id, seller_id, 1, (random() * 1e9)::bigint, 1, 1, 1, 1 FROM analytic.product;
         VACUUM (ANALYZE) analytic.learned_product, analytic.related_product, analytic.visit, analytic.product, analytic.product_rank"
    );
    // Each by itself, as VACUUM requires.
    for statement in fill.split(';') {
        database.execute(statement).await;
    }
    database
}

/// The lists of visitors, against the statement alone.
async fn serve(rig: &Rig, database: &TestDatabase, products: u32) -> Vec<Figure> {
    let mut function = rig.function("recommend", database.url(), &[]).await;
    let (mut ours, mut alone) = (Vec::new(), Vec::new());
    for request in 0..rig.rounds * REQUESTS {
        let session = format!("s-{}", 1 + request * 7 % usize::try_from(VISITS).unwrap_or(usize::MAX));
        let target = Route::RecommendForSession.path_of(&session);
        let event = HttpEvent::new("GET", &target).event().to_string();
        ours.push(drive(&mut function, vec![event]).await * 1e3);
        let statement = format!(
            "SELECT * FROM analytic.recommend('session', '{{}}', '{session}', NULL, '{{}}', '{{}}', '{{}}', NULL, 40, 0.5, 0.3, 3, false)"
        );
        let started = Instant::now();
        database.client().query_typed(&statement, &[]).await.unwrap();
        alone.push(started.elapsed().as_secs_f64() * 1e3);
    }
    let of = |what: &str, percent| format!("{what}, {products} products, {} pairs, p{percent}", products * 100);
    let mut rounds = Rounds::default();
    rounds.push(percentile(&ours, 50), percentile(&alone, 50));
    let slowest = Figure::alone("recommendations", of("a visitor's list", 99), "ms", percentile(&ours, 99));
    vec![
        rounds.figure("recommendations", of("a visitor's list", 50), "ms").against("the statement alone"),
        slowest.hold(hold::RECOMMENDATION_MILLISECONDS),
    ]
}

/// Events a second that update-catalog learns, from new sessions of five events each.
async fn learn(rig: &Rig, database: &TestDatabase, products: u32) -> Figure {
    let mut function: Function = rig.function("update-catalog", database.url(), &[]).await;
    let mut rates = Vec::new();
    for round in 0..rig.rounds {
        let first = i64::try_from(round).unwrap_or_default() * EVENTS;
        let record = format!(
            "WITH event AS (
                 INSERT INTO analytic.interaction (id, origin, event_id, session_id, event_type, ref_type, ref_id, occurred_at, date_created)
                 SELECT {first} + n, gen_random_uuid(), gen_random_uuid(), 'new-' || ({first} + n) / 5, 'view', 'Product',
                        md5((1 + floor({products} * random() ^ 2))::int::text)::uuid::text, now() + n * interval '1 ms', now()
                 FROM generate_series(1, {EVENTS}) AS n
                 RETURNING *
             )
             INSERT INTO analytic.pending (sink, interaction_id, date_created, product_id, event_type, occurred_at, next_hint_at)
             SELECT 'catalog', id, date_created, ref_id, event_type, occurred_at, now() + interval '1 hour' FROM event"
        );
        database.execute(&record).await;
        let batches = (0..EVENTS / BATCH).map(|batch| {
            let ids = (1..=BATCH).map(|n| hint(first + batch * BATCH + n)).collect::<Vec<_>>();
            sqs_event(&ids).to_string()
        });
        let seconds = drive(&mut function, batches.collect()).await;
        assert_eq!(database.number("SELECT count(*) FROM analytic.pending").await, 0, "everything is learned");
        #[expect(clippy::cast_precision_loss, reason = "a rate")]
        rates.push(EVENTS as f64 / seconds);
    }
    Figure::alone(
        "recommendations",
        format!("learned, {products} products, batches of {BATCH}"),
        "events/s",
        percentile(&rates, 50),
    )
}
