//! Hundreds of hostile bodies from a fixed seed: never a 5xx, never a dead process, nothing accepted is lost.

use std::collections::BTreeSet;

use base64::Engine;
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use serde_json::{Value, json};
use testkit::HttpEvent;

use crate::stage::{GUEST_ROUTE, ROUTE, SHOPPER, SPU, Stage, event_id, results};

/// How many requests.
const CASES: usize = 300;
/// Arbitrary fixed bytes: the same requests in every run.
const SEED: [u8; 32] = [7; 32];

/// JSON text of a scalar: what serializers write, and what only an attacker writes.
fn scalar() -> impl Strategy<Value = String> {
    let nasty = prop::sample::select(vec![
        "1e400",
        "-1e400",
        "1e-400",
        "0e999999999",
        "-0",
        "1e131071",
        "9223372036854775808",
        "null",
        "true",
        "\"\"",
        r#""\u0000""#,
        r#""a\u0000b""#,
        r#""\ud800""#,
        r#""\udc00\ud800""#,
        r#""\uffff""#,
        r#""'; DROP TABLE analytic.pending; --""#,
        r#""$1""#,
        r#""NaN""#,
        r#""infinity""#,
        r#""epoch""#,
        r#""2026-11-20T12:00:60Z""#,
        r#""00000000-0000-0000-0000-000000000000""#,
    ]);
    prop_oneof![
        3 => nasty.prop_map(str::to_owned),
        1 => (1_usize..1_200).prop_map(|digits| "8".repeat(digits)),
        1 => any::<i64>().prop_map(|number| number.to_string()),
        1 => any::<f64>().prop_map(|number| json!(number).to_string()),
        3 => any::<String>().prop_map(|text| json!(text).to_string()),
        1 => (0_usize..9_000).prop_map(|length| json!("x".repeat(length)).to_string()),
    ]
}

/// JSON text of any shape.
fn anything() -> impl Strategy<Value = String> {
    let key = prop_oneof![any::<String>().prop_map(|key| json!(key).to_string()), Just(r#""\ud800""#.to_owned())];
    scalar().prop_recursive(6, 40, 5, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(|list| format!("[{}]", list.join(","))),
            prop::collection::vec((key.clone(), inner.clone()), 0..5).prop_map(|members| {
                let members: Vec<_> = members.iter().map(|(key, value)| format!("{key}:{value}")).collect();
                format!("{{{}}}", members.join(","))
            }),
            (1_usize..200, inner).prop_map(|(depth, text)| format!("{}{text}{}", "[".repeat(depth), "]".repeat(depth))),
        ]
    })
}

/// A field: mostly as it should be, sometimes absent, sometimes anything.
fn field(name: &'static str, own: BoxedStrategy<String>) -> impl Strategy<Value = Option<String>> {
    let value = prop_oneof![30 => own.prop_map(Some), 1 => anything().prop_map(Some), 1 => Just(None)];
    value.prop_map(move |value| value.map(|value| format!("\"{name}\":{value}")))
}

fn item() -> impl Strategy<Value = String> {
    let quoted = |texts: &[&str]| {
        prop::sample::select(texts.iter().map(|text| json!(text).to_string()).collect::<Vec<_>>()).boxed()
    };
    // Few ids, so that duplicates and conflicts occur too.
    let ids = (0..1_000).map(event_id).collect::<Vec<_>>();
    let ids = quoted(&ids.iter().map(String::as_str).collect::<Vec<_>>());
    let metadata = prop::collection::vec(anything(), 0..3).prop_map(|values| {
        format!("{{{}}}", (0..).zip(&values).map(|(n, value)| format!("\"{n}\":{value}")).collect::<Vec<_>>().join(","))
    });
    let fields = (
        field("event_id", ids),
        field("event_type", quoted(&["view", "view", "click_from_search", "purchase", "swatch_opened"])),
        field("ref_type", quoted(&["Product", "Product", "Category"])),
        field("ref_id", quoted(&[SPU])),
        field("session_id", prop_oneof![2 => Just("\"visit\"".to_owned()), 1 => any::<String>().prop_map(|text| json!(text).to_string())].boxed()),
        field("metadata", prop_oneof![1 => Just("{}".to_owned()), 1 => metadata].boxed()),
        prop_oneof![19 => Just(None), 1 => anything().prop_map(|value| Some(format!("\"occurred_at\":{value}")))],
        prop_oneof![19 => Just(None), 1 => anything().prop_map(|value| Some(format!("\"account_id\":{value}")))],
    );
    let object = fields.prop_map(|(a, b, c, d, e, f, g, h)| {
        let fields: Vec<_> = [a, b, c, d, e, f, g, h].into_iter().flatten().collect();
        format!("{{{}}}", fields.join(","))
    });
    prop_oneof![12 => object, 1 => anything()]
}

fn body() -> impl Strategy<Value = Vec<u8>> {
    let request =
        prop::collection::vec(item(), 0..6).prop_map(|items| format!(r#"{{"interactions":[{}]}}"#, items.join(",")));
    let cut = (request, 0.0..1.0).prop_map(|(text, share)| {
        // One request in ten ends early.
        let kept = if share < 0.1 { text.len() * 7 / 10 } else { text.len() };
        text.as_bytes()[..kept].to_vec()
    });
    prop_oneof![
        8 => cut,
        1 => anything().prop_map(String::into_bytes),
        1 => prop::collection::vec(any::<u8>(), 0..400),
    ]
}

/// A body in base64, from one of the callers in turn.
fn request(case: usize, body: &[u8]) -> Value {
    let encoded = base64::engine::general_purpose::STANDARD.encode(body);
    let request = match case % 3 {
        0 => HttpEvent::new("POST", ROUTE).account(SHOPPER),
        1 => HttpEvent::new("POST", ROUTE).account(SHOPPER).trusted(),
        _ => HttpEvent::new("POST", GUEST_ROUTE),
    };
    let mut event = request.body(encoded).event();
    event["isBase64Encoded"] = json!(true);
    event
}

#[tokio::test]
async fn hostile_bodies_get_a_4xx_and_whatever_is_accepted_is_stored() {
    let mut stage = Stage::set().await;
    let mut runner = TestRunner::new_with_rng(Config::default(), TestRng::from_seed(RngAlgorithm::ChaCha, &SEED));
    let (bodies, mut accepted, mut refused, mut statuses) = (body(), BTreeSet::new(), 0, BTreeSet::new());
    for case in 0..CASES {
        let body = bodies.new_tree(&mut runner).expect("a body").current();
        let reply = stage.send_event(&request(case, &body)).await;
        let shown = String::from_utf8_lossy(&body);
        assert!(matches!(reply.status, 200 | 400 | 403 | 413), "case {case}: {reply:?} to {shown}");
        statuses.insert(reply.status);
        if reply.status != 200 {
            refused += 1;
            assert!(
                reply.json()["error"]["message"].as_str().is_some_and(|text| !text.is_empty()),
                "case {case}: {shown}"
            );
            continue;
        }
        for result in results(&reply) {
            match result["status"].as_str().unwrap() {
                "accepted" => assert!(accepted.insert(result["id"].as_i64().unwrap()), "case {case}: an id twice"),
                "duplicate" => assert!(accepted.contains(&result["id"].as_i64().unwrap()), "case {case}: {result}"),
                _ => assert!(result["code"].is_string() && result["message"].is_string(), "case {case}: {result}"),
            }
        }
    }
    let stored = stage.database.rows("SELECT id FROM analytic.interaction").await;
    assert_eq!(stored.iter().map(|id| id.parse().unwrap()).collect::<BTreeSet<i64>>(), accepted);
    let all = i64::try_from(accepted.len()).unwrap();
    assert_eq!(stage.counts().await, [all, all, 2 * all]);
    // The seed is only useful if it covers both outcomes.
    assert!(accepted.len() > 100 && refused > 50, "{} accepted, {refused} refused, {statuses:?}", accepted.len());
}
