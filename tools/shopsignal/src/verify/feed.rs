//! The catalog feed against the log: every confirmed interaction must be in it.

use std::collections::{HashMap, HashSet};

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::AttributeValue;
use serde::Serialize;

use crate::Error;

/// The feed deletes items after this; a day less is checked, because it may delete while we read.
#[expect(clippy::cast_possible_truncation, reason = "a number of days between 1 and 90")]
pub(super) const CHECKED_DAYS: u16 = catalog::FEED_LIFETIME_DAYS as u16 - 1;

/// The content of the feed, compared with the log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FeedCheck {
    /// The table.
    pub table: String,
    /// Items in it.
    pub items: usize,
    /// Interactions among them. Fewer than items means that one is duplicated.
    pub distinct: usize,
    /// Interactions that were delivered to it according to the log.
    pub delivered: usize,
    /// Interactions that an outside catalog has, and that need not be in the feed.
    pub elsewhere: i64,
    /// Those of them that are not in the feed, by id. Must be none.
    pub missing: Vec<i64>,
}

impl FeedCheck {
    /// Counts violations.
    #[must_use]
    pub fn differences(&self) -> usize {
        self.missing.len() + (self.items - self.distinct)
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
    let (table, distinct, delivered) = (table.to_owned(), found.len(), delivered.len());
    Ok(FeedCheck { table, items, distinct, delivered, elsewhere, missing })
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
            .projection_expression("#id")
            .expression_attribute_names("#id", "id")
            .set_exclusive_start_key(start)
            .send()
            .await
            .map_err(|error| failed(error.into()))?;
        for item in page.items() {
            items += 1;
            let id = item.get("id").and_then(|value| value.as_n().ok()?.parse().ok());
            found.insert(id.ok_or_else(|| failed("an item has no id that is a number".into()))?);
        }
        start = page.last_evaluated_key;
        if start.is_none() {
            return Ok((items, found));
        }
    }
}
