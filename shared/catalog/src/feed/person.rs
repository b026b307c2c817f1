//! The feed items of a person: reads or anonymizes them.

use std::collections::{BTreeMap, HashMap, HashSet};

use aws_sdk_dynamodb::error::BoxError;
use aws_sdk_dynamodb::types::{AttributeValue, Delete, Put, TransactWriteItem};
use domain::{Identities, InteractionId};
use jiff::Timestamp;
use serde_json::Value;

use super::FeedCatalog;
use super::item::{Item, account_partition, session_partition};
use crate::CatalogError;

/// Items of one `TransactWriteItems` call, which takes 100 actions and 4 MB: an item is deleted and two are written at
/// most, and a page, whose items are written, has 1 MB.
/// <https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_TransactWriteItems.html>
const ITEMS_PER_TRANSACTION: usize = 33;

/// An item of a person.
#[derive(Debug, Clone)]
pub struct FeedItem(Item);

impl FeedItem {
    fn read(attributes: &HashMap<String, AttributeValue>) -> Result<Self, CatalogError> {
        let unreadable = || CatalogError::Feed("an item has no key, or an interaction no id or no time".into());
        Item::read(attributes).map(Self).ok_or_else(unreadable)
    }

    /// Returns the interactions in it, with the time of arrival of each.
    pub fn interactions(&self) -> impl Iterator<Item = (InteractionId, Timestamp)> {
        self.0.entries().iter().map(|entry| (entry.id, entry.arrived))
    }

    /// Returns the item as a JSON object; numbers are strings, as in DynamoDB.
    #[must_use]
    pub fn to_json(&self) -> Value {
        to_json(&AttributeValue::M(self.0.attributes()))
    }
}

fn to_json(value: &AttributeValue) -> Value {
    match value {
        AttributeValue::S(text) | AttributeValue::N(text) => Value::String(text.clone()),
        AttributeValue::L(list) => list.iter().map(to_json).collect(),
        AttributeValue::M(map) => map.iter().map(|(name, value)| (name.clone(), to_json(value))).collect(),
        _ => Value::Null,
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
        let items = page.items.unwrap_or_default().iter().map(FeedItem::read).collect::<Result<_, _>>()?;
        Ok(FeedPage { items, next: page.last_evaluated_key.map(FeedPosition) })
    }

    /// Anonymizes the interactions in the items of a page, except for those that belong to a later person; returns how
    /// many.
    ///
    /// What an interaction was about stays; the person and the metadata do not. An item that holds both is split.
    ///
    /// # Errors
    /// [`CatalogError::Feed`]; may be repeated.
    pub async fn anonymize(&self, page: Vec<FeedItem>, later: &HashSet<InteractionId>) -> Result<usize, CatalogError> {
        let of_person = |item: &FeedItem| item.interactions().filter(|(id, _)| !later.contains(id)).count();
        let number = page.iter().map(of_person).sum();
        let items: Vec<_> = page.into_iter().filter(|item| of_person(item) > 0).map(|item| item.0).collect();
        for chunk in items.chunks(ITEMS_PER_TRANSACTION) {
            let actions = self.anonymous(chunk, later)?;
            let call = self.client.transact_write_items().set_transact_items(Some(actions));
            call.send().await.map_err(failed)?;
        }
        Ok(number)
    }

    /// Deletes the person's items and writes what replaces them, all or nothing.
    fn anonymous(
        &self,
        items: &[Item],
        later: &HashSet<InteractionId>,
    ) -> Result<Vec<TransactWriteItem>, CatalogError> {
        let invalid = |error: aws_sdk_dynamodb::error::BuildError| CatalogError::Feed(error.into());
        let parts = items.iter().map(|item| item.clone().without_person(|id| !later.contains(&id)));
        // Two items may hold the same interactions of a person and become the same; a transaction may write an item once.
        let written = parts.flat_map(|(nobodys, persons)| nobodys.into_iter().chain(persons));
        let written: BTreeMap<_, _> = written.map(|item| (item.sort_key.clone(), item.attributes())).collect();
        let mut actions = Vec::with_capacity(items.len() + written.len());
        for attributes in written.into_values() {
            let put = Put::builder().table_name(&self.table).set_item(Some(attributes)).build().map_err(invalid)?;
            actions.push(TransactWriteItem::builder().put(put).build());
        }
        for (partition, sort_key) in items.iter().map(Item::key) {
            let [partition, sort_key] = [partition, sort_key].map(|key| AttributeValue::S(key.to_owned()));
            let delete = Delete::builder().table_name(&self.table).key("pk", partition).key("sk", sort_key);
            actions.push(TransactWriteItem::builder().delete(delete.build().map_err(invalid)?).build());
        }
        Ok(actions)
    }
}

fn failed(error: impl Into<BoxError>) -> CatalogError {
    CatalogError::Feed(error.into())
}
