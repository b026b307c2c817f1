//! A table of the emulator's DynamoDB for one test, as template.yaml creates it for the feed.

use std::collections::{BTreeSet, HashMap};

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::{
    AttributeDefinition, AttributeValue, BillingMode, KeySchemaElement, KeyType, ScalarAttributeType,
};
use uuid::Uuid;

use crate::TestQueue;

/// A table with a unique name.
#[derive(Debug, Clone)]
pub struct TestTable {
    client: Client,
    name: String,
}

impl TestTable {
    /// Creates the table, with the key schema of the template.
    ///
    /// # Panics
    /// When the emulator is not available.
    pub async fn create() -> Self {
        let (client, name) = (Self::client(), format!("feed-{}", Uuid::now_v7()));
        let mut create = client.create_table().table_name(&name).billing_mode(BillingMode::PayPerRequest);
        for (name, key) in [("pk", KeyType::Hash), ("sk", KeyType::Range)] {
            let attribute = AttributeDefinition::builder().attribute_name(name).attribute_type(ScalarAttributeType::S);
            let key = KeySchemaElement::builder().attribute_name(name).key_type(key);
            create = create.attribute_definitions(attribute.build().unwrap()).key_schema(key.build().unwrap());
        }
        create.send().await.unwrap();
        Self { client, name }
    }

    /// Returns a client of the emulator.
    #[must_use]
    pub fn client() -> Client {
        Client::new(&TestQueue::aws())
    }

    /// Returns the table's name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Returns every item.
    ///
    /// # Panics
    /// When the emulator is not available.
    pub async fn items(&self) -> Vec<HashMap<String, AttributeValue>> {
        self.client.scan().table_name(&self.name).send().await.unwrap().items.unwrap_or_default()
    }

    /// Returns the ids of the interactions in the table, each once, as a reader sees them who drops those that he has seen.
    ///
    /// # Panics
    /// When the emulator is not available, or an item holds no interactions.
    pub async fn ids(&self) -> Vec<i64> {
        let ids: BTreeSet<_> = self.items().await.iter().flat_map(Self::ids_of).collect();
        ids.into_iter().collect()
    }

    /// Returns the ids of the interactions in an item.
    ///
    /// # Panics
    /// When it holds none.
    #[must_use]
    pub fn ids_of(item: &HashMap<String, AttributeValue>) -> Vec<i64> {
        let interactions = item["interactions"].as_l().unwrap();
        assert!(!interactions.is_empty(), "{item:?}");
        interactions
            .iter()
            .map(|interaction| interaction.as_m().unwrap()["id"].as_n().unwrap().parse().unwrap())
            .collect()
    }

    /// Removes the table. A table that a failed test leaves behind is removed with the emulator.
    ///
    /// With a client of its own: a drop calls it from a runtime of its own while that of the test stands still, and with it
    /// the connections of the table's client. A request over one of those would wait for seconds.
    ///
    /// # Panics
    /// When the emulator is not available.
    pub async fn delete(self) {
        Self::client().delete_table().table_name(&self.name).send().await.unwrap();
    }
}
