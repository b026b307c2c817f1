//! The canonical form of metadata means what was sent, has one spelling, and Postgres agrees.

use std::collections::HashSet;

use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;
use serde_json::Value;
use testkit::TestDatabase;

use crate::stage::{SPU, read};

/// A number as a client may write it, inside the limits.
fn number() -> impl Strategy<Value = String> {
    prop_oneof![
        // Fewer digits than a card number has: those are hidden.
        (-9_999_999_999_999_i64..=9_999_999_999_999).prop_map(|number| number.to_string()),
        "-?(0|[1-9][0-9]{0,8})\\.[0-9]{1,8}",
        "-?[1-9]\\.[0-9]{1,4}[eE][+-]?0?[0-9]",
        Just("0".to_owned()),
    ]
}

/// Strings as a client may write them: literally, or escaped.
fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        "[^\\x00]{0,12}".prop_map(|text| Value::from(text).to_string()),
        "[^\\x00]{0,6}".prop_map(|text| {
            let escaped: String = text.encode_utf16().map(|unit| format!("\\u{unit:04X}")).collect();
            format!("\"{escaped}\"")
        }),
    ]
}

fn space() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec!["", " ", "\n", "\t \r"])
}

/// Metadata as JSON text: any order, any spacing.
fn metadata() -> impl Strategy<Value = String> {
    let leaf =
        prop_oneof![Just("null".to_owned()), Just("true".to_owned()), Just("false".to_owned()), number(), text()];
    let value = leaf.prop_recursive(4, 24, 5, |inner| {
        prop_oneof![
            (prop::collection::vec(inner.clone(), 0..5), space())
                .prop_map(|(values, space)| { format!("[{space}{}{space}]", values.join(&format!("{space},"))) }),
            object(inner),
        ]
    });
    object(value)
}

fn object(value: impl Strategy<Value = String>) -> impl Strategy<Value = String> {
    let key = prop_oneof![
        text(),
        prop::sample::select(vec!["\"a\"".to_owned(), "\"\\u0061\"".to_owned(), "\"b\"".to_owned()])
    ];
    (prop::collection::vec((key, value), 0..6), space()).prop_map(|(mut members, space)| {
        let mut seen = HashSet::new();
        members.retain(|(key, _)| seen.insert(serde_json::from_str::<String>(key).unwrap()));
        let members: Vec<_> = members.iter().map(|(key, value)| format!("{key}{space}:{space}{value}")).collect();
        format!("{{{space}{}{space}}}", members.join(&format!("{space},{space}")))
    })
}

/// Returns what would be stored.
fn canonical(metadata: &str) -> String {
    let body = format!(
        r#"{{"interactions":[{{"event_type":"view","ref_type":"Product","ref_id":"{SPU}","metadata":{metadata}}}]}}"#
    );
    read(body.as_bytes()).unwrap().remove(0).unwrap_or_else(|refused| panic!("{refused:?}: {metadata}")).metadata
}

/// Numbers by value: -0 is 0, and 1.0 is 1.
fn same(one: &Value, other: &Value) -> bool {
    match (one, other) {
        (Value::Number(one), Value::Number(other)) => one.as_f64() == other.as_f64(),
        (Value::Array(one), Value::Array(other)) => {
            one.len() == other.len() && one.iter().zip(other).all(|(one, other)| same(one, other))
        }
        (Value::Object(one), Value::Object(other)) => {
            one.len() == other.len() && one.iter().zip(other).all(|((a, x), (b, y))| a == b && same(x, y))
        }
        _ => one == other,
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn the_canonical_form_means_what_was_sent_and_has_no_further_form(sent in metadata()) {
        let once = canonical(&sent);
        prop_assert_eq!(&canonical(&once), &once);
        let value = |text: &str| serde_json::from_str::<Value>(text).unwrap();
        prop_assert!(same(&value(&sent), &value(&once)), "{} became {}", sent, once);
    }

    #[test]
    fn reading_never_panics_and_is_repeatable(body in prop::collection::vec(any::<u8>(), 0..300), cut in 0_usize..400) {
        prop_assert_eq!(read(&body), read(&body));
        // Nearly a request: a valid one, truncated and continued with anything.
        let right = format!(r#"{{"interactions":[{{"event_type":"view","ref_type":"Product","ref_id":"{SPU}","metadata":{{}}}}]}}"#);
        let nearly = [&right.as_bytes()[..cut.min(right.len())], &body].concat();
        prop_assert_eq!(read(&nearly), read(&nearly));
    }
}

#[tokio::test]
async fn postgres_takes_the_canonical_form_for_the_same_json() {
    let database = TestDatabase::create().await;
    let mut runner = TestRunner::deterministic();
    let strategy = metadata();
    let sent: Vec<_> = (0..500).map(|_| strategy.new_tree(&mut runner).unwrap().current()).collect();
    let written: Vec<_> = sent.iter().map(|sent| canonical(sent)).collect();
    // A zero of any spelling becomes "0", so those with a sign or a scale are equal in value and not in text.
    let statement = "SELECT sent, written, sent::jsonb = written::jsonb, sent::jsonb::text = written::jsonb::text \
                     FROM unnest($1::text[], $2::text[]) AS pair (sent, written)";
    let rows = database.client().query(statement, &[&sent, &written]).await.unwrap();
    assert_eq!(rows.len(), 500);
    for row in rows {
        let (sent, written): (&str, &str) = (row.get(0), row.get(1));
        assert!(row.get::<_, bool>(2), "{sent} became {written}");
        assert!(row.get::<_, bool>(3) || sent.contains("0.0") || sent.contains("-0"), "{sent} became {written}");
    }
}
