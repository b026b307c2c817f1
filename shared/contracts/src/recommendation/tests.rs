use proptest::prelude::*;

use super::*;
use crate::{Cursor, InvalidCursor};

fn read(query: &[(&str, &str)]) -> Result<RecommendationQuery, InvalidQuery> {
    RecommendationQuery::read(query.iter().copied())
}

fn asked(placement: Placement, products: &[ProductId]) -> Asked<'_> {
    Asked { placement, products, category_id: None }
}

#[test]
fn a_query_has_defaults_and_limits() {
    let query = read(&[]).unwrap();
    assert_eq!((query.limit, query.category_id, query.excluded, query.cursor), (10, None, vec![], None));
    let query = read(&[("exclude", "p-1,sku 2,p-1"), ("category_id", " shoes ")]).unwrap();
    assert_eq!(query.excluded.iter().map(ProductId::as_str).collect::<Vec<_>>(), ["p-1", "sku 2"]);
    assert_eq!(query.category_id.as_deref(), Some("shoes"));
    let many = |count: usize| (0..count).map(|n| n.to_string()).collect::<Vec<_>>().join(",");
    assert_eq!(read(&[("exclude", &many(100))]).unwrap().excluded.len(), 100);
    for odd in ["", ",", "a,,b", &many(101)] {
        let refused = read(&[("exclude", odd)]).unwrap_err().to_string();
        assert_eq!(refused, "exclude: must be 1 to 100 product ids, separated by commas", "{odd}");
    }
    assert!(read(&[("kind", "bought")]).is_err(), "only beside a product");
    let with_kind =
        |query: &[(&str, &str)]| RecommendationQuery::read_with_kind(query.iter().copied()).map(|found| found.0);
    assert_eq!((with_kind(&[]), with_kind(&[("kind", "bought")])), (Ok(Placement::Viewed), Ok(Placement::Bought)));
    assert_eq!(with_kind(&[("kind", "cart")]).unwrap_err().to_string(), "kind: must be one of viewed, bought");
}

#[test]
fn a_session_is_named_as_in_events() {
    assert_eq!(read_session_id("visit 1"), Ok("visit 1"));
    for odd in ["", "a\nb", "jane@example.com", &"x".repeat(crate::SESSION_ID_MAX_CHARS + 1)] {
        assert_eq!(read_session_id(odd), Err(InvalidQuery::SessionId), "{odd}");
    }
}

#[test]
fn a_cart_has_1_to_20_products() {
    let products =
        |body: &str| read_cart(body.as_bytes()).map(|cart| cart.iter().map(ToString::to_string).collect::<Vec<_>>());
    assert_eq!(products(r#"{"products":["p-1",7,"p-1"]}"#).unwrap(), ["p-1", "7"]);
    let many = serde_json::json!({ "products": (0..21).collect::<Vec<_>>() }).to_string();
    for (body, refused) in [
        (&*many, "products: must have 1 to 20 items, has 21"),
        (r#"{"products":[]}"#, "products: must have 1 to 20 items, has 0"),
        (r#"{"products":"p-1"}"#, "body: products: must be an array"),
        (r#"{"products":[1.5]}"#, r#"body: products: must be a string or a whole number, like "1004767" or 1004767"#),
        (
            r#"{"products":[""]}"#,
            "body: products: must have 1 to 128 characters and no control characters, and not be the nil UUID",
        ),
        ("[]", "body: must be a JSON object"),
    ] {
        assert_eq!(products(body).unwrap_err().to_string(), refused, "{body}");
    }
    assert!(products("{}").unwrap_err().to_string().contains("products"));
    assert!(products(r#"{"products":[1],"limit":3}"#).unwrap_err().to_string().contains("limit"));
}

#[test]
fn a_rule_is_read_or_refused_by_the_name_of_its_field() {
    let now: Timestamp = "2026-11-20T12:00:00Z".parse().unwrap();
    let read = |body: &str| read_rule(body.as_bytes(), now);
    let pin = r#"{"action":"pin","target":"product","target_id":7,"placement":"cart","position":2,"reason":" new "}"#;
    let pin = read(pin).unwrap();
    assert_eq!((pin.action.position(), &*pin.target_id, &*pin.reason), (Some(2), "7", "new"));
    assert_eq!((pin.placement, pin.starts_at, pin.ends_at), (Some(Placement::Cart), now, None));
    let long = format!(r#"{{"action":"exclude","target":"seller","target_id":"s","reason":"{}"}}"#, "x".repeat(501));
    for (body, field) in [
        (r#"{"target":"product","target_id":"p","reason":"r"}"#, "action: is required"),
        (r#"{"action":"hide","target":"product","target_id":"p","reason":"r"}"#, "action: must be pin"),
        (r#"{"action":"pin","target":"product","target_id":"p","position":1.5,"reason":"r"}"#, "position: must be"),
        (
            r#"{"action":"pin","target":"product","target_id":"p","position":"1","reason":"r"}"#,
            "position: must be a number",
        ),
        (
            r#"{"action":"boost","target":"product","target_id":"p","factor":1e400,"reason":"r"}"#,
            "factor: must be a number",
        ),
        (
            r#"{"action":"exclude","target":"shop","target_id":"p","reason":"r"}"#,
            "target: must be one of product, category, seller",
        ),
        (r#"{"action":"exclude","target":"seller","target_id":"","reason":"r"}"#, "target_id: must have"),
        (
            r#"{"action":"exclude","target":"seller","target_id":"s","placement":"home","reason":"r"}"#,
            "placement: must be one of viewed",
        ),
        (
            r#"{"action":"exclude","target":"seller","target_id":"s","ends_at":"soon","reason":"r"}"#,
            "ends_at: must be an RFC 3339",
        ),
        (r#"{"action":"exclude","target":"seller","target_id":"s","reason":" "}"#, "reason: must have 1 to 500"),
        (r#"{"action":"exclude","target":"seller","target_id":"s"}"#, "reason: is required"),
        (r#"{"action":"exclude","target":"seller","target_id":"s","reason":"r","why":1}"#, "why"),
        (&long, "reason: must have 1 to 500"),
    ] {
        let refused = read(body).unwrap_err().to_string();
        assert!(refused.contains(field), "{body}: {refused}");
    }
}

#[test]
fn a_rule_holds_no_address_and_no_card_number() {
    let now: Timestamp = "2026-11-20T12:00:00Z".parse().unwrap();
    for (body, field) in [
        (
            r#"{"action":"exclude","target":"product","target_id":"a@example.com","reason":"r"}"#,
            "target_id: must not hold an email address",
        ),
        (
            r#"{"action":"exclude","target":"seller","target_id":4111111111111111,"reason":"r"}"#,
            "target_id: must not hold an email address",
        ),
        (
            r#"{"action":"exclude","target":"seller","target_id":"s","reason":"asked by jane@example.com"}"#,
            "reason: must not hold an email address",
        ),
    ] {
        let refused = read_rule(body.as_bytes(), now).unwrap_err().to_string();
        assert!(refused.contains(field), "{body}: {refused}");
    }
}

#[test]
fn a_cursor_belongs_to_its_request() {
    let products: [ProductId; 1] = ["p-1".parse().unwrap()];
    let own = asked(Placement::Viewed, &products);
    let text = RecommendationCursor::behind(own, vec![7, -7]).unwrap().encode();
    let query = read(&[("cursor", &text)]).unwrap();
    assert_eq!(query.shown(own), Ok(vec![7, -7]));
    for other in [
        asked(Placement::Bought, &products),
        asked(Placement::Viewed, &[]),
        Asked { category_id: Some("p-1"), ..asked(Placement::Viewed, &[]) },
        Asked { category_id: Some("shoes"), ..own },
    ] {
        assert_eq!(query.shown(other), Err(InvalidQuery::CursorOfAnotherRequest), "{other:?}");
    }
    let live = Cursor { score: domain::Micros(1), id: "1".parse().unwrap() }.encode();
    for odd in ["", "!", &text[..text.len() - 2], &live] {
        let query = read(&[("cursor", odd)]).unwrap();
        assert_eq!(query.shown(own), Err(InvalidQuery::Cursor(InvalidCursor)), "{odd}");
    }
}

#[test]
fn a_cursor_is_short_enough_for_the_gateway() {
    let own = asked(Placement::Cart, &[]);
    let most = RecommendationCursor::behind(own, vec![i64::MAX; SHOWN_MAX]).unwrap().encode();
    assert!(most.len() < 5_500, "{}", most.len());
    assert!(RecommendationCursor::behind(own, vec![1; SHOWN_MAX + 1]).is_none());
    let long = RecommendationCursor { asked: own.digest(), shown: vec![1; SHOWN_MAX + 1] }.encode();
    assert_eq!(RecommendationCursor::decode(&long), Err(InvalidCursor));
}

proptest! {
    #[test]
    fn a_cursor_reads_back(marks in proptest::collection::vec(any::<i64>(), 1..30)) {
        let cursor = RecommendationCursor::behind(asked(Placement::Session, &[]), marks).unwrap();
        prop_assert_eq!(RecommendationCursor::decode(&cursor.encode()), Ok(cursor));
    }

    #[test]
    fn any_text_is_a_cursor_or_an_error(text in "B[Q-Za-f][A-Za-z0-9_-]{0,60}|\\PC{0,20}") {
        if let Ok(cursor) = RecommendationCursor::decode(&text) {
            prop_assert_eq!(cursor.encode(), text);
        }
    }
}
