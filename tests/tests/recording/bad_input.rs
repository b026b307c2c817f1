//! The catalogue of bad input: each entry gets a rejection that names the field and the rule, and affects nothing else.

use testkit::HttpReply;

use crate::stage::{SPU, Stage, by_guest, by_shopper, event_id, refusal, results};

/// A valid item, as the neighbour of a bad one.
fn good(number: u32) -> String {
    format!(r#"{{"event_id":"{}","event_type":"view","ref_type":"Product","ref_id":"{SPU}"}}"#, event_id(number))
}

/// A view with one more field, as raw JSON.
fn and(field: &str) -> String {
    good(1_000).replace('}', &format!(",{field}}}"))
}

/// A view with one field in another value, as raw JSON.
fn but(field: &str, value: &str) -> String {
    let item = [("event_type", "\"view\""), ("ref_type", "\"Product\""), ("ref_id", &format!("\"{SPU}\""))];
    let fields = item.map(|(name, own)| format!("\"{name}\":{}", if name == field { value } else { own }));
    format!("{{{}}}", fields.join(","))
}

fn digits(count: usize) -> String {
    "9".repeat(count)
}

/// Bad items: (raw JSON, code, how the message starts).
fn bad_items() -> Vec<(String, &'static str, &'static str)> {
    let product_id = "ref_id: must have 1 to 128 characters";
    let object = "an item must be a JSON object";
    vec![
        ("null".into(), "malformed", object),
        ("\"view\"".into(), "malformed", object),
        ("[]".into(), "malformed", object),
        ("1e400".into(), "malformed", object),
        (digits(1000), "malformed", object),
        ("{}".into(), "missing_field", "event_type: is required"),
        (format!(r#"{{"event_type":"view","ref_id":"{SPU}"}}"#), "missing_field", "ref_type: is required"),
        (r#"{"event_type":"view","ref_type":"Product"}"#.into(), "missing_field", "ref_id: is required"),
        (but("event_type", "null"), "missing_field", "event_type: is required"),
        (but("event_type", "7"), "wrong_type", "event_type: must be a string"),
        (but("event_type", "1e400"), "wrong_type", "event_type: must be a string"),
        (but("ref_type", "[]"), "wrong_type", "ref_type: must be a string"),
        (but("ref_id", &digits(1000)), "invalid_reference", product_id),
        (but("ref_id", "{}"), "wrong_type", "ref_id: must be a string or a whole number"),
        (but("ref_id", "1.0"), "wrong_type", "ref_id: must be a string or a whole number"),
        (but("ref_type", "\"Brand\""), "invalid_reference", r#"ref_type: must be "Product" or "Category""#),
        (but("ref_type", "\"product\""), "invalid_reference", r#"ref_type: must be "Product" or "Category""#),
        (but("ref_id", "\"\""), "invalid_reference", product_id),
        (but("ref_id", "\" \""), "invalid_reference", product_id),
        (but("ref_id", "\"00000000-0000-0000-0000-000000000000\""), "invalid_reference", product_id),
        (but("ref_id", "\"4111111111111111\""), "invalid_reference", "ref_id: must not hold an email address"),
        (but("event_type", "\"Viewed\""), "invalid_event_type", "event_type: must match [a-z][a-z0-9_]{0,63}"),
        (but("event_type", "\"purchase\""), "forbidden_event", "event_type: \"purchase\" is not allowed"),
        (and(r#""eventId":"x""#), "unknown_field", "unknown field `eventId`"),
        (and(r#""event_type":"view""#), "unknown_field", "duplicate field `event_type`"),
        (good(1).replacen(&event_id(1), "42", 1), "invalid_event_id", "event_id: must be a UUID like"),
        (good(1).replacen(&format!("\"{}\"", event_id(1)), "42", 1), "wrong_type", "event_id: must be a string"),
        (and(r#""session_id":false"#), "wrong_type", "session_id: must be a string"),
        (
            and(r#""session_id":"a\nb""#),
            "invalid_session_id",
            "session_id: must have 1 to 128 characters and no control",
        ),
        (and(r#""metadata":[]"#), "wrong_type", "metadata: must be an object"),
        (and(r#""metadata":"{}""#), "wrong_type", "metadata: must be an object"),
        (and(r#""metadata":{"a":[1,1e400]}"#), "invalid_metadata", "metadata.a[1]: a number must be below 1e15"),
        (
            and(&format!(r#""metadata":{{"a":{}}}"#, digits(1000))),
            "invalid_metadata",
            "metadata.a: a number must have at most 30",
        ),
        (and(r#""occurred_at":1795176000"#), "wrong_type", "occurred_at: must be a string"),
        (and(r#""occurred_at":"yesterday""#), "invalid_time", "occurred_at: must be an RFC 3339 time"),
        (and(r#""occurred_at":"2026-11-20T12:00:00""#), "invalid_time", "occurred_at: must be an RFC 3339 time"),
        (and(r#""occurred_at":"2026-02-30T12:00:00Z""#), "invalid_time", "occurred_at: must be an RFC 3339 time"),
        (and(r#""occurred_at":"2026-11-01T12:00:00Z""#), "too_old", "occurred_at: is more than 7 days"),
        (and(r#""occurred_at":"2999-01-01T00:00:00Z""#), "in_future", "occurred_at: is more than 5 minutes"),
        (
            and(r#""account_id":"0192e4a0-0000-7000-8000-00000000000b""#),
            "foreign_account",
            "account_id: must be the account of",
        ),
        (and(r#""account_id":{}"#), "wrong_type", "account_id: must be a string"),
    ]
}

fn describe(reply: &HttpReply, index: usize) -> (String, String) {
    let result = &results(reply)[index];
    (result["code"].as_str().unwrap_or_default().to_owned(), result["message"].as_str().unwrap_or_default().to_owned())
}

#[tokio::test]
async fn each_bad_item_is_refused_by_its_field_between_good_neighbours_that_are_stored() {
    let mut stage = Stage::set().await;
    let (mut expected, mut number) = (0, 0);
    for (item, code, start) in bad_items() {
        number += 2;
        let body = format!(r#"{{"interactions":[{},{item},{}]}}"#, good(number), good(number + 1));
        let reply = stage.send(&by_shopper(&[]).body(body)).await;
        assert_eq!(reply.status, 200, "{item}: {reply:?}");
        let (refused, message) = describe(&reply, 1);
        assert_eq!(refused, code, "{item}: {message}");
        assert!(message.starts_with(start), "{item}: {message}");
        expected += 2;
        assert_eq!(stage.counts().await[0], expected, "{item}");
    }
}

#[tokio::test]
async fn each_bad_item_alone_is_a_400() {
    let mut stage = Stage::set().await;
    for (item, code, _) in bad_items() {
        let reply = stage.send(&by_shopper(&[]).body(format!(r#"{{"interactions":[{item}]}}"#))).await;
        assert_eq!((reply.status, describe(&reply, 0).0.as_str()), (400, code), "{item}");
    }
    assert_eq!(stage.counts().await, [0, 0, 0]);
}

#[tokio::test]
async fn text_that_postgres_cannot_hold_is_refused_in_every_field() {
    let mut stage = Stage::set().await;
    let mut number = 0;
    for text in [r"a\u0000b", r"\ud800", r"\udfff\ud800", r"a\uD83Dz"] {
        let quoted = format!("\"{text}\"");
        let category = but("ref_type", "\"Category\"").replace(&format!("\"{SPU}\""), &quoted);
        let items = [
            ("event_type", but("event_type", &quoted)),
            ("ref_type", but("ref_type", &quoted)),
            ("ref_id", but("ref_id", &quoted)),
            ("ref_id", category),
            ("event_id", good(1).replacen(&event_id(1), text, 1)),
            ("session_id", and(&format!(r#""session_id":{quoted}"#))),
            ("occurred_at", and(&format!(r#""occurred_at":{quoted}"#))),
            ("account_id", and(&format!(r#""account_id":{quoted}"#))),
            ("metadata.a", and(&format!(r#""metadata":{{"a":{quoted}}}"#))),
            ("metadata.a[1].b", and(&format!(r#""metadata":{{"a":[0,{{"b":{quoted}}}]}}"#))),
            ("metadata", and(&format!(r#""metadata":{{{quoted}:1}}"#))),
            ("metadata.a", and(&format!(r#""metadata":{{"a":{{"ok":1,{quoted}:1}}}}"#))),
        ];
        for (field, item) in items {
            number += 1;
            let reply =
                stage.send(&by_shopper(&[]).body(format!(r#"{{"interactions":[{item},{}]}}"#, good(number)))).await;
            let (code, message) = describe(&reply, 0);
            assert_eq!((reply.status, code.as_str()), (200, "invalid_text"), "{item}: {message}");
            assert!(
                message.starts_with(&format!("{field}: ")) && message.contains("must not contain"),
                "{item}: {message}"
            );
        }
    }
    assert_eq!(stage.counts().await[0], i64::from(number));
}

#[tokio::test]
async fn a_field_whose_name_cannot_be_held_is_refused_alone() {
    let mut stage = Stage::set().await;
    for (number, name) in (1..).zip([r"a\u0000b", r"\ud800", r"\udfff"]) {
        let bad = and(&format!(r#""{name}":1"#));
        let reply = stage.send(&by_shopper(&[]).body(format!(r#"{{"interactions":[{bad},{}]}}"#, good(number)))).await;
        assert_eq!((reply.status, describe(&reply, 0).0.as_str()), (200, "unknown_field"), "{reply:?}");
    }
}

#[tokio::test]
async fn a_body_of_which_nothing_can_be_read_is_refused_as_a_whole() {
    let mut stage = Stage::set().await;
    let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
    let bodies = [
        String::new(),
        "{".into(),
        "null".into(),
        "[]".into(),
        "\u{feff}{}".into(),
        "{'interactions':[]}".into(),
        "interactions=1".into(),
        r#"{"interactions":[]}"#.into(),
        r#"{"interactions":{}}"#.into(),
        r#"{"interactions":null}"#.into(),
        r#"{"interactions":1e400}"#.into(),
        r#"{"interactions":"view"}"#.into(),
        r#"{"interactions":[{}],"interactions":[{}]}"#.into(),
        r#"{"Interactions":[{}]}"#.into(),
        r#"{"account_id":7,"interactions":[{}]}"#.into(),
        r#"{"account_id":"\ud800","interactions":[{}]}"#.into(),
        r#"{"account_id":"\u0000","interactions":[{}]}"#.into(),
        format!(r#"{{"interactions":[{}"#, good(1)),
        format!(r#"{{"interactions":[{}]}}x"#, good(1)),
        format!(r#"{{"interactions":[{}],"{}":1}}"#, good(1), "k".repeat(1000)),
        deep,
    ];
    let mut refusals = Vec::new();
    for body in bodies {
        let reply = stage.send(&by_shopper(&[]).body(body.clone())).await;
        assert!((400..500).contains(&reply.status), "{reply:?}");
        refusals.push(refusal(&reply));
    }
    insta::assert_snapshot!(refusals.join("\n"), @r#"
    400 validation: body: is not valid JSON (EOF while parsing a value at line 1 column 0)
    400 validation: body: is not valid JSON (EOF while parsing an object at line 1 column 1)
    400 validation: body: must be a JSON object
    400 validation: body: must be a JSON object
    400 validation: body: missing field `interactions` at line 1 column 2
    400 validation: body: is not valid JSON (key must be a string at line 1 column 2)
    400 validation: body: must be a JSON object
    400 validation: interactions: must have 1 to 100 items, has 0
    400 validation: body: interactions: must be an array
    400 validation: body: interactions: must be an array
    400 validation: body: interactions: must be an array
    400 validation: body: interactions: must be an array
    400 validation: body: duplicate field `interactions` at line 1 column 35
    400 validation: body: unknown field `Interactions`, expected one of `interactions`, `account_id`, `sent_at` at line 1 column 15
    400 validation: body: account_id: must be a string
    400 validation: body: account_id: must not contain a lone surrogate (\uD800-\uDFFF)
    400 validation: body: account_id: must not contain U+0000
    400 validation: body: is not valid JSON (EOF while parsing a list at line 1 column 157)
    400 validation: body: is not valid JSON (trailing characters at line 1 column 160)
    400 validation: body: unknown field `kkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkk…kkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkk`, expected one of `interactions`, `account_id`, `sent_at` at line 1 column 1161
    400 validation: body: must be a JSON object
    "#);
    assert_eq!(stage.counts().await, [0, 0, 0]);
}

#[tokio::test]
async fn a_request_without_a_body_is_refused() {
    let mut stage = Stage::set().await;
    let mut event = by_guest(&[]).event();
    event.as_object_mut().unwrap().remove("body");
    let reply = stage.send_event(&event).await;
    insta::assert_snapshot!(refusal(&reply), @"400 validation: body: is not valid JSON (EOF while parsing a value at line 1 column 0)");
}

#[tokio::test]
async fn a_refusal_keeps_both_the_field_and_the_rule_however_long_the_field_is() {
    let mut stage = Stage::set().await;
    let key = "k".repeat(2_000);
    let cases = [
        (and(&format!(r#""metadata":{{"{key}":1e400}}"#)), "metadata.kkk", "a number must be below 1e15 in magnitude"),
        (and(&format!(r#""metadata":{{"{key}":"\u0000"}}"#)), "metadata.kkk", "must not contain U+0000"),
        (and(&format!(r#""{key}":1"#)), "unknown field `kkk", "`account_id`"),
    ];
    for (item, field, rule) in cases {
        let reply = stage.send(&by_shopper(&[]).body(format!(r#"{{"interactions":[{item}]}}"#))).await;
        let (_, message) = describe(&reply, 0);
        assert!(message.starts_with(field) && message.ends_with(rule) && message.len() < 400, "{message}");
    }
}
