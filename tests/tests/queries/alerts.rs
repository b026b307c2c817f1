//! The list of findings: for admins only, page by page without loss.

use domain::CustomerKey;
use domain::fraud::{EVIDENCE_ORDERS_MAX, Evidence, Finding, FindingSubject, OrderFact, Rule, Window};
use serde_json::Value;
use testkit::{HttpEvent, HttpReply};
use uuid::Uuid;

use crate::stage::{Stage, pagination, refusal};

const ALERTS: &str = "/api/v1/analytic/alerts";

fn admin(target: &str) -> HttpEvent {
    HttpEvent::new("GET", target).account(Uuid::from_u128(1)).claim("cognito:groups", "[admin]")
}

/// Findings 1 to `count`; two each were found at the same instant.
async fn stage(count: u32) -> Stage {
    let stage = Stage::empty().await;
    let rows = format!(
        "INSERT INTO analytic.finding
         SELECT lpad(n::text, 32, '0')::uuid, (ARRAY['order_burst', 'large_order'])[1 + n % 2], 'customer:' || n, '2026-11-20T10',
                jsonb_build_object('order_count', n), '2026-11-20T10:00:00.000001Z'::timestamptz + make_interval(secs => n / 2),
                '2026-11-20T12:00:00Z'
         FROM generate_series(1, {count}) AS n"
    );
    stage.database.execute(&rows).await;
    stage
}

fn numbers(reply: &HttpReply) -> Vec<u64> {
    assert_eq!(reply.status, 200, "{reply:?}");
    reply.json()["data"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| row["evidence"]["order_count"].as_u64().unwrap())
        .collect()
}

#[tokio::test]
async fn pages_show_every_finding_once_newest_first() {
    let mut stage = stage(23).await;
    let (mut seen, mut target) = (Vec::new(), format!("{ALERTS}?limit=5"));
    for page in 1..=5 {
        let reply = stage.send(&admin(&target)).await;
        assert_eq!(reply.header("cache-control"), "no-store");
        seen.extend(numbers(&reply));
        let next = pagination(&reply)["next_cursor"].clone();
        assert_eq!(next.is_string(), page < 5, "page {page}: {next}");
        target = format!("{ALERTS}?limit=5&cursor={}", next.as_str().unwrap_or_default());
    }
    assert_eq!(seen, (1..=23).rev().collect::<Vec<_>>());
}

#[tokio::test]
async fn one_rule_can_be_asked_for() {
    let mut stage = stage(6).await;
    let reply = stage.send(&admin(&format!("{ALERTS}?rule=large_order&limit=2"))).await;
    assert_eq!(numbers(&reply), [5, 3]);
    let row = reply.json()["data"][0].clone();
    assert_eq!((&row["rule"], &row["subject"]), (&"large_order".into(), &"customer:5".into()));
    let Value::String(next) = pagination(&reply)["next_cursor"].clone() else { panic!("{reply:?}") };
    let reply = stage.send(&admin(&format!("{ALERTS}?rule=large_order&cursor={next}"))).await;
    assert_eq!(numbers(&reply), [1]);
    assert_eq!(pagination(&reply)["next_cursor"], Value::Null);
}

#[tokio::test]
async fn one_finding_can_be_asked_for_however_many_are_newer() {
    let mut stage = stage(230).await;
    let id = |number: u32| format!("00000000-0000-0000-0000-{number:012}");
    let reply = stage.send(&admin(&format!("{ALERTS}?id={}", id(3)))).await;
    assert_eq!((numbers(&reply), &pagination(&reply)["next_cursor"]), (vec![3], &Value::Null));
    for none in [id(231), format!("{}&rule=order_burst", id(3))] {
        assert_eq!(numbers(&stage.send(&admin(&format!("{ALERTS}?id={none}"))).await), [0_u64; 0], "{none}");
    }
}

#[tokio::test]
async fn nobody_but_an_admin_reads_findings() {
    let mut stage = stage(1).await;
    let shopper = || HttpEvent::new("GET", ALERTS).account(Uuid::from_u128(1));
    let refused = "403 forbidden: only admins may read this";
    for request in [
        shopper(),
        shopper().trusted(),
        shopper().claim("cognito:groups", "[seller]"),
        shopper().claim("cognito:groups", "[administrator not-admin]"),
        shopper().claim("scope", "admin"),
        shopper().header("x-user-groups", "admin").header("x-cognito-groups", "[admin]"),
    ] {
        assert_eq!(refusal(&stage.send(&request).await), refused, "{request:?}");
    }
    let nobody = HttpEvent::new("GET", ALERTS).header("authorization", "Bearer admin");
    assert_eq!(refusal(&stage.send(&nobody).await), "401 unauthorized: a bearer token is required");
}

#[tokio::test]
async fn odd_queries_are_refused_by_name() {
    let mut stage = stage(1).await;
    for (query, text) in [
        ("limit=0", "limit: must be a whole number from 1 to 100"),
        (
            "rule=fraud",
            "rule: must be one of order_burst, large_order, similar_orders, abandoned_cart, popularity_push",
        ),
        ("id=o-1", "id: must be the id of a finding, a UUID"),
        ("cursor=x", "cursor: must be a next_cursor of an earlier response, unchanged"),
        // Well formed, with a time before the first of Postgres.
        (
            "cursor=AvrCH0hWOUXAAAAAAAAAAAAAAAAAAAAAAQ",
            "cursor: must be a next_cursor of an earlier response, unchanged",
        ),
        ("rule=large_order&rule=order_burst", "rule: must be given once"),
    ] {
        let reply = stage.send(&admin(&format!("{ALERTS}?{query}"))).await;
        assert_eq!(refusal(&reply), format!("400 validation: {text}"));
    }
}

/// Lambda's limit for a response: <https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html>.
const ANSWER_MAX_BYTES: usize = 6 * 1024 * 1024;

/// A finding of maximum size. A quote takes four bytes of a response: it is escaped in the body, and the body once more
/// in the response.
fn longest(number: usize) -> Finding {
    let longest = |number: usize| format!("{}{number:03}", "\"".repeat(contracts::SHOP_TEXT_MAX_CHARS - 3));
    let placed_at = "2026-11-20T10:00:00.123456Z".parse().unwrap();
    let order = |place: usize| OrderFact {
        placed_at,
        order_id: longest(place),
        customer: None,
        currency: "VND".parse().unwrap(),
        amount_minor: i64::MIN,
        lines: None,
    };
    let orders = (0..EVIDENCE_ORDERS_MAX).map(order).collect();
    Finding {
        rule: Rule::SimilarOrders,
        subject: FindingSubject::Customer(CustomerKey::of_id(&longest(number))),
        window: Window::hour_of(placed_at),
        evidence: Evidence::Orders { count: usize::MAX, from: placed_at, to: placed_at, orders },
    }
}

#[tokio::test]
async fn the_longest_page_fits_into_an_answer() {
    let mut stage = Stage::empty().await;
    let findings: Vec<_> = (0..100).map(longest).collect();
    store::finding::save(&stage.database.store(), &findings).await.unwrap();
    let answer = stage.function.invoke(&admin(&format!("{ALERTS}?limit=100")).event()).await.answer();
    let bytes = answer.to_string().len();
    assert_eq!(HttpReply::of(&answer).json()["data"].as_array().unwrap().len(), 100);
    // Orders take the most room: a large order names one, and a cart lists products of 36 characters.
    assert!(bytes > ANSWER_MAX_BYTES / 5 && bytes < ANSWER_MAX_BYTES / 2, "{bytes}");
}
