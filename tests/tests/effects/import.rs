//! import-interactions: a batch is recorded and scored in one transaction, once, concurrently with live traffic.

mod measure;

use std::time::Duration;

use cross_tests::shop::{Shop, hints, product};
use rand::prelude::*;
use rand_chacha::ChaCha8Rng;
use serde_json::{Value, json};
use testkit::{Function, HttpEvent, HttpReply, Invoked, TestProxy, TestServer, all_done};
use uuid::Uuid;

/// How many events a request may hold.
const BATCH_MAX: usize = 1_000;
const ROUTE: &str = "/api/v1/analytic/import/interaction";
/// The pending effects, by sink.
const OWED: &str = "SELECT sink, count(*) FROM analytic.pending GROUP BY sink ORDER BY sink";
/// Views in the log that are in no score, in one statement: a killed function's commit may still be in progress.
const UNSCORED: &str = "SELECT (SELECT count(*) FROM analytic.interaction) - (SELECT sum(view_count)::int8 FROM analytic.product_popularity)";
const LOGGED: &str = "SELECT count(*) FROM analytic.interaction";

/// An event of the year 2019.
fn old(event_type: &str, product: Uuid) -> Value {
    json!({ "event_id": Uuid::now_v7(), "event_type": event_type, "ref_type": "Product", "ref_id": product,
            "session_id": "s-1", "occurred_at": "2019-10-01T00:00:00Z" })
}

/// Old views of these many products in turn.
fn old_views(count: usize, products: u128) -> Vec<Value> {
    (0..count).zip((0..products).cycle()).map(|(_, number)| old("view", product(number))).collect()
}

fn request(items: &[Value]) -> HttpEvent {
    HttpEvent::new("POST", ROUTE).claim("sub", "import").body(json!({ "interactions": items }).to_string())
}

fn by_service(items: &[Value]) -> Value {
    request(items).trusted().event()
}

async fn import(function: &mut Function, items: &[Value]) -> HttpReply {
    HttpReply::of(&function.invoke(&by_service(items)).await.answer())
}

async fn start_importer(shop: &Shop) -> Function {
    shop.start("import-interactions", &[]).await
}

/// The counts of a reply: accepted, duplicate, rejected.
fn counts(reply: &HttpReply) -> [Value; 3] {
    let json = reply.json();
    ["accepted", "duplicate", "rejected"].map(|name| json["data"][name].clone())
}

/// The status of each item, with its code if it has one.
fn statuses(reply: &HttpReply) -> Vec<String> {
    let json = reply.json();
    let data = if reply.status == 200 { &json["data"] } else { &json["error"]["details"] };
    let status = |result: &Value| {
        let words = ["status", "code"].map(|name| result[name].as_str().unwrap_or_default());
        words.join(" ").trim_end().to_owned()
    };
    data["results"].as_array().unwrap_or_else(|| panic!("no results: {json}")).iter().map(status).collect()
}

#[tokio::test]
async fn what_is_imported_is_scored_with_its_reply_and_hints_the_catalog_only() {
    let shop = Shop::open().await;
    let mut importer = start_importer(&shop).await;
    let mut seen = old("view", product(1));
    seen["account_id"] = json!(product(99));
    // when
    let reply = import(&mut importer, &[seen, old("purchase", product(1)), old("wishlist_shared", product(2))]).await;
    // then
    assert_eq!(counts(&reply), [3, 0, 0], "{reply:?}");
    assert_eq!(shop.popularity().await, [format!("{} | 1100000 | 1 | 1 | 0 | 0 | 0", product(1))]);
    assert_eq!(shop.database.rows(OWED).await, ["catalog | 3"]);
    assert_eq!([shop.popularity_queue.depth().await, shop.catalog_queue.depth().await], [0, 3]);
    let stored =
        "SELECT event_type, account_id, session_id, user_agent, ip_address, occurred_at AT TIME ZONE 'UTC', origin
                  FROM analytic.interaction ORDER BY id LIMIT 1";
    assert_eq!(
        shop.database.rows(stored).await,
        [format!(
            "view | {} | s-1 | null | null | 2019-10-01 00:00:00 | {}",
            product(99),
            domain::Origin::TRUSTED.as_uuid()
        )]
    );
    shop.assert_all_scored_exactly().await;
}

#[tokio::test]
async fn a_repeated_import_is_all_duplicates_and_changes_nothing() {
    let shop = Shop::open().await;
    let mut importer = start_importer(&shop).await;
    let items = old_views(1_000, 7);
    assert_eq!(counts(&import(&mut importer, &items).await), [1_000, 0, 0]);
    let scores = shop.popularity().await;
    // when
    assert_eq!(counts(&import(&mut importer, &items).await), [0, 1_000, 0]);
    // then
    assert_eq!(shop.popularity().await, scores);
    assert_eq!(shop.database.number(LOGGED).await, 1_000);
    assert_eq!(shop.database.rows(OWED).await, ["catalog | 1000"]);
    assert_eq!(shop.catalog_queue.depth().await, 1_000);
    shop.assert_all_scored_exactly().await;
}

#[tokio::test]
async fn one_bad_item_harms_no_other() {
    let shop = Shop::open().await;
    let mut importer = start_importer(&shop).await;
    let mut items = old_views(6, 3);
    items[1]["occurred_at"] = json!("1999-12-31T23:59:59Z");
    items[2].as_object_mut().unwrap().remove("occurred_at");
    items[3].as_object_mut().unwrap().remove("event_id");
    items[4] = items[0].clone();
    items[5]["event_id"] = items[0]["event_id"].clone();
    items[5]["event_type"] = json!("purchase");
    items.push(json!("not an item"));
    let reply = import(&mut importer, &items).await;
    let expected = [
        "accepted",
        "rejected too_old",
        "rejected missing_field",
        "rejected missing_field",
        "duplicate",
        "conflict conflict",
        "rejected malformed",
    ];
    assert_eq!(statuses(&reply), expected);
    assert_eq!(shop.popularity().await, [format!("{} | 300000 | 1 | 0 | 0 | 0 | 0", product(0))]);
    // and a batch of bad ones only is refused with the same results
    let reply = import(&mut importer, &items[1..3]).await;
    assert_eq!((reply.status, statuses(&reply)), (400, expected[1..3].iter().map(|text| (*text).to_owned()).collect()));
}

#[tokio::test]
async fn an_item_whose_effect_postgres_refuses_is_found_and_not_stored() {
    let shop = Shop::open().await;
    shop.database
        .execute(&format!(
            "ALTER TABLE analytic.product_popularity ADD CONSTRAINT no_such_product CHECK (id <> '{}')",
            product(5)
        ))
        .await;
    let mut importer = start_importer(&shop).await;
    let reply = import(&mut importer, &old_views(9, 9)).await;
    let mut expected = vec!["accepted"; 9];
    expected[5] = "rejected invalid_metadata";
    assert_eq!(statuses(&reply), expected);
    assert_eq!(shop.database.number(LOGGED).await, 8);
    shop.assert_all_scored_exactly().await;
    assert_eq!(shop.database.rows(OWED).await, ["catalog | 8"]);
}

#[tokio::test]
async fn only_the_shops_own_services_import() {
    let shop = Shop::open().await;
    let mut importer = start_importer(&shop).await;
    let items = old_views(1, 1);
    for (event, refusal) in [
        (request(&items).event(), "403 forbidden: the token needs the scope analytic/trusted"),
        (request(&items).account(product(99)).event(), "403 forbidden: the token needs the scope analytic/trusted"),
        (
            HttpEvent::new("POST", ROUTE).body(json!({ "interactions": items }).to_string()).event(),
            "401 unauthorized: a bearer token is required",
        ),
    ] {
        assert_eq!(HttpReply::of(&importer.invoke(&event).await.answer()).refusal(), refusal);
    }
    assert_eq!(shop.database.number(LOGGED).await, 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn imports_and_scorers_at_once_on_the_same_products_never_deadlock_and_add_up() {
    let shop = Shop::open().await;
    let mut random = ChaCha8Rng::seed_from_u64(7);
    let live: Vec<_> = (0..1_500).map(|_| ("add_to_cart", product(random.random_range(0..25)))).collect();
    let ids = shop.record(&live).await;
    let mut running = Vec::new();
    // when: two imports and two scorers, each on all products in a different order
    for _ in 0..2 {
        let mut importer = start_importer(&shop).await;
        let mut items = old_views(3_000, 25);
        items.shuffle(&mut random);
        running.push(tokio::spawn(async move {
            for batch in items.chunks(500) {
                assert_eq!(counts(&import(&mut importer, batch).await), [500, 0, 0]);
            }
            importer
        }));
    }
    for share in ids.chunks(750) {
        let (mut scorer, mut share) = (shop.start_scorer().await, share.to_vec());
        share.shuffle(&mut random);
        running.push(tokio::spawn(async move {
            for batch in share.chunks(50) {
                assert_eq!(scorer.invoke(&hints(batch)).await, all_done());
            }
            scorer
        }));
    }
    let mut functions = Vec::new();
    for function in running {
        functions.push(function.await.unwrap());
    }
    // then
    let sums = "SELECT sum(view_count), sum(cart_count), sum(score_micros) FROM analytic.product_popularity";
    assert_eq!(shop.database.rows(sums).await, ["6000 | 1500 | 2550000000"]);
    shop.assert_all_scored_exactly().await;
    assert_eq!(shop.deadlocks(functions).await, 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_same_import_twice_at_once_is_stored_and_scored_once() {
    let shop = Shop::open().await;
    let (mut one, mut two) = (start_importer(&shop).await, start_importer(&shop).await);
    let mut random = ChaCha8Rng::seed_from_u64(8);
    for _ in 0..5 {
        let items = old_views(300, 11);
        let mut other = items.clone();
        other.shuffle(&mut random);
        let (first, second) = tokio::join!(import(&mut one, &items), import(&mut two, &other));
        let sum = |place: usize| counts(&first)[place].as_i64().unwrap() + counts(&second)[place].as_i64().unwrap();
        assert_eq!([sum(0), sum(1), sum(2)], [300, 300, 0]);
    }
    assert_eq!(shop.database.number(LOGGED).await, 1_500);
    shop.assert_all_scored_exactly().await;
    assert_eq!(shop.deadlocks(vec![one, two]).await, 0);
}

#[tokio::test]
async fn killed_at_any_moment_and_asked_again_each_event_is_stored_and_scored_once() {
    let shop = Shop::open().await;
    let mut random = ChaCha8Rng::seed_from_u64(9);
    let mut importer = start_importer(&shop).await;
    let started = std::time::Instant::now();
    assert_eq!(counts(&import(&mut importer, &old_views(100, 5)).await), [100, 0, 0]);
    let longest = started.elapsed() * 3 / 2;
    for round in 1..=10 {
        let items = old_views(100, 5);
        let mut victim = start_importer(&shop).await;
        let said = victim.begin(&by_service(&items));
        tokio::time::sleep(longest.mul_f64(random.random())).await;
        victim.kill().await;
        drop(said);
        // whatever is committed is scored, at every instant
        assert_eq!(shop.database.number(UNSCORED).await, 0, "round {round}");
        assert_eq!(import(&mut importer, &items).await.status, 200, "round {round}");
        assert_eq!(shop.database.number(LOGGED).await, 100 + round * 100);
    }
    shop.assert_all_scored_exactly().await;
}

#[tokio::test]
async fn a_commit_whose_answer_is_lost_is_unavailable_and_then_duplicate() {
    let shop = Shop::open().await;
    let (proxy, url) = TestProxy::of_url(shop.database.url()).await;
    let mut importer = shop.start("import-interactions", &[("DATABASE_URL", &url)]).await;
    assert_eq!(counts(&import(&mut importer, &old_views(1, 1)).await), [1, 0, 0]);
    let items = old_views(10, 3);
    // when
    proxy.set_trap("COMMIT", testkit::Moment::Answered, || {});
    let reply = import(&mut importer, &items).await;
    // then
    assert_eq!(reply.refusal(), "503 unavailable: the log cannot be reached; send the request again");
    assert!(proxy.has_sprung());
    assert_eq!(counts(&import(&mut importer, &items).await), [0, 10, 0]);
    shop.assert_all_scored_exactly().await;
}

#[tokio::test]
async fn an_sqs_that_never_answers_holds_the_import_up_for_a_moment_only() {
    let shop = Shop::open().await;
    let sqs = TestServer::start(|_| std::future::pending()).await;
    let variables = [("AWS_ENDPOINT_URL_SQS", sqs.url()), ("SEND_TIMEOUT_MS", "300")];
    let mut importer = shop.start("import-interactions", &variables).await;
    let items = old_views(1_000, 5);
    let said = tokio::time::timeout(Duration::from_secs(5), importer.invoke(&by_service(&items))).await;
    let Ok(Invoked::Answered(answer)) = said else { panic!("{said:?}") };
    assert_eq!(counts(&HttpReply::of(&answer)), [1_000, 0, 0]);
    let calls = sqs.requests().len();
    assert!((10..30).contains(&calls), "{calls}: one round of ten calls with their repetitions, and then no more");
    assert_eq!(shop.database.rows(OWED).await, ["catalog | 1000"]);
    shop.assert_all_scored_exactly().await;
}
