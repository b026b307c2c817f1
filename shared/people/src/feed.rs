//! A person's items in the feed.

use std::collections::HashSet;

use catalog::{FeedCatalog, FeedItem};
use domain::InteractionId;
use store::Database;
use store::anonymize_interaction::list_known;

use crate::PeopleError;
use crate::task::Task;

/// Anonymizes the person's interactions; returns whether none is left.
///
/// Those that arrived after the rows were anonymized stay: they belong to a new person.
pub(crate) async fn erase(task: Task<'_>, catalog: &FeedCatalog) -> Result<bool, PeopleError> {
    for partition in FeedCatalog::partitions(task.identities) {
        let mut from = None;
        loop {
            if task.is_overdue() {
                return Ok(false);
            }
            let page = catalog.list(&partition, from).await?;
            let later = list_later(task.database, &page.items).await?;
            let number = catalog.anonymize(page.items, &later).await?;
            task.count("feed", number).await?;
            from = page.next;
            if from.is_none() {
                break;
            }
        }
    }
    Ok(true)
}

/// Lists the interactions in these items that still belong to someone.
async fn list_later(database: &Database, items: &[FeedItem]) -> Result<HashSet<InteractionId>, PeopleError> {
    if items.is_empty() {
        return Ok(HashSet::new());
    }
    let named: Vec<_> = items.iter().flat_map(FeedItem::interactions).collect();
    Ok(list_known(database, &named).await?.into_iter().collect())
}
