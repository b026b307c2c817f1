//! The item of an interaction: its key, attributes and expiry.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::{AttributeValue, PutRequest, WriteRequest};
use domain::{Interaction, InteractionId};
use jiff::Timestamp;
use jiff::tz::Offset;
use uuid::Uuid;

use crate::time::rfc3339;

/// How long an item stays in the feed, in days from the arrival of its interaction: about a season. The log in Postgres
/// keeps everything.
pub const FEED_LIFETIME_DAYS: i64 = 90;

const SECONDS_PER_DAY: i64 = 24 * 60 * 60;

/// One item of the feed.
pub(super) struct Item {
    pub(super) id: InteractionId,
    /// Unique in the whole feed, because the id is part of it.
    pub(super) sort_key: String,
    attributes: HashMap<String, AttributeValue>,
}

impl Item {
    /// Converts an interaction to an item. The same interaction gives the same item.
    pub(super) fn new(interaction: &Interaction) -> Self {
        let arrived = rfc3339(interaction.date_created);
        let sort_key = format!("{arrived}#{:020}", interaction.id.0);
        let expires_at = interaction.date_created.as_second() + FEED_LIFETIME_DAYS * SECONDS_PER_DAY;
        let mut attributes = HashMap::from([
            text("pk", partition_key(interaction)),
            text("sk", sort_key.clone()),
            number("id", interaction.id.0),
            text("event_type", interaction.event_type.clone()),
            text("ref_type", interaction.ref_type.clone()),
            text("ref_id", interaction.ref_id.clone()),
            text("metadata", interaction.metadata.clone()),
            text("occurred_at", rfc3339(interaction.occurred_at)),
            text("date_created", arrived),
            number("expires_at", expires_at),
        ]);
        attributes.extend(interaction.account_id.map(|id| text("account_id", id.to_string())));
        attributes.extend(interaction.session_id.clone().map(|id| text("session_id", id)));
        Self { id: interaction.id, sort_key, attributes }
    }

    pub(super) fn to_request(&self) -> WriteRequest {
        let put = PutRequest::builder().set_item(Some(self.attributes.clone())).build();
        WriteRequest::builder().put_request(put.expect("an item was set")).build()
    }
}

/// Returns the sort key of an item that DynamoDB returned.
pub(super) fn sort_key_of(request: &WriteRequest) -> Option<&String> {
    request.put_request()?.item().get("sk")?.as_s().ok()
}

/// Partitioned by person, so that what belongs together is read together. Events without an account and a session are
/// partitioned by day, so that they do not accumulate in one partition forever.
fn partition_key(interaction: &Interaction) -> String {
    match (interaction.account_id, &interaction.session_id) {
        (Some(account), _) => account_partition(account),
        (None, Some(session)) => session_partition(session),
        (None, None) => anonymous_partition(interaction.date_created),
    }
}

pub(super) fn account_partition(account: Uuid) -> String {
    format!("account#{account}")
}

pub(super) fn session_partition(session: &str) -> String {
    format!("session#{session}")
}

pub(super) fn anonymous_partition(arrived: Timestamp) -> String {
    format!("anonymous#{}", day(arrived))
}

fn day(at: Timestamp) -> jiff::civil::Date {
    Offset::UTC.to_datetime(at).date()
}

fn text(name: &str, value: String) -> (String, AttributeValue) {
    (name.to_owned(), AttributeValue::S(value))
}

fn number(name: &str, value: i64) -> (String, AttributeValue) {
    (name.to_owned(), AttributeValue::N(value.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn viewed() -> Interaction {
        Interaction {
            id: InteractionId(42),
            account_id: Some(Uuid::from_u128(1)),
            session_id: Some("s-1".to_owned()),
            event_type: "view".to_owned(),
            ref_type: "Product".to_owned(),
            ref_id: Uuid::from_u128(2).to_string(),
            metadata: r#"{"a":1}"#.to_owned(),
            occurred_at: "2026-11-20T10:00:00Z".parse().unwrap(),
            date_created: "2026-11-20T23:59:59.5Z".parse().unwrap(),
        }
    }

    #[test]
    fn an_item_holds_the_interaction_under_its_account() {
        let item = Item::new(&viewed());
        let mut lines: Vec<String> = item.attributes.iter().map(|(name, value)| format!("{name}: {value:?}")).collect();
        lines.sort();
        insta::assert_snapshot!(lines.join("\n"), @r#"
        account_id: S("00000000-0000-0000-0000-000000000001")
        date_created: S("2026-11-20T23:59:59.500000Z")
        event_type: S("view")
        expires_at: N("1802995199")
        id: N("42")
        metadata: S("{\"a\":1}")
        occurred_at: S("2026-11-20T10:00:00.000000Z")
        pk: S("account#00000000-0000-0000-0000-000000000001")
        ref_id: S("00000000-0000-0000-0000-000000000002")
        ref_type: S("Product")
        session_id: S("s-1")
        sk: S("2026-11-20T23:59:59.500000Z#00000000000000000042")
        "#);
    }

    #[test]
    fn without_an_account_the_session_is_the_partition_and_without_both_the_day() {
        let guest = Interaction { account_id: None, ..viewed() };
        assert_eq!(partition_key(&guest), "session#s-1");
        let nobody = Interaction { session_id: None, ..guest };
        assert_eq!(partition_key(&nobody), "anonymous#2026-11-20");
        assert!(!Item::new(&nobody).attributes.contains_key("session_id"));
    }

    #[test]
    fn sort_keys_sort_by_time_and_then_by_id() {
        let nine = Item::new(&Interaction { id: InteractionId(9), ..viewed() });
        let ten = Item::new(&Interaction { id: InteractionId(10), ..viewed() });
        let later = Interaction { date_created: "2026-11-21T00:00:00Z".parse().unwrap(), ..viewed() };
        let later = Item::new(&Interaction { id: InteractionId(1), ..later });
        assert!(nine.sort_key < ten.sort_key && ten.sort_key < later.sort_key);
    }
}
