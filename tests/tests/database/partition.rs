//! maintain-partitions: coming days get their partition, old event ids are pruned, interactions are not.

use cross_tests::shop::{Shop, hints, product};
use serde_json::{Value, json};
use testkit::{Function, interaction};

/// The partitions, as days from today.
const DAYS: &str = "SELECT to_date(right(inhrelid::regclass::text, 8), 'YYYYMMDD') - (now() AT TIME ZONE 'UTC')::date
    FROM pg_inherits WHERE inhparent = 'analytic.interaction'::regclass
    AND inhrelid <> 'analytic.interaction_default'::regclass ORDER BY 1";

pub(crate) async fn start(shop: &Shop, ahead: &str) -> Function {
    let variables = [("PARTITIONS_AHEAD_DAYS", ahead), ("KEY_RETENTION_DAYS", "30"), ("VISIT_RETENTION_DAYS", "90")];
    shop.start("maintain-partitions", &variables).await
}

pub(crate) async fn maintain(shop: &Shop, ahead: &str) -> Value {
    start(shop, ahead).await.invoke(&json!({})).await.answer()
}

/// Writes an interaction as if it had arrived days from now, and returns its id.
async fn arrived(shop: &Shop, days: i32) -> i64 {
    let id = shop.record(&[("view", product(1))]).await[0];
    for table in ["interaction_key", "pending"] {
        let id_column = format!(
            "UPDATE analytic.{table} SET date_created = now() + interval '{days} days' WHERE interaction_id = {id}"
        );
        shop.database.execute(&id_column).await;
    }
    shop.database
        .execute(&format!(
            "UPDATE analytic.interaction SET date_created = now() + interval '{days} days' WHERE id = {id}"
        ))
        .await;
    id
}

async fn partition_of(shop: &Shop, id: i64) -> String {
    let partition = format!(
        "SELECT CASE tableoid WHEN 'analytic.interaction_default'::regclass THEN 'default' ELSE 'day' END
         FROM analytic.interaction WHERE id = {id}"
    );
    shop.database.rows(&partition).await.concat()
}

#[tokio::test]
async fn the_days_ahead_get_their_partition_once() {
    let shop = Shop::open().await;
    let missing = |answer: &Value| answer["partitions_created"].as_i64().unwrap();
    let there = i64::try_from(shop.database.rows(DAYS).await.len()).unwrap();
    let answer = maintain(&shop, "12").await;
    let days = shop.database.rows(DAYS).await;
    let wanted: Vec<_> = (0..=12).map(|day| day.to_string()).collect();
    assert!(wanted.iter().all(|day| days.contains(day)), "{days:?}");
    assert_eq!(missing(&answer), i64::try_from(days.len()).unwrap() - there);
    assert!(missing(&answer) >= 5);
    assert_eq!(
        maintain(&shop, "12").await,
        json!({
            "partitions_created": 0, "partitions_indexed": 0, "default_partition_rows": 0, "keys_pruned": 0,
            "guest_quotas_pruned": 0, "activity_folded": 0, "actor_days_pruned": 0,
            "visits_pruned": 0, "related_pruned": 0, "clicks_pruned": 0, "network_days_pruned": 0,
            "conservation": { "stored": 0, "applied": 0, "waiting": 0, "parked": 0 },
        })
    );
    assert_eq!(shop.database.rows(DAYS).await, days);
}

#[tokio::test]
async fn rows_that_came_before_their_partition_are_moved_into_it() {
    let shop = Shop::open().await;
    let (early, last, other) = (arrived(&shop, 10).await, arrived(&shop, 11).await, arrived(&shop, 400).await);
    let all = "SELECT id, event_id, event_type, ref_id, date_created FROM analytic.interaction ORDER BY id";
    let before = shop.database.rows(all).await;
    assert_eq!(partition_of(&shop, early).await, "default");
    // when
    let answer = maintain(&shop, "11").await;
    // then
    assert_eq!(answer["default_partition_rows"], 1, "the day of the last is not yet made");
    assert_eq!(partition_of(&shop, early).await, "day");
    assert_eq!(partition_of(&shop, last).await, "day");
    assert_eq!(partition_of(&shop, other).await, "default");
    assert_eq!(shop.database.rows(all).await, before, "nothing is lost, doubled or changed");
    shop.start_scorer().await.invoke(&hints(&[early, last, other])).await.answer();
    shop.assert_all_scored_exactly().await;
}

#[tokio::test]
async fn event_ids_beyond_the_horizon_are_forgotten_and_no_interaction_is() {
    let shop = Shop::open().await;
    let (old, older, young) = (arrived(&shop, -31).await, arrived(&shop, -300).await, arrived(&shop, -29).await);
    let fresh = shop.record(&[("view", product(1))]).await[0];
    let answer = maintain(&shop, "2").await;
    assert_eq!(answer["keys_pruned"], 2);
    let keys = "SELECT interaction_id FROM analytic.interaction_key ORDER BY 1";
    assert_eq!(shop.database.rows(keys).await, [young.to_string(), fresh.to_string()]);
    let log = "SELECT id FROM analytic.interaction ORDER BY id";
    assert_eq!(shop.database.rows(log).await, [old, older, young, fresh].map(|id| id.to_string()));
    assert_eq!(shop.database.number("SELECT count(*) FROM analytic.pending").await, 8, "what is owed stays owed");
    assert_eq!(maintain(&shop, "2").await["keys_pruned"], 0);
}

#[tokio::test]
async fn more_old_event_ids_than_one_statement_takes_are_all_forgotten() {
    let shop = Shop::open().await;
    shop.database
        .execute(
            "INSERT INTO analytic.interaction_key (event_id, origin, fingerprint, interaction_id, date_created)
             SELECT gen_random_uuid(), gen_random_uuid(), '', n, now() - interval '40 days' FROM generate_series(1, 25000) AS n",
        )
        .await;
    assert_eq!(maintain(&shop, "2").await["keys_pruned"], 25_000);
}

#[tokio::test]
async fn networks_of_guests_that_sent_nothing_for_an_hour_are_forgotten() {
    let shop = Shop::open().await;
    shop.database
        .execute(
            "INSERT INTO analytic.guest_quota SELECT 'old ' || n, now() - interval '61 minutes', 1 FROM generate_series(1, 12000) AS n;
             INSERT INTO analytic.guest_quota VALUES ('young', now() - interval '59 minutes', 1)",
        )
        .await;
    assert_eq!(maintain(&shop, "2").await["guest_quotas_pruned"], 12_000);
    assert_eq!(shop.database.rows("SELECT network FROM analytic.guest_quota").await, ["young"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_runs_at_once_under_recording_lose_nothing() {
    let shop = Shop::open().await;
    // given: days without partition that have rows already
    for day in 9..13 {
        arrived(&shop, day).await;
    }
    let (mut one, mut two) = (start(&shop, "40").await, start(&shop, "40").await);
    let store = shop.database.store();
    let recording = async {
        let mut recorded = 0;
        for _ in 0..40 {
            let items = [interaction("view", &product(1).to_string())];
            let submission = store::interaction::Submission::TRUSTED;
            recorded += store::interaction::record(&store, &items, &submission).await.unwrap().len();
        }
        recorded
    };
    let tick = json!({});
    let (first, second, recorded) = tokio::join!(one.invoke(&tick), two.invoke(&tick), recording);
    let created = |said: testkit::Invoked| said.answer()["partitions_created"].as_i64().unwrap();
    assert_eq!(created(first) + created(second), 33);
    let log = shop.database.number("SELECT count(*) FROM analytic.interaction").await;
    assert_eq!(usize::try_from(log).unwrap(), recorded + 4);
    assert_eq!(shop.database.number("SELECT count(*) FROM ONLY analytic.interaction_default").await, 0);
}

#[tokio::test]
async fn days_that_are_over_lead_from_a_person_to_their_rows_and_today_stays_fast_to_write() {
    let shop = Shop::open().await;
    shop.database
        .execute("SELECT analytic.ensure_interaction_partition((now() AT TIME ZONE 'UTC')::date - ago) FROM generate_series(1, 3) AS ago")
        .await;
    let indexed = "SELECT (now() AT TIME ZONE 'UTC')::date - to_date(substr(tablename, 13), 'YYYYMMDD') AS ago, count(*)
        FROM pg_indexes WHERE schemaname = 'analytic' AND (indexname LIKE '%_account_idx' OR indexname LIKE '%_session_idx')
        AND tablename LIKE 'interaction_2%' GROUP BY 1 ORDER BY 1";
    assert_eq!(maintain(&shop, "2").await["partitions_indexed"], 3);
    assert_eq!(shop.database.rows(indexed).await, ["1 | 2", "2 | 2", "3 | 2"]);
    assert_eq!(maintain(&shop, "2").await["partitions_indexed"], 0);
    let plan = "SET enable_seqscan = off; EXPLAIN SELECT id FROM analytic.interaction WHERE date_created < now() - interval '1 day'
        AND (account_id = ANY('{0192e4a0-0000-7000-8000-000000000001}'::uuid[]) OR account_id IS NULL AND session_id = ANY('{s}'))";
    let plan = shop.database.rows(plan).await.join("\n");
    assert!(plan.contains("_account_idx") && plan.contains("_session_idx"), "{plan}");
}
