//! Every sample in events/ is given to the shipped binary once, with this outcome.
//!
//! A new sample shows up here as a difference: its outcome has to be reviewed and added.

use serde_json::Value;
use testkit::HttpReply;
use testkit::template::function_folders;

use super::samples;
use super::stage::Stage;

/// Runs all samples of a function, each on a stage of its own, and writes one line for each.
async fn outcomes(folder: &str, set: impl AsyncFn() -> Stage, tell: impl AsyncFn(&Stage, Value) -> String) -> String {
    let mut lines = String::new();
    for sample in sorted(folder) {
        let stage = set().await;
        lines += &outcome(folder, &stage, sample, &tell).await;
        stage.feed.delete().await;
    }
    lines
}

/// The same on one stage, for a function that changes nothing there.
async fn outcomes_on(stage: Stage, folder: &str, tell: impl AsyncFn(&Stage, Value) -> String) -> String {
    let mut lines = String::new();
    for sample in sorted(folder) {
        lines += &outcome(folder, &stage, sample, &tell).await;
    }
    stage.feed.delete().await;
    lines
}

fn sorted(folder: &str) -> Vec<(String, String)> {
    let mut samples = samples(folder);
    samples.sort();
    samples
}

async fn outcome(
    folder: &str,
    stage: &Stage,
    (case, event): (String, String),
    tell: &impl AsyncFn(&Stage, Value) -> String,
) -> String {
    let answer = stage.run(folder, &event).await;
    format!("{case}: {}\n", tell(stage, answer).await)
}

/// Writes an HTTP answer: the status, then what was accepted, duplicate and rejected, or the rows, or the code.
async fn http(stage: &Stage, answer: Value) -> String {
    let reply = HttpReply::of(&answer);
    let body = reply.json();
    let said = match (body.pointer("/error/code"), body.pointer("/data/accepted")) {
        (Some(code), _) => code.as_str().unwrap().to_owned(),
        (_, Some(_)) => {
            format!("{} {} {}", body["data"]["accepted"], body["data"]["duplicate"], body["data"]["rejected"])
        }
        _ => format!("{} rows", body["data"].as_array().map_or(1, Vec::len)),
    };
    let stored = stage.database.number("SELECT count(*) FROM analytic.interaction").await;
    let hints = stage.popularity_queue.depth().await + stage.catalog_queue.depth().await;
    format!("{} {said}, {stored} stored, {hints} hints", reply.status)
}

/// Writes the answer of accept-events: the status, what was accepted, rejected and unavailable or the code, and how many
/// messages the queue got.
async fn accepted(stage: &Stage, answer: Value) -> String {
    let reply = HttpReply::of(&answer);
    let body = reply.json();
    let said = match (body.pointer("/error/code"), &body["data"]) {
        (Some(code), _) => code.as_str().unwrap().to_owned(),
        (_, data) => format!("{} {} {}", data["accepted"], data["rejected"], data["unavailable"]),
    };
    format!("{} {said}, {} messages", reply.status, stage.order_events_queue.depth().await)
}

/// Checks that nothing is redelivered, and counts what was moved to the dead-letter queue.
async fn settled(stage: &Stage, answer: &Value) -> usize {
    assert_eq!(answer["batchItemFailures"], serde_json::json!([]));
    let dead = stage.dead_letters.drain_dead_letters().await;
    assert!(dead.iter().all(|letter| letter.starts_with("unreadable ")), "{dead:?}");
    dead.len()
}

/// Writes the answer of send-alerts: the dead letters, what is left to send, and what the webhook heard.
async fn alerts(stage: &Stage, answer: Value) -> String {
    let dead = settled(stage, &answer).await;
    let pending = stage.database.number("SELECT count(*) FROM analytic.pending_alert").await;
    let requests = stage.webhook.requests();
    let mut heard: Vec<_> =
        requests.iter().map(|request| &request.headers["idempotency-key"].to_str().unwrap()[32..]).collect();
    heard.sort_unstable();
    format!("dead {dead}, pending {pending}, heard {heard:?}")
}

/// Writes a consumer's answer: the dead letters, and what is left to do.
async fn batch(stage: &Stage, answer: Value) -> String {
    let dead = settled(stage, &answer).await;
    let pending = "SELECT sink, count(*) FROM analytic.pending GROUP BY sink ORDER BY sink";
    let views = stage.database.rows("SELECT view_count FROM analytic.product_popularity").await.concat();
    let pending = stage.database.rows(pending).await.join(", ");
    let fed = stage.feed.ids().await;
    format!("dead {dead}, pending {pending}, views {views:?}, feed {fed:?}")
}

#[tokio::test]
async fn samples_of_record_interactions() {
    let lines = outcomes("record-interactions", Stage::set, http).await;
    insta::assert_snapshot!(lines, @r#"
    accepted: 200 3 0 0, 3 stored, 6 hints
    empty-batch: 400 validation, 0 stored, 0 hints
    forbidden-event: 400 validation, 0 stored, 0 hints
    foreign-account: 403 foreign_account, 0 stored, 0 hints
    guest: 200 2 0 0, 2 stored, 4 hints
    guest-forbidden-event: 200 1 0 1, 1 stored, 2 hints
    guest-without-session: 400 validation, 0 stored, 0 hints
    mixed-batch: 200 3 1 8, 3 stored, 6 hints
    not-json: 400 validation, 0 stored, 0 hints
    over-the-limit: 400 validation, 0 stored, 0 hints
    spoofed-headers: 200 1 0 0, 1 stored, 2 hints
    trusted-purchase: 200 1 0 0, 1 stored, 2 hints
    "#);
}

#[tokio::test]
async fn samples_of_import_interactions() {
    let lines = outcomes("import-interactions", Stage::set, async |stage: &Stage, answer| {
        let pending = "SELECT sink, count(*) FROM analytic.pending GROUP BY sink ORDER BY sink";
        let pending = stage.database.rows(pending).await.join(", ");
        format!("{}, pending {pending}", http(stage, answer).await).trim_end().to_owned()
    })
    .await;
    insta::assert_snapshot!(lines, @r#"
    accepted: 200 3 0 0, 3 stored, 3 hints, pending catalog | 3
    all-refused: 400 validation, 0 stored, 0 hints, pending
    empty-batch: 400 validation, 0 stored, 0 hints, pending
    mixed-batch: 200 1 0 6, 1 stored, 1 hints, pending catalog | 1
    not-json: 400 validation, 0 stored, 0 hints, pending
    not-trusted: 403 forbidden, 0 stored, 0 hints, pending
    over-the-limit: 400 validation, 0 stored, 0 hints, pending
    same-event-twice: 200 1 1 0, 1 stored, 1 hints, pending catalog | 1
    "#);
}

#[tokio::test]
async fn samples_of_accept_events() {
    let lines = outcomes("accept-events", Stage::set, accepted).await;
    insta::assert_snapshot!(lines, @r#"
    all-refused: 400 validation, 0 messages
    analytics: 200 2 0 0, 2 messages
    empty-batch: 400 validation, 0 messages
    lifecycle: 200 2 0 0, 2 messages
    mixed-batch: 200 2 8 0, 2 messages
    not-json: 400 validation, 0 messages
    not-trusted: 403 forbidden, 0 messages
    over-the-limit: 400 validation, 0 messages
    same-event-twice: 200 2 0 0, 2 messages
    "#);
}

/// Writes the answer of manage-people: the status, whether it is complete, or the code, and how many erasures are noted.
async fn person(stage: &Stage, answer: Value) -> String {
    let reply = HttpReply::of(&answer);
    let body = reply.json();
    let said = match (body.pointer("/error/code"), &body["data"]) {
        (Some(code), _) => code.as_str().unwrap().to_owned(),
        (_, data) if data["complete"] == true => "complete".to_owned(),
        (_, data) => format!("version {}", data["version"]),
    };
    let erasures = stage.database.number("SELECT count(*) FROM analytic.erasure").await;
    format!("{} {said}, {erasures} erasures", reply.status)
}

#[tokio::test]
async fn samples_of_manage_people() {
    let lines = outcomes("manage-people", Stage::set, person).await;
    insta::assert_snapshot!(lines, @r#"
    erase: 200 complete, 1 erasures
    erase-nobody-named: 400 validation, 0 erasures
    erase-not-trusted: 403 forbidden, 0 erasures
    export: 200 version 1, 0 erasures
    export-two-names: 400 validation, 0 erasures
    "#);
}

#[tokio::test]
async fn samples_of_answer_queries() {
    let lines = outcomes_on(Stage::set().await.with_a_score().await, "answer-queries", http).await;
    insta::assert_snapshot!(lines, @r#"
    alerts: 200 0 rows, 0 stored, 0 hints
    alerts-not-admin: 403 forbidden, 0 stored, 0 hints
    bad-product-id: 400 validation, 0 stored, 0 hints
    daily-revenue: 200 1 rows, 0 stored, 0 hints
    event-counts: 200 1 rows, 0 stored, 0 hints
    explain: 200 1 rows, 0 stored, 0 hints
    flow: 200 1 rows, 0 stored, 0 hints
    health: 200 1 rows, 0 stored, 0 hints
    history: 200 1 rows, 0 stored, 0 hints
    one-product: 200 1 rows, 0 stored, 0 hints
    order-counts: 200 1 rows, 0 stored, 0 hints
    payment-methods: 200 1 rows, 0 stored, 0 hints
    products: 200 1 rows, 0 stored, 0 hints
    recommendation-results: 200 1 rows, 0 stored, 0 hints
    sales-categories: 200 1 rows, 0 stored, 0 hints
    sales-customer-segments: 200 1 rows, 0 stored, 0 hints
    sales-months: 200 1 rows, 0 stored, 0 hints
    sales-months-not-admin: 403 forbidden, 0 stored, 0 hints
    sales-orders: 200 0 rows, 0 stored, 0 hints
    sales-top-products: 200 1 rows, 0 stored, 0 hints
    sales-windows: 200 1 rows, 0 stored, 0 hints
    sales-windows-of-another: 403 forbidden, 0 stored, 0 hints
    sales-windows-too-many: 400 validation, 0 stored, 0 hints
    seller-dashboard: 200 1 rows, 0 stored, 0 hints
    seller-dashboard-bad-range: 400 validation, 0 stored, 0 hints
    several-products: 200 1 rows, 0 stored, 0 hints
    shop-dashboard: 200 1 rows, 0 stored, 0 hints
    shop-dashboard-not-admin: 403 forbidden, 0 stored, 0 hints
    top: 200 1 rows, 0 stored, 0 hints
    top-bad-cursor: 400 validation, 0 stored, 0 hints
    top-bad-limit: 400 validation, 0 stored, 0 hints
    top-changed-since: 200 1 rows, 0 stored, 0 hints
    top-cursor: 200 1 rows, 0 stored, 0 hints
    top-page: 200 0 rows, 0 stored, 0 hints
    unknown-product: 404 not_found, 0 stored, 0 hints
    unknown-route: 404 not_found, 0 stored, 0 hints
    untracked-event: 404 not_found, 0 stored, 0 hints
    user-counts: 200 1 rows, 0 stored, 0 hints
    wrong-method: 405 method_not_allowed, 0 stored, 0 hints
    "#);
}

#[tokio::test]
async fn samples_of_recommend() {
    let lines = outcomes_on(Stage::set().await, "recommend", http).await;
    insta::assert_snapshot!(lines, @r#"
    add-rule: 201 1 rows, 0 stored, 0 hints
    add-rule-bad-factor: 400 validation, 0 stored, 0 hints
    buy-again: 200 1 rows, 0 stored, 0 hints
    for-account: 200 1 rows, 0 stored, 0 hints
    for-cart: 200 1 rows, 0 stored, 0 hints
    for-cart-empty: 400 validation, 0 stored, 0 hints
    for-product: 200 1 rows, 0 stored, 0 hints
    for-product-bad-kind: 400 validation, 0 stored, 0 hints
    for-session: 200 1 rows, 0 stored, 0 hints
    remove-unknown-rule: 404 not_found, 0 stored, 0 hints
    rules: 200 1 rows, 0 stored, 0 hints
    rules-not-admin: 403 forbidden, 0 stored, 0 hints
    "#);
}

#[tokio::test]
async fn samples_of_the_consumers() {
    let mut lines = String::new();
    for folder in ["update-popularity", "update-catalog"] {
        lines += &format!("{folder}\n");
        lines += &outcomes(folder, async || Stage::set().await.with_three_views().await, batch).await;
    }
    insta::assert_snapshot!(lines, @r#"
    update-popularity
    batch: dead 0, pending catalog | 3, views "3", feed []
    same-id-twice: dead 0, pending catalog | 3, popularity | 1, views "2", feed []
    unknown-id: dead 0, pending catalog | 3, popularity | 3, views "", feed []
    with-unreadable: dead 3, pending catalog | 3, popularity | 1, views "2", feed []
    update-catalog
    batch: dead 0, pending popularity | 3, views "", feed [1001, 1002, 1003]
    same-id-twice: dead 0, pending catalog | 1, popularity | 3, views "", feed [1001, 1002]
    unknown-id: dead 0, pending catalog | 3, popularity | 3, views "", feed []
    with-unreadable: dead 3, pending catalog | 1, popularity | 3, views "", feed [1001, 1003]
    "#);
}

#[tokio::test]
async fn samples_of_send_alerts() {
    let lines = outcomes("send-alerts", async || Stage::set().await.with_three_findings().await, alerts).await;
    insta::assert_snapshot!(lines, @r#"
    batch: dead 0, pending 0, heard ["1001", "1002", "1003"]
    same-id-twice: dead 0, pending 1, heard ["1001", "1002"]
    unknown-id: dead 0, pending 2, heard ["1001"]
    with-unreadable: dead 3, pending 1, heard ["1001", "1003"]
    "#);
}

/// Writes the answer of project-orders: the dead letters, the orders, and which interactions were derived.
async fn orders(stage: &Stage, answer: Value) -> String {
    let dead = settled(stage, &answer).await;
    let orders = "SELECT order_id, status, paid_minor, refund_minor FROM analytic.sales_order ORDER BY order_id";
    let orders = stage.database.rows(orders).await.join("; ");
    let derived = "SELECT event_type, count(*) FROM analytic.interaction GROUP BY event_type ORDER BY event_type";
    let derived = stage.database.rows(derived).await.join(", ");
    format!("dead {dead}, orders [{orders}], derived [{derived}]")
}

#[tokio::test]
async fn samples_of_project_orders() {
    let lines = outcomes("project-orders", Stage::set, orders).await;
    insta::assert_snapshot!(lines, @r#"
    analytics: dead 0, orders [order-1002 | paid | 3980 | 0], derived [checkout_started | 1, purchase | 1]
    cancelled-before-created: dead 0, orders [order-1001 | cancelled | 4480 | 4480], derived [cancel_order | 2, checkout_started | 2, purchase | 2]
    lifecycle: dead 0, orders [order-1001 | returned | 4480 | 500], derived [checkout_started | 2, purchase | 2, rating_high | 1, write_review | 1]
    with-unreadable: dead 3, orders [order-1001 | paid | 4480 | 0], derived []
    "#);
}

#[tokio::test]
async fn samples_of_what_runs_by_itself() {
    let mut lines = String::new();
    for folder in ["migrate", "judge-carts", "maintain-partitions", "resend-pending", "rank-products"] {
        let answer = async |_: &Stage, mut answer: Value| {
            // How many days are still missing depends on when the template of the test databases was made.
            if let Some(created) = answer.get_mut("partitions_created") {
                assert!(created.as_u64() >= Some(6), "{created}");
                created.take();
            }
            answer.to_string()
        };
        lines += &outcomes(folder, async || Stage::set().await.with_three_views().await, answer).await;
    }
    insta::assert_snapshot!(lines, @r#"
    deploy: {"applied":[]}
    daily: {"carts_left":0}
    daily: {"activity_folded":0,"actor_days_pruned":0,"clicks_pruned":0,"conservation":{"applied":0,"parked":0,"stored":3,"waiting":3},"default_partition_rows":0,"guest_quotas_pruned":0,"keys_pruned":0,"network_days_pruned":0,"partitions_created":null,"partitions_indexed":0,"related_pruned":0,"visits_pruned":0}
    tick: {"claimed":6,"failed":0,"sent":6}
    tick: {"computed":0,"findings":0,"generation":1,"pruned":0,"written":0}
    "#);
}

#[tokio::test]
async fn samples_of_probe_api() {
    let lines = outcomes("probe-api", Stage::set, async |stage: &Stage, answer: Value| {
        assert!(answer["seconds"].as_f64().is_some_and(|seconds| seconds < 20.0), "{answer}");
        let requests = stage.api.requests();
        let sent: Vec<_> = requests.iter().map(|request| format!("{} {}", request.method, request.target)).collect();
        sent.join(", ")
    })
    .await;
    insta::assert_snapshot!(lines, @"tick: GET /api/v1/analytic/popularity/shopsignal-probe/explain, POST /api/v1/analytic/guest/interaction, GET /api/v1/analytic/popularity/shopsignal-probe/explain");
}

#[test]
fn every_function_is_run_here() {
    let run = [
        "accept-events",
        "answer-queries",
        "import-interactions",
        "judge-carts",
        "maintain-partitions",
        "manage-people",
        "migrate",
        "probe-api",
        "project-orders",
        "rank-products",
        "recommend",
        "record-interactions",
        "resend-pending",
        "send-alerts",
        "update-catalog",
        "update-popularity",
    ];
    assert_eq!(function_folders().unwrap().into_iter().collect::<Vec<_>>(), run);
}
