//! Recommendations: what a visitor's list costs by the number of pairs, how many events a second are learned, and how soon a
//! view shows, through the API of the deployed local stack.

use std::time::{Duration, Instant};

use contracts::Route;
use reqwest::Client;
use serde_json::{Value, json};
use testkit::{Function, HttpEvent, Stack, TestDatabase, hint, sqs_event};
use tokio_postgres::NoTls;
use uuid::Uuid;

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
/// Views of a round whose way is timed.
const VIEWS: usize = 20;
/// A view that does not show by then aborts the measurement.
const WAIT_LIMIT: Duration = Duration::from_secs(60);
/// Events of a batch.
const BATCH: i64 = 100;

/// Measures lists in shops of several sizes, learning in the largest, and how soon a view shows.
pub(crate) async fn measure(rig: &Rig) -> Vec<Figure> {
    let mut figures = Vec::new();
    for products in SHOPS {
        let database = fill(products).await;
        figures.extend(serve(rig, &database, products).await);
        if Some(&products) == SHOPS.last() {
            figures.push(learn(rig, &database, products).await);
        }
    }
    figures.extend(refresh(rig).await);
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

/// From a view to the list of its visitor, whose next request must know it, and to the list of everybody else.
async fn refresh(rig: &Rig) -> Vec<Figure> {
    let shop = Shop::open().await;
    let (mut own, mut others) = (Vec::new(), Vec::new());
    for round in 0..=rig.rounds * VIEWS {
        let [first, second] = [Uuid::now_v7(), Uuid::now_v7()].map(|id| id.to_string());
        let [visitor, other] = [Uuid::now_v7(), Uuid::now_v7()].map(|id| format!("bench-{id}"));
        shop.announce([&first, &second]).await;
        let seconds = Instant::now();
        shop.view(&other, &[&first, &second]).await;
        while !shop.is_recommended(&Route::RecommendForProduct.path_of(&first), &second).await {
            assert!(seconds.elapsed() < WAIT_LIMIT, "nothing is learned after {WAIT_LIMIT:?}");
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        let learned = seconds.elapsed();
        let seconds = Instant::now();
        shop.view(&visitor, &[&first]).await;
        let knows = shop.is_recommended(&Route::RecommendForSession.path_of(&visitor), &second).await;
        assert!(knows, "the request after a view does not know it");
        // The first starts the environments.
        if round > 0 {
            others.push(learned.as_secs_f64() * 1e3);
            own.push(seconds.elapsed().as_secs_f64() * 1e3);
        }
    }
    let figure = |what: &str, values: &[f64], percent| {
        Figure::alone("recommendations", format!("{what}, p{percent}"), "ms", percentile(values, percent))
    };
    let mut figures = Vec::new();
    for percent in [50, 99] {
        figures.push(figure("POST of a view and the visitor's next list, which knows it", &own, percent));
        figures.push(figure("POST of two views to the list of everybody else (window 1 s)", &others, percent));
    }
    figures
}

/// The deployed local stack, as a guest's browser sees it.
struct Shop {
    client: Client,
    database: tokio_postgres::Client,
    url: String,
}

impl Shop {
    async fn open() -> Self {
        let stack = Stack::get();
        let (database, connection) = tokio_postgres::connect(stack.database_url(), NoTls).await.unwrap();
        tokio::spawn(connection);
        rustls::crypto::aws_lc_rs::default_provider().install_default().ok();
        Self { client: Client::new(), database, url: stack.entry("api_url").to_owned() }
    }

    /// Makes products known, as product events do.
    async fn announce(&self, products: [&String; 2]) {
        let insert =
            "INSERT INTO analytic.product (product_id, seller_id, category_id) VALUES ($1, 's', 'c'), ($2, 's', 'c')";
        self.database.execute(insert, &[products[0], products[1]]).await.unwrap();
    }

    async fn view(&self, session: &str, products: &[&String]) {
        let view = |product: &&String| json!({ "event_type": "view", "ref_type": "Product", "ref_id": product, "session_id": session });
        let body = json!({ "interactions": products.iter().map(view).collect::<Vec<_>>() });
        let url = format!("{}{}", self.url, Route::RecordGuestInteractions.path());
        let reply = self.client.post(url).body(body.to_string()).send().await.unwrap();
        assert_eq!(reply.status(), 200);
    }

    async fn is_recommended(&self, path: &str, product: &str) -> bool {
        let answer = self.client.get(format!("{}{path}", self.url)).send().await.unwrap().text().await.unwrap();
        let answer: Value = serde_json::from_str(&answer).unwrap();
        let items = answer["data"]["items"].as_array().unwrap_or_else(|| panic!("{answer}"));
        items.iter().any(|item| item["product_id"] == product)
    }
}
