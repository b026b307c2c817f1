//! The items of the feed: whose interactions one holds, its key, its attributes and its expiry.
//!
//! An item is a function of its interactions, and its key contains a digest of their ids. So the same interactions are
//! the same item however often they are written, and an item with other interactions never replaces it.

use std::collections::{BTreeMap, HashMap};

use aws_sdk_dynamodb::types::{AttributeValue, PutRequest, WriteRequest};
use domain::{Interaction, InteractionId};
use jiff::Timestamp;
use jiff::tz::Offset;
use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::time::rfc3339;

/// How long an item stays in the feed, in days from the arrival of its latest interaction: time enough for a reader that
/// was down. The log in Postgres keeps everything.
pub const FEED_LIFETIME_DAYS: i64 = 30;

/// Bytes of an item without its interactions, as DynamoDB counts them: of an account and a session that are UUIDs.
pub const FEED_ITEM_BYTES: u32 = 236;

/// Bytes of an interaction in an item, as DynamoDB counts them: of a product that is a UUID, with 25 bytes of metadata.
pub const FEED_INTERACTION_BYTES: u32 = 207;

const SECONDS_PER_DAY: i64 = 24 * 60 * 60;

pub(super) type Attributes = HashMap<String, AttributeValue>;

/// Whose interactions an item holds: at most one account, and one session.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Subject {
    partition: String,
    account_id: Option<String>,
    session_id: Option<String>,
}

impl Subject {
    /// Partitioned by person, so that what belongs together is read together. Events without an account and a session
    /// are partitioned by day, so that they do not accumulate in one partition forever.
    fn of(interaction: &Interaction) -> Self {
        let (account_id, session_id) = (interaction.account_id, interaction.session_id.clone());
        let partition = match (account_id, &session_id) {
            (Some(account), _) => account_partition(account),
            (None, Some(session)) => session_partition(session),
            (None, None) => anonymous_partition(interaction.date_created),
        };
        Self { partition, account_id: account_id.map(|id| id.to_string()), session_id }
    }

    fn nobody(arrived: Timestamp) -> Self {
        Self { partition: anonymous_partition(arrived), account_id: None, session_id: None }
    }

    fn read(attributes: &Attributes) -> Option<Self> {
        let text = |name: &str| attributes.get(name)?.as_s().ok().cloned();
        Some(Self { partition: text("pk")?, account_id: text("account_id"), session_id: text("session_id") })
    }
}

pub(super) fn account_partition(account: Uuid) -> String {
    format!("account#{account}")
}

pub(super) fn session_partition(session: &str) -> String {
    format!("session#{session}")
}

fn anonymous_partition(arrived: Timestamp) -> String {
    format!("anonymous#{}", Offset::UTC.to_datetime(arrived).date())
}

/// An interaction in an item.
#[derive(Debug, Clone)]
pub(super) struct Entry {
    pub(super) id: InteractionId,
    pub(super) arrived: Timestamp,
    attributes: Attributes,
}

impl Entry {
    fn of(interaction: &Interaction) -> Self {
        let attributes = HashMap::from([
            number("id", interaction.id.0),
            text("event_type", interaction.event_type.clone()),
            text("ref_type", interaction.ref_type.clone()),
            text("ref_id", interaction.ref_id.clone()),
            text("metadata", interaction.metadata.clone()),
            text("occurred_at", rfc3339(interaction.occurred_at)),
            text("date_created", rfc3339(interaction.date_created)),
        ]);
        Self { id: interaction.id, arrived: interaction.date_created, attributes }
    }

    fn read(value: &AttributeValue) -> Option<Self> {
        let attributes = value.as_m().ok()?.clone();
        let id = attributes.get("id")?.as_n().ok()?.parse().ok()?;
        let arrived = attributes.get("date_created")?.as_s().ok()?.parse().ok()?;
        Some(Self { id: InteractionId(id), arrived, attributes })
    }
}

/// One item of the feed. It holds at least one interaction.
#[derive(Debug, Clone)]
pub(super) struct Item {
    subject: Subject,
    /// Sorted by arrival, then by id.
    entries: Vec<Entry>,
    /// Different for different interactions.
    pub(super) sort_key: String,
}

impl Item {
    /// Groups interactions by whose they are.
    pub(super) fn group(interactions: &[&Interaction]) -> Vec<Self> {
        let mut subjects = BTreeMap::<_, Vec<_>>::new();
        for interaction in interactions {
            subjects.entry(Subject::of(interaction)).or_default().push(Entry::of(interaction));
        }
        subjects.into_iter().filter_map(|(subject, entries)| Self::new(subject, entries)).collect()
    }

    /// Returns nothing without entries.
    fn new(subject: Subject, mut entries: Vec<Entry>) -> Option<Self> {
        entries.sort_unstable_by_key(|entry| (entry.arrived, entry.id));
        let first = entries.first()?;
        let ids = entries.iter().fold(Sha256::new(), |digest, entry| digest.chain_update(entry.id.0.to_be_bytes()));
        let digest: String = ids.finalize().iter().take(8).map(|byte| format!("{byte:02x}")).collect();
        let sort_key = format!("{}#{:020}#{digest}", rfc3339(first.arrived), first.id.0);
        Some(Self { subject, entries, sort_key })
    }

    /// Reads an item of DynamoDB.
    pub(super) fn read(attributes: &Attributes) -> Option<Self> {
        let subject = Subject::read(attributes)?;
        let sort_key = attributes.get("sk")?.as_s().ok()?.clone();
        let entries = attributes.get("interactions")?.as_l().ok()?.iter().map(Entry::read).collect::<Option<_>>()?;
        Some(Self { subject, entries, sort_key })
    }

    /// Splits it into two, or returns it when it holds a single interaction.
    pub(super) fn halves(self) -> Result<[Self; 2], Self> {
        let (one, other) = self.entries.split_at(self.entries.len() / 2);
        let item = |entries: &[Entry]| Self::new(self.subject.clone(), entries.to_vec());
        item(one).zip(item(other)).map(|(one, other)| [one, other]).ok_or(self)
    }

    /// Splits it into an anonymous item of those interactions and the person's item of the others.
    pub(super) fn without_person(self, is_erased: impl Fn(InteractionId) -> bool) -> (Option<Self>, Option<Self>) {
        let (mut erased, kept): (Vec<_>, Vec<_>) = self.entries.into_iter().partition(|entry| is_erased(entry.id));
        for entry in &mut erased {
            entry.attributes.extend([text("metadata", "{}".to_owned())]);
        }
        let arrived = erased.first().map(|entry| entry.arrived);
        (arrived.and_then(|at| Self::new(Subject::nobody(at), erased)), Self::new(self.subject, kept))
    }

    pub(super) fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// Returns its key: the partition and the position in it.
    pub(super) fn key(&self) -> (&str, &str) {
        (&self.subject.partition, &self.sort_key)
    }

    /// Returns what DynamoDB stores.
    pub(super) fn attributes(&self) -> Attributes {
        let Subject { partition, account_id, session_id } = self.subject.clone();
        let last = self.entries.last().map_or(0, |entry| entry.arrived.as_second());
        let entries = self.entries.iter().map(|entry| AttributeValue::M(entry.attributes.clone())).collect();
        let mut attributes = HashMap::from([
            text("pk", partition),
            text("sk", self.sort_key.clone()),
            number("expires_at", last + FEED_LIFETIME_DAYS * SECONDS_PER_DAY),
            ("interactions".to_owned(), AttributeValue::L(entries)),
        ]);
        attributes.extend(account_id.map(|id| text("account_id", id)));
        attributes.extend(session_id.map(|id| text("session_id", id)));
        attributes
    }

    pub(super) fn to_request(&self) -> WriteRequest {
        let put = PutRequest::builder().set_item(Some(self.attributes())).build();
        WriteRequest::builder().put_request(put.expect("an item was set")).build()
    }
}

/// Returns the sort key of an item that DynamoDB returned.
pub(super) fn sort_key_of(request: &WriteRequest) -> Option<&String> {
    request.put_request()?.item().get("sk")?.as_s().ok()
}

fn text(name: &str, value: String) -> (String, AttributeValue) {
    (name.to_owned(), AttributeValue::S(value))
}

fn number(name: &str, value: i64) -> (String, AttributeValue) {
    (name.to_owned(), AttributeValue::N(value.to_string()))
}

#[cfg(test)]
mod tests;
