//! Every naughty string in every text field of a recording request.

use contracts::RejectionCode::{
    self, ForeignAccount, InvalidEventId, InvalidEventType, InvalidMetadata, InvalidReference, InvalidSessionId,
    InvalidText, InvalidTime, TooOld,
};
use domain::{EventNames, canonical_id};
use serde_json::{Value, json};
use testkit::HttpEvent;

use crate::naughty;
use crate::stage::{SPU, Stage, read, results};

/// A field, an item with a given string in it, and the only reasons for which it may be rejected.
type Field = (&'static str, fn(&str) -> Value, &'static [RejectionCode]);

const FIELDS: &[Field] = &[
    ("event_id", |text| json!({ "event_id": text }), &[InvalidEventId, InvalidText]),
    ("event_type", |text| json!({ "event_type": text }), &[InvalidEventType, InvalidText]),
    ("ref_type", |text| json!({ "ref_type": text }), &[InvalidReference, InvalidText]),
    ("ref_id of a product", |text| json!({ "ref_id": text }), &[InvalidReference, InvalidText]),
    (
        "ref_id of a category",
        |text| json!({ "ref_type": "Category", "ref_id": text }),
        &[InvalidReference, InvalidText],
    ),
    ("session_id", |text| json!({ "session_id": text }), &[InvalidSessionId, InvalidText]),
    (
        "occurred_at",
        |text| json!({ "occurred_at": text }),
        &[InvalidTime, InvalidText, TooOld, RejectionCode::InFuture],
    ),
    ("account_id", |text| json!({ "account_id": text }), &[ForeignAccount, InvalidText]),
    ("metadata key", |text| json!({ "metadata": { text: 1 } }), &[InvalidMetadata, InvalidText]),
    ("metadata value", |text| json!({ "metadata": { "v": [text] } }), &[InvalidMetadata, InvalidText]),
];

fn item(field: &Field, text: &str) -> Value {
    let mut item = json!({ "event_type": "view", "ref_type": "Product", "ref_id": SPU });
    let (item_fields, extra) = (item.as_object_mut().unwrap(), field.1(text));
    item_fields.extend(extra.as_object().unwrap().clone());
    item
}

#[test]
fn every_text_in_every_field_is_read_as_it_is_or_refused_for_a_reason_of_that_field() {
    for field in FIELDS {
        for text in naughty::all() {
            let body = json!({ "interactions": [item(field, &text)] }).to_string();
            match &read(body.as_bytes()).unwrap_or_else(|error| panic!("{}: {error}: {text:?}", field.0))[0] {
                Ok(read) => assert!(!text.contains('\0'), "{} kept U+0000: {read:?}", field.0),
                Err(refused) => {
                    assert!(
                        field.2.contains(&refused.rejection.code),
                        "{}: {text:?}: {:?}",
                        field.0,
                        refused.rejection
                    );
                    assert!(refused.rejection.message.chars().count() <= 301, "{}: {text:?}", field.0);
                }
            }
        }
    }
}

#[tokio::test]
async fn what_is_accepted_is_stored_as_it_was_sent() {
    let mut stage = Stage::set().await;
    let texts = naughty::all();
    let mut stored = 0_usize;
    for field in FIELDS {
        for chunk in texts.chunks(100) {
            let items: Vec<_> = chunk.iter().map(|text| item(field, text)).collect();
            let body = json!({ "interactions": items }).to_string();
            let expected = read(body.as_bytes()).unwrap();
            let reply = stage.record(body.as_bytes()).await;
            for ((result, expected), sent) in results(&reply).iter().zip(&expected).zip(&items) {
                // A repeated event id with the same content is a duplicate.
                let accepted = matches!(result["status"].as_str(), Some("accepted" | "duplicate"));
                let by_data = matches!(result["code"].as_str(), Some("conflict" | "forbidden_event"));
                assert_eq!(accepted || by_data, expected.is_ok(), "{}: {sent}: {result}", field.0);
                if result["status"] == "accepted" {
                    assert_stored(&stage, result["id"].as_i64().unwrap(), sent).await;
                    stored += 1;
                }
            }
        }
    }
    assert!(stored > 1_000, "only {stored} were stored");
    assert_eq!(
        stage.database.number("SELECT count(*) FROM analytic.interaction").await,
        i64::try_from(stored).unwrap()
    );
}

/// Compares a stored row with the item that was sent.
async fn assert_stored(stage: &Stage, id: i64, sent: &Value) {
    let statement =
        "SELECT event_type, ref_type, ref_id, session_id, metadata::text FROM analytic.interaction WHERE id = $1";
    let row = stage.database.client().query_one(statement, &[&id]).await.unwrap();
    let text = |name: &str| sent[name].as_str();
    // A known event type has one spelling in the log.
    let event_type = text("event_type").map(|name| EventNames::known().read(name).unwrap().to_string());
    assert_eq!(row.get::<_, Option<String>>(0), event_type, "{sent}");
    assert_eq!(row.get::<_, Option<&str>>(1), text("ref_type"), "{sent}");
    // One product has one spelling in the log.
    assert_eq!(row.get::<_, Option<String>>(2), text("ref_id").map(|id| canonical_id(id).into_owned()), "{sent}");
    assert_eq!(row.get::<_, Option<&str>>(3), text("session_id"), "{sent}");
    let metadata: Value = serde_json::from_str(row.get(4)).unwrap();
    assert_eq!(metadata, sent.get("metadata").cloned().unwrap_or_else(|| json!({})), "{sent}");
}

#[tokio::test]
async fn a_user_agent_is_never_stored_as_it_is_and_never_stops_a_request() {
    let mut stage = Stage::set().await;
    for text in naughty::all() {
        // Characters that no HTTP server accepts: they would end the line in the middle of the header.
        if text.contains(|c: char| c.is_ascii_control() && c != '\t') {
            continue;
        }
        let body = json!({ "interactions": [item(&FIELDS[5], "s")] }).to_string();
        let request =
            HttpEvent::new("POST", "/api/v1/analytic/guest/interaction").header("user-agent", &text).body(body);
        let reply = stage.send(&request.event()).await;
        let id = results(&reply)[0]["id"].as_i64().unwrap();
        let row = stage.database.client();
        let row = row.query_one("SELECT user_agent FROM analytic.interaction WHERE id = $1", &[&id]).await.unwrap();
        let stored = row.get::<_, Option<String>>(0);
        let classes = ["pc", "smartphone", "mobilephone", "appliance", "crawler", "misc", "UNKNOWN"];
        let is_described =
            stored.as_ref().is_none_or(|found| found != &text && classes.contains(&found.rsplit('/').next().unwrap()));
        assert!(is_described, "{text:?} became {stored:?}");
    }
}
