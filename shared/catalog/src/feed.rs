//! Our own feed: DynamoDB items for a recommender of the shop's, each with the interactions of one subject in a batch.
//!
//! A write unit of DynamoDB holds several interactions, so an item of them costs a fraction of an item for each. A batch
//! that is delivered again may be grouped differently: then an interaction is in two items, and none is replaced. An item
//! that DynamoDB refuses fails its whole call; such a call is split until the interaction is isolated, or the item is
//! small enough, and its neighbours are written.

mod call;
mod item;
mod person;

use std::time::{Duration, Instant};

use aws_sdk_dynamodb::Client;
use backon::{BackoffBuilder, ExponentialBuilder};
use domain::{Interaction, ParkReason};
use futures_util::{StreamExt, stream};

use self::call::PutFailure;
use self::item::Item;
pub use self::item::{FEED_INTERACTION_BYTES, FEED_ITEM_BYTES, FEED_LIFETIME_DAYS};
pub use self::person::{FeedItem, FeedPage, FeedPosition};
use crate::{AgainReason, Delivery, Outcome};

/// The maximum number of items of one `BatchWriteItem` call.
/// <https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_BatchWriteItem.html>
const ITEMS_PER_CALL: usize = 25;

/// Concurrent calls: a batch of 100 messages is written at once, even if each is of somebody else.
const CALLS_AT_ONCE: usize = 4;

/// The delays before throttled items are written again, until the deadline. AWS requires an exponential backoff here;
/// the client's own retries do not see unprocessed items of a successful call.
const BACKOFF: ExponentialBuilder = ExponentialBuilder::new()
    .with_min_delay(Duration::from_millis(50))
    .with_max_delay(Duration::from_secs(2))
    .without_max_times()
    .with_jitter();

/// The feed table and how to reach it.
#[derive(Debug)]
pub struct FeedCatalog {
    client: Client,
    table: String,
}

impl FeedCatalog {
    /// Takes a client, whose timeouts and roots the caller configures, and the name of the table.
    #[must_use]
    pub fn new(client: Client, table: String) -> Self {
        Self { client, table }
    }

    pub(crate) async fn deliver(&self, interactions: &[&Interaction], deadline: Instant) -> Delivery {
        let items = Item::group(interactions);
        let calls: Vec<_> = items.chunks(ITEMS_PER_CALL).map(|items| self.write(items.to_vec(), deadline)).collect();
        let mut delivery = Delivery::default();
        let mut written = stream::iter(calls).buffer_unordered(CALLS_AT_ONCE);
        while let Some(part) = written.next().await {
            delivery.outcomes.extend(part.outcomes);
            delivery.call_times.extend(part.call_times);
        }
        delivery
    }

    /// Writes the items of one call, with as many calls as necessary.
    async fn write(&self, items: Vec<Item>, deadline: Instant) -> Delivery {
        let mut delivery = Delivery::default();
        let mut backoff = BACKOFF.build();
        let mut calls = vec![items];
        while let Some(items) = calls.pop() {
            let start = Instant::now();
            if start >= deadline {
                note(&mut delivery, &items, &Outcome::Again(AgainReason::DeadlineReached));
                continue;
            }
            let answer = call::put(&self.client, &self.table, &items, deadline).await;
            delivery.call_times.push(start.elapsed());
            match answer {
                Ok(left) => {
                    let (left, written): (Vec<_>, Vec<_>) =
                        items.into_iter().partition(|item| left.contains(&item.sort_key));
                    note(&mut delivery, &written, &Outcome::Confirmed);
                    let time_left = deadline.saturating_duration_since(Instant::now());
                    let wait = backoff.next().filter(|wait| *wait < time_left);
                    match wait {
                        _ if left.is_empty() => {}
                        Some(wait) => {
                            tokio::time::sleep(wait).await;
                            calls.push(left);
                        }
                        None => note(&mut delivery, &left, &Outcome::Again(AgainReason::Throttled)),
                    }
                }
                Err(PutFailure::Invalid) => match halves(items) {
                    Ok(halves) => calls.extend(halves),
                    Err(items) => note(&mut delivery, &items, &Outcome::Refused(ParkReason::FeedRefused)),
                },
                Err(PutFailure::Other(reason)) => note(&mut delivery, &items, &Outcome::Again(reason)),
            }
        }
        delivery
    }
}

/// Splits a refused call into two: by items, and the last item by interactions. A single interaction is returned.
fn halves(mut items: Vec<Item>) -> Result<[Vec<Item>; 2], Vec<Item>> {
    if items.len() > 1 {
        let rest = items.split_off(items.len() / 2);
        return Ok([rest, items]);
    }
    match items.pop().map(Item::halves) {
        Some(Ok(halves)) => Ok(halves.map(|item| vec![item])),
        Some(Err(item)) => Err(vec![item]),
        None => Err(items),
    }
}

/// Gives all interactions of these items the same outcome.
fn note(delivery: &mut Delivery, items: &[Item], outcome: &Outcome) {
    let ids = items.iter().flat_map(|item| item.entries().iter().map(|entry| entry.id));
    delivery.outcomes.extend(ids.map(|id| (id, outcome.clone())));
}
