//! The catalog feed against the log: every confirmed interaction must be in it.

use std::collections::{HashMap, HashSet};

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::AttributeValue;
use serde::Serialize;

use crate::Error;

/// The feed deletes items after this; a day less is checked, because it may delete while we read.
#[expect(clippy::cast_possible_truncation, reason = "a number of days between 1 and 30")]
pub(super) const CHECKED_DAYS: u16 = catalog::FEED_LIFETIME_DAYS as u16 - 1;

/// The content of the feed, compared with the log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FeedCheck {
    /// The table.
    pub table: String,
    /// Items in it.
    pub items: usize,
    /// Interactions in these, each once: one that was delivered again may be in two items.
    pub interactions: usize,
    /// Interactions that were delivered to it according to the log.
    pub delivered: usize,
    /// Interactions that need not be in the feed: an outside catalog has them, or there was no feed.
    pub elsewhere: i64,
    /// Delivered ones that are not in it, by id. Must be none.
    pub missing: Vec<i64>,
}

impl FeedCheck {
    /// Counts violations.
    #[must_use]
    pub fn differences(&self) -> usize {
        self.missing.len()
    }
}

/// Compares the feed with what had been delivered at an earlier time. Later items are ignored.
pub(super) async fn check(
    client: &Client,
    table: &str,
    (delivered, elsewhere): (&[i64], i64),
) -> Result<FeedCheck, Error> {
    let (items, found) = scan(client, table).await?;
    let missing = delivered.iter().copied().filter(|id| !found.contains(id)).collect();
    let (table, interactions, delivered) = (table.to_owned(), found.len(), delivered.len());
    Ok(FeedCheck { table, items, interactions, delivered, elsewhere, missing })
}

async fn scan(client: &Client, table: &str) -> Result<(usize, HashSet<i64>), Error> {
    let failed = |source: Box<dyn std::error::Error + Send + Sync>| {
        Error::aws(format!("read the catalog feed in the table {table}"), source)
    };
    let (mut items, mut found) = (0, HashSet::new());
    let mut start: Option<HashMap<String, AttributeValue>> = None;
    loop {
        let page = client
            .scan()
            .table_name(table)
            .consistent_read(true)
            .projection_expression("interactions")
            .set_exclusive_start_key(start)
            .send()
            .await
            .map_err(|error| failed(error.into()))?;
        for item in page.items() {
            items += 1;
            found.extend(ids_of(item).ok_or_else(|| failed("an item has no interactions with ids".into()))?);
        }
        start = page.last_evaluated_key;
        if start.is_none() {
            return Ok((items, found));
        }
    }
}

fn ids_of(item: &HashMap<String, AttributeValue>) -> Option<Vec<i64>> {
    let interactions = item.get("interactions")?.as_l().ok()?;
    interactions.iter().map(|interaction| interaction.as_m().ok()?.get("id")?.as_n().ok()?.parse().ok()).collect()
}
