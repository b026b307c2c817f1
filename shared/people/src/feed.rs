//! A person's items in the feed.

use catalog::{FeedCatalog, FeedItem};
use store::Database;
use store::anonymize_interaction::list_known;

use crate::PeopleError;
use crate::task::Task;

/// Anonymizes the person's items; returns whether none is left.
///
/// Items of interactions that arrived after the rows were anonymized stay: they belong to a new person.
pub(crate) async fn erase(task: Task<'_>, catalog: &FeedCatalog) -> Result<bool, PeopleError> {
    for partition in FeedCatalog::partitions(task.identities) {
        let mut from = None;
        loop {
            if task.is_overdue() {
                return Ok(false);
            }
            let page = catalog.list(&partition, from).await?;
            let items = old(task.database, page.items).await?;
            let number = items.len();
            catalog.anonymize(items).await?;
            task.count("feed", number).await?;
            from = page.next;
            if from.is_none() {
                break;
            }
        }
    }
    Ok(true)
}

/// Skips items that still belong to someone.
async fn old(database: &Database, items: Vec<FeedItem>) -> Result<Vec<FeedItem>, PeopleError> {
    if items.is_empty() {
        return Ok(items);
    }
    let named: Vec<_> = items.iter().map(|item| (item.id, item.date_created)).collect();
    let known = list_known(database, &named).await?;
    Ok(items.into_iter().filter(|item| !known.contains(&item.id)).collect())
}
