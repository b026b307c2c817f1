//! The rules with which a shop corrects its recommendations.

use serde_json::{Value, json};
use testkit::HttpEvent;

use crate::stage::{PRODUCT, RULES, Stage, as_admin, ids, reasons};

/// A shop in which b, c and d are seen with a, in this order.
async fn shop() -> Stage {
    let mut stage = Stage::set().await;
    for (times, partner) in [(9, "b"), (4, "c"), (1, "d")] {
        stage.visits(times, &["a", partner]).await;
    }
    stage.announce(&[("b", "shoes", "s-1"), ("c", "hats", "s-2"), ("d", "hats", "s-1"), ("new", "hats", "s-3")]).await;
    stage
}

fn rule(action: &str, target: &str, id: &str, more: Value) -> Value {
    let mut rule = json!({ "action": action, "target": target, "target_id": id, "reason": "summer" });
    rule.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    rule
}

async fn beside_a(stage: &mut Stage) -> Vec<String> {
    ids(&stage.get(&format!("{PRODUCT}/a")).await)
}

#[tokio::test]
async fn a_product_is_pinned_to_its_position_where_the_rule_says() {
    let mut stage = shop().await;
    stage.rule(rule("pin", "product", "new", json!({ "position": 2, "placement": "viewed" }))).await;
    let reply = stage.get(&format!("{PRODUCT}/a")).await;
    assert_eq!(reasons(&reply), ["b similar a", "new pinned", "c similar a", "d similar a"]);
    assert_eq!(ids(&stage.cart(&["a"], "").await), ["b", "c", "d"], "another placement");
    // A pin gives way to what is never shown.
    assert_eq!(ids(&stage.get(&format!("{PRODUCT}/a?exclude=new")).await), ["b", "c", "d"]);
    stage.database.execute("UPDATE analytic.product SET available = false WHERE product_id = 'new'").await;
    assert_eq!(beside_a(&mut stage).await, ["b", "c", "d"]);
    // On which page it is follows from its position, and it is on one only.
    stage.database.execute("UPDATE analytic.product SET available = true").await;
    let first = stage.get(&format!("{PRODUCT}/a?limit=1")).await;
    let cursor = crate::stage::next(&first).unwrap();
    assert_eq!(ids(&first), ["b"]);
    assert_eq!(ids(&stage.get(&format!("{PRODUCT}/a?limit=3&cursor={cursor}")).await), ["new", "c", "d"]);
}

#[tokio::test]
async fn scores_are_boosted_and_buried_and_what_is_excluded_is_gone() {
    let mut stage = shop().await;
    let boost = stage.rule(rule("boost", "category", "hats", json!({ "factor": 1000 }))).await;
    assert_eq!(beside_a(&mut stage).await, ["c", "d", "b"]);
    stage.rule(rule("bury", "product", "c", json!({ "factor": 0.001 }))).await;
    assert_eq!(beside_a(&mut stage).await, ["d", "b", "c"], "factors multiply");
    let exclude = stage.rule(rule("exclude", "seller", "s-1", json!({}))).await;
    assert_eq!(beside_a(&mut stage).await, ["c"]);
    for id in [boost, exclude] {
        assert_eq!(stage.send(&as_admin("DELETE", &format!("{RULES}/{id}"))).await.status, 204);
    }
    assert_eq!(beside_a(&mut stage).await, ["b", "d", "c"]);
}

#[tokio::test]
async fn a_rule_holds_between_its_dates() {
    let mut stage = shop().await;
    stage.rule(rule("exclude", "product", "b", json!({ "starts_at": "2199-01-01T00:00:00Z" }))).await;
    assert_eq!(beside_a(&mut stage).await, ["b", "c", "d"], "to come");
    let dates = json!({ "starts_at": "2020-01-01T00:00:00Z", "ends_at": "2198-01-01T00:00:00+01:00" });
    stage.rule(rule("exclude", "product", "b", dates)).await;
    assert_eq!(beside_a(&mut stage).await, ["c", "d"]);
    stage.database.execute("UPDATE analytic.merchandising_rule SET ends_at = now() WHERE ends_at < 'infinity'").await;
    assert_eq!(beside_a(&mut stage).await, ["b", "c", "d"], "over");
    let listed = stage.send(&as_admin("GET", RULES)).await.json();
    assert_eq!(listed["data"].as_array().unwrap().len(), 1, "what is over is not listed: {listed}");
}

#[tokio::test]
async fn each_rule_says_who_decided_it_and_why_also_when_it_is_removed() {
    let mut stage = Stage::set().await;
    let id = stage.rule(rule("pin", "product", "p", json!({ "position": 1 }))).await;
    let listed = stage.send(&as_admin("GET", RULES)).await.json();
    let listed = &listed["data"][0];
    let expected = json!({ "id": id, "action": "pin", "target": "product", "target_id": "p", "placement": null, "position": 1,
        "factor": null, "starts_at": listed["starts_at"], "ends_at": null, "reason": "summer", "created_by": "admin-1",
        "date_created": listed["date_created"] });
    assert_eq!(listed, &expected);
    let path = format!("{RULES}/{id}");
    assert_eq!(stage.send(&as_admin("DELETE", &path)).await.status, 204);
    let again = stage.send(&as_admin("DELETE", &path)).await.refusal();
    assert_eq!(again, "404 not_found: no rule with this id is in force or to come");
    let rows = "SELECT created_by, reason, removed_by, date_removed IS NOT NULL FROM analytic.merchandising_rule";
    assert_eq!(stage.database.rows(rows).await, ["admin-1 | summer | admin-1 | t"]);
    assert_eq!(stage.send(&as_admin("GET", RULES)).await.json()["data"], json!([]));
}

#[tokio::test]
async fn the_same_rule_twice_and_too_many_are_refused() {
    let mut stage = Stage::set().await;
    let boost = rule("boost", "product", "p", json!({ "factor": 2 }));
    let id = stage.rule(boost.clone()).await;
    let twice = stage.send(&as_admin("POST", RULES).body(boost.to_string())).await.refusal();
    assert_eq!(twice, format!("409 conflict: rule {id} does the same at the same place and time; remove it first"));
    stage.rule(rule("boost", "product", "p", json!({ "factor": 2, "placement": "cart" }))).await;
    stage
        .database
        .execute(
            "INSERT INTO analytic.merchandising_rule (action, target, target_id, starts_at, reason, created_by, date_created)
             SELECT 'exclude', 'product', 'x-' || n, now(), 'r', 'a', now() FROM generate_series(1, 198) AS n",
        )
        .await;
    let full = stage.send(&as_admin("POST", RULES).body(rule("exclude", "product", "y", json!({})).to_string())).await;
    let expected = "409 too_many_rules: at most 200 rules may be in force or to come; remove some first";
    assert_eq!(full.refusal(), expected);
    let bad = rule("pin", "category", "c", json!({ "position": 1 }));
    let bad = stage.send(&as_admin("POST", RULES).body(bad.to_string())).await;
    assert_eq!(bad.refusal(), "400 validation: body: target: must be product to pin");
    for odd in ["0", "x", "-1", "1.5", "99999999999999999999"] {
        let refused = stage.send(&as_admin("DELETE", &format!("{RULES}/{odd}"))).await.refusal();
        assert_eq!(refused, "400 validation: rule_id: must be the number of a rule", "{odd}");
    }
}

#[tokio::test]
async fn only_admins_may_see_and_change_rules() {
    let mut stage = Stage::set().await;
    let body = rule("exclude", "product", "p", json!({})).to_string();
    let by = |method: &str, path: &str| HttpEvent::new(method, path).body(body.clone());
    for (method, path) in [("GET", RULES.to_owned()), ("POST", RULES.to_owned()), ("DELETE", format!("{RULES}/1"))] {
        let nobody = stage.send(&by(method, &path)).await.refusal();
        assert_eq!(nobody, "401 unauthorized: a bearer token is required", "{method}");
        let shopper = stage.send(&by(method, &path).account(uuid::Uuid::from_u128(1))).await.refusal();
        assert!(shopper.starts_with("403 forbidden: only admins may "), "{method}: {shopper}");
        let service = stage.send(&by(method, &path).claim("sub", "backend").trusted()).await.refusal();
        assert!(service.starts_with("403 forbidden: only admins may "), "{method}: {service}");
    }
    assert_eq!(stage.database.number("SELECT count(*) FROM analytic.merchandising_rule").await, 0);
}

#[tokio::test]
async fn a_factor_moves_what_is_far_behind_on_pages_of_any_size() {
    let mut stage = Stage::set().await;
    let names: Vec<_> = (10..70).map(|n| format!("t-{n}")).collect();
    stage.trend(&names.iter().map(String::as_str).collect::<Vec<_>>()).await;
    stage.rule(rule("boost", "product", "t-60", json!({ "factor": 1000 }))).await;
    for limit in [1, 5, 50] {
        let reply = stage.get(&format!("{PRODUCT}/nobody?limit={limit}")).await;
        let found = ids(&reply);
        assert_eq!(found[0], "t-60", "{limit}");
        assert!(found.iter().skip(1).eq(names.iter().take(found.len() - 1)), "{found:?}");
    }
}

#[tokio::test]
async fn a_product_that_is_pinned_behind_the_end_is_the_last() {
    let mut stage = shop().await;
    stage.rule(rule("pin", "product", "new", json!({ "position": 90 }))).await;
    let (mut path, mut walked) = (format!("{PRODUCT}/a?limit=2"), Vec::new());
    for _ in 0..5 {
        let reply = stage.get(&path).await;
        walked.extend(ids(&reply));
        let Some(cursor) = crate::stage::next(&reply) else { break };
        path = format!("{PRODUCT}/a?limit=2&cursor={cursor}");
    }
    assert_eq!(walked, ["b", "c", "d", "new"]);
    assert_eq!(crate::stage::next(&stage.get(&path).await), None, "the walk ends");
}
