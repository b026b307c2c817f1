//! Sends a list of items until the API has decided each. Repeating is safe, because event ids stay the same.

use std::collections::BTreeMap;
use std::time::Duration;

use backon::BackoffBuilder as _;
use serde::Deserialize;
use uuid::Uuid;

use super::{Unanswered, pauses};

/// The answer to a list of items.
#[derive(Debug, Deserialize)]
pub struct ListReply {
    results: Vec<ItemReply>,
}

/// The answer to one item.
#[derive(Debug, Deserialize)]
pub struct ItemReply {
    index: usize,
    pub status: Status,
    pub event_id: Option<Uuid>,
    pub code: Option<String>,
    pub message: Option<String>,
}

/// What became of an item.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    Accepted,
    Duplicate,
    Conflict,
    Rejected,
    /// Not decided: it has to be sent again.
    Unavailable,
}

/// What became of a list of items.
#[derive(Debug)]
pub struct Settled<'i, T> {
    /// The decided items, each with its answer.
    pub decided: Vec<(&'i T, ItemReply)>,
    /// How many are not decided, after all retries.
    pub left: usize,
    /// Why.
    pub failure: Option<String>,
    /// Requests, including repetitions.
    pub requests: usize,
}

/// Posts items until each is decided, or no retry is left or can help.
pub async fn settle<'i, T>(
    items: &'i [T],
    post: impl AsyncFn(&[&'i T]) -> Result<ListReply, Unanswered>,
) -> Settled<'i, T> {
    let mut left: Vec<&'i T> = items.iter().collect();
    let mut settled = Settled { decided: Vec::with_capacity(items.len()), left: 0, failure: None, requests: 0 };
    let mut pauses = pauses().build();
    while !left.is_empty() {
        settled.requests += 1;
        let (wait, failure) = match post(&left).await {
            Ok(reply) => {
                left = settled.take(left, reply);
                (Duration::ZERO, "the event queue stayed unavailable".to_owned())
            }
            Err(unanswered) if unanswered.is_temporary() => (unanswered.retry_after(), unanswered.chain()),
            Err(unanswered) => {
                settled.failure = Some(unanswered.chain());
                break;
            }
        };
        if left.is_empty() {
            break;
        }
        let Some(pause) = pauses.next() else {
            settled.failure = Some(failure);
            break;
        };
        tokio::time::sleep(pause.max(wait)).await;
    }
    settled.left = left.len();
    settled
}

impl<'i, T> Settled<'i, T> {
    /// The repetitions among the requests.
    #[must_use]
    pub fn retries(&self) -> usize {
        self.requests.saturating_sub(1)
    }

    /// Takes what is decided and returns what is not.
    fn take(&mut self, sent: Vec<&'i T>, reply: ListReply) -> Vec<&'i T> {
        // An item that is missing in the reply is not decided either.
        let mut left: BTreeMap<usize, &'i T> = sent.into_iter().enumerate().collect();
        for result in reply.results.into_iter().filter(|result| result.status != Status::Unavailable) {
            if let Some(item) = left.remove(&result.index) {
                self.decided.push((item, result));
            }
        }
        left.into_values().collect()
    }
}
