//! The feed items of a person: reads or anonymizes them.

use std::collections::HashMap;

use aws_sdk_dynamodb::error::BoxError;
use aws_sdk_dynamodb::types::{AttributeValue, Delete, Put, TransactWriteItem};
use domain::{Identities, InteractionId};
use jiff::Timestamp;
use serde_json::{Map, Value};

use super::FeedCatalog;
use super::item::{account_partition, anonymous_partition, session_partition};
use crate::CatalogError;

/// Items of one `TransactWriteItems` call, which takes 100 actions; each item is a put and a delete.
/// <https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_TransactWriteItems.html>
const ITEMS_PER_TRANSACTION: usize = 50;

/// The attributes that only a person's item has.
const OF_A_PERSON: [&str; 2] = ["account_id", "session_id"];

/// An item of a person.
#[derive(Debug, Clone)]
pub struct FeedItem {
    /// The interaction.
    pub id: InteractionId,
    /// When the interaction arrived.
    pub date_created: Timestamp,
    attributes: HashMap<String, AttributeValue>,
}

impl FeedItem {
    fn of(attributes: HashMap<String, AttributeValue>) -> Result<Self, CatalogError> {
        let text = |name: &str, value: fn(&AttributeValue) -> Option<&String>| attributes.get(name).and_then(value);
        let id = text("id", |it| it.as_n().ok()).and_then(|text| text.parse().ok());
        let date_created = text("date_created", |it| it.as_s().ok()).and_then(|text| text.parse().ok());
        let unreadable = || CatalogError::Feed("an item has no id or no time".into());
        Ok(Self {
            id: InteractionId(id.ok_or_else(unreadable)?),
            date_created: date_created.ok_or_else(unreadable)?,
            attributes,
        })
    }

    /// Returns the item as a JSON object; numbers are strings, as in DynamoDB.
    #[must_use]
    pub fn to_json(&self) -> Value {
        let text = |value: &AttributeValue| value.as_s().or_else(|_| value.as_n()).cloned().unwrap_or_default();
        let mut names: Vec<_> = self.attributes.iter().collect();
        names.sort_by_key(|(name, _)| *name);
        names.into_iter().map(|(name, value)| (name.clone(), Value::String(text(value)))).collect::<Map<_, _>>().into()
    }

    /// Writes the anonymous item and deletes the person's, both or neither.
    fn anonymous(self, table: &str) -> Result<[TransactWriteItem; 2], CatalogError> {
        let key = |name: &str| self.attributes.get(name).cloned().unwrap_or(AttributeValue::Null(true));
        let delete = Delete::builder().table_name(table).key("pk", key("pk")).key("sk", key("sk")).build();
        let mut attributes = self.attributes;
        attributes.retain(|name, _| !OF_A_PERSON.contains(&&**name));
        attributes.insert("pk".to_owned(), AttributeValue::S(anonymous_partition(self.date_created)));
        attributes.insert("metadata".to_owned(), AttributeValue::S("{}".to_owned()));
        let put = Put::builder().table_name(table).set_item(Some(attributes)).build();
        let failed = |error: aws_sdk_dynamodb::error::BuildError| CatalogError::Feed(error.into());
        Ok([
            TransactWriteItem::builder().put(put.map_err(failed)?).build(),
            TransactWriteItem::builder().delete(delete.map_err(failed)?).build(),
        ])
    }
}

/// A page of a person's items, and where the next one begins.
#[derive(Debug, Default)]
pub struct FeedPage {
    /// The items.
    pub items: Vec<FeedItem>,
    /// Given to the next call; `None` after the last page.
    pub next: Option<FeedPosition>,
}

/// A position between two items.
#[derive(Debug, Clone)]
pub struct FeedPosition(HashMap<String, AttributeValue>);

impl FeedCatalog {
    /// Returns the partitions of a person.
    #[must_use]
    pub fn partitions(identities: &Identities) -> Vec<String> {
        let accounts = identities.accounts.iter().map(|id| account_partition(*id));
        accounts.chain(identities.sessions.iter().map(|session| session_partition(session))).collect()
    }

    /// Reads a page of a partition.
    ///
    /// # Errors
    /// [`CatalogError::Feed`]; may be repeated.
    pub async fn list(&self, partition: &str, from: Option<FeedPosition>) -> Result<FeedPage, CatalogError> {
        let call =
            self.client.query().table_name(&self.table).consistent_read(true).key_condition_expression("pk = :pk");
        let call = call.expression_attribute_values(":pk", AttributeValue::S(partition.to_owned()));
        let page = call.set_exclusive_start_key(from.map(|position| position.0)).send().await.map_err(failed)?;
        let items = page.items.unwrap_or_default().into_iter().map(FeedItem::of).collect::<Result<_, _>>()?;
        Ok(FeedPage { items, next: page.last_evaluated_key.map(FeedPosition) })
    }

    /// Anonymizes items. What an interaction was about stays; the person and the metadata do not.
    ///
    /// # Errors
    /// [`CatalogError::Feed`]; may be repeated.
    pub async fn anonymize(&self, items: Vec<FeedItem>) -> Result<(), CatalogError> {
        let mut items = items.into_iter().peekable();
        while items.peek().is_some() {
            let chunk = items.by_ref().take(ITEMS_PER_TRANSACTION).map(|item| item.anonymous(&self.table));
            let actions = chunk.collect::<Result<Vec<_>, _>>()?.into_iter().flatten().collect();
            let call = self.client.transact_write_items().set_transact_items(Some(actions));
            call.send().await.map_err(failed)?;
        }
        Ok(())
    }
}

fn failed(error: impl Into<BoxError>) -> CatalogError {
    CatalogError::Feed(error.into())
}
