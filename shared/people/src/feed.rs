//! A person's items in the feed.

use std::time::Instant;

use catalog::{FeedCatalog, FeedItem};
use store::anonymize_interaction::list_known;

use crate::erase::{Task, count};
use crate::{PeopleError, Places};

/// Anonymizes the person's items; returns whether none is left.
///
/// Items of interactions that arrived after the rows were anonymized stay: they belong to a new person.
pub(crate) async fn erase(task: Task<'_>, catalog: &FeedCatalog) -> Result<bool, PeopleError> {
    let Task { places, id, identities, deadline } = task;
    for partition in FeedCatalog::partitions(identities) {
        let mut from = None;
        loop {
            if Instant::now() >= deadline {
                return Ok(false);
            }
            let page = catalog.list(&partition, from).await?;
            let items = old(places, page.items).await?;
            let number = items.len();
            catalog.anonymize(items).await?;
            count(places, id, "feed", number).await?;
            from = page.next;
            if from.is_none() {
                break;
            }
        }
    }
    Ok(true)
}

/// Skips items that still belong to someone.
async fn old(places: &Places, items: Vec<FeedItem>) -> Result<Vec<FeedItem>, PeopleError> {
    if items.is_empty() {
        return Ok(items);
    }
    let named: Vec<_> = items.iter().map(|item| (item.id, item.date_created)).collect();
    let known = list_known(&places.database, &named).await?;
    Ok(items.into_iter().filter(|item| !known.contains(&item.id)).collect())
}
