//! The request body for an HTTP catalog.

use domain::Interaction;
use serde::Serialize;
use serde_json::value::RawValue;

use crate::time::rfc3339;

/// The JSON body. The user agent, the address and the session are not sent.
#[derive(Serialize)]
struct Body<'a> {
    id: i64,
    account_id: Option<String>,
    event_type: &'a str,
    ref_type: &'a str,
    ref_id: &'a str,
    metadata: Metadata<'a>,
    occurred_at: String,
    date_created: String,
}

#[derive(Serialize)]
#[serde(untagged)]
enum Metadata<'a> {
    /// The stored text unchanged: numbers keep their digits.
    Json(&'a RawValue),
    /// The database contains only JSON. If the text were ever anything else, the catalog would get it as a string and
    /// decide; nothing is lost and nothing panics.
    Text(&'a str),
}

/// Writes the body of one call.
pub(super) fn encode(interaction: &Interaction) -> String {
    let metadata =
        serde_json::from_str(&interaction.metadata).map_or(Metadata::Text(&interaction.metadata), Metadata::Json);
    let body = Body {
        id: interaction.id.0,
        account_id: interaction.account_id.map(|id| id.to_string()),
        event_type: &interaction.event_type,
        ref_type: &interaction.ref_type,
        ref_id: &interaction.ref_id,
        metadata,
        occurred_at: rfc3339(interaction.occurred_at),
        date_created: rfc3339(interaction.date_created),
    };
    serde_json::to_string(&body).expect("strings, numbers and checked JSON always serialize")
}

#[cfg(test)]
mod tests {
    use domain::InteractionId;

    use super::*;

    fn liked(metadata: &str) -> Interaction {
        Interaction {
            id: InteractionId(7),
            account_id: None,
            session_id: Some("s-1".to_owned()),
            event_type: "view".to_owned(),
            ref_type: "Category".to_owned(),
            ref_id: "shoes \"ü\"".to_owned(),
            metadata: metadata.to_owned(),
            occurred_at: "2026-11-20T10:00:00Z".parse().unwrap(),
            date_created: "2026-11-20T10:00:01Z".parse().unwrap(),
        }
    }

    #[test]
    fn metadata_is_embedded_with_all_its_digits() {
        insta::assert_snapshot!(
            encode(&liked(r#"{"price": 0.10000000000000000001, "a": [1]}"#)),
            @r#"{"id":7,"account_id":null,"event_type":"view","ref_type":"Category","ref_id":"shoes \"ü\"","metadata":{"price": 0.10000000000000000001, "a": [1]},"occurred_at":"2026-11-20T10:00:00.000000Z","date_created":"2026-11-20T10:00:01.000000Z"}"#
        );
    }

    #[test]
    fn metadata_that_is_no_json_cannot_break_out_of_its_field() {
        let body = encode(&liked(r#"{}, "id": 8"#));
        let body: serde_json::Value = serde_json::from_str(&body).unwrap();
        assert_eq!(body["id"], 7);
        assert_eq!(body["metadata"], r#"{}, "id": 8"#);
    }
}
