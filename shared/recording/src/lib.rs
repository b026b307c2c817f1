//! Records the items of a request part by part, and matches what became of each: what record-interactions and
//! import-interactions have in common.
//!
//! It does no IO: the function stores a part in its own way and says how that went. An item that Postgres refuses is
//! found by halving, so that its neighbours are stored.
#![warn(missing_docs)]

mod received;

use std::ops::Range;

use contracts::{Failure, ItemOutcome, ItemResult, ItemStatus, Rejection, RejectionCode};
use domain::{Halves, InteractionId, NewInteraction};
use store::StoreError;
use store::interaction::{Recorded, RecordedItem};

pub use received::Received;

/// The answer when the log cannot be written: out of reach for now, or broken.
#[must_use]
pub fn failure(error: StoreError) -> Failure {
    let is_temporary = error.is_temporary();
    Failure::of_ours(error, is_temporary, "the log cannot be reached; send the request again")
}

/// The results of a request, one per item, and what is new in the log.
#[derive(Debug)]
pub struct Outcome {
    /// In the order of the request.
    pub results: Vec<ItemResult>,
    /// The interactions that were newly stored.
    pub new_ids: Vec<InteractionId>,
}

/// The items of a request while they are being recorded. A rejected item keeps its rejection and affects no other.
#[derive(Debug)]
pub struct Recording {
    refused: Vec<ItemResult>,
    admitted: Vec<NewInteraction>,
    /// The positions of the admitted items in the request.
    places: Vec<usize>,
    halves: Halves,
    current: Range<usize>,
    /// The outcomes of the admitted items, in order.
    recorded: Vec<Result<RecordedItem, Rejection>>,
}

impl Recording {
    /// Starts with the parsed items.
    #[must_use]
    pub fn of(items: Vec<ItemOutcome>) -> Self {
        let (mut refused, mut admitted, mut places) = (Vec::new(), Vec::with_capacity(items.len()), Vec::new());
        for (index, item) in items.into_iter().enumerate() {
            match item {
                Ok(item) => {
                    places.push(index);
                    admitted.push(item);
                }
                Err(item) => refused.push(ItemResult::refused(index, item.event_id, item.rejection)),
            }
        }
        let halves = Halves::of(admitted.len());
        Self { refused, recorded: Vec::with_capacity(admitted.len()), admitted, places, halves, current: 0..0 }
    }

    /// Returns the items that are to be stored next, in one transaction; `None` when all are settled.
    pub fn next_part(&mut self) -> Option<&[NewInteraction]> {
        self.current = self.halves.next()?;
        Some(&self.admitted[self.current.clone()])
    }

    /// Takes what became of the part. One that was refused comes again in halves.
    ///
    /// # Errors
    /// An error that concerns no item: then the request as a whole fails, and may be retried.
    pub fn settle(&mut self, answer: Result<Vec<RecordedItem>, StoreError>) -> Result<(), StoreError> {
        match answer {
            Ok(recorded) => self.recorded.extend(recorded.into_iter().map(Ok)),
            Err(StoreError::Refused { .. }) if self.halves.split(&self.current) => {}
            Err(StoreError::Refused { sqlstate, .. }) => {
                tracing::error!(sqlstate, "an admitted item was refused by postgres");
                let message = format!("the item cannot be stored (sqlstate {sqlstate})");
                self.recorded.push(Err(Rejection::new(RejectionCode::InvalidMetadata, message)));
            }
            Err(error) => return Err(error),
        }
        Ok(())
    }

    /// Returns one result per item of the request.
    #[must_use]
    pub fn finish(self) -> Outcome {
        let mut results = self.refused;
        let mut new_ids = Vec::with_capacity(self.admitted.len());
        for ((index, item), recorded) in self.places.into_iter().zip(&self.admitted).zip(self.recorded) {
            new_ids.extend(recorded.as_ref().ok().and_then(|stored| stored.recorded.new_id()));
            results.push(result(index, item, recorded));
        }
        results.sort_by_key(|result| result.index);
        Outcome { results, new_ids }
    }
}

fn result(index: usize, item: &NewInteraction, recorded: Result<RecordedItem, Rejection>) -> ItemResult {
    let refused = |rejection| ItemResult::refused(index, Some(item.event_id), rejection);
    let RecordedItem { recorded, has_weight } = match recorded {
        Ok(recorded) => recorded,
        Err(rejection) => return refused(rejection),
    };
    let stored = |status, id: InteractionId| {
        let result = ItemResult::stored(index, status, item.event_id, id.0);
        if has_weight { result } else { result.unscored() }
    };
    match recorded {
        Recorded::New(id) => stored(ItemStatus::Accepted, id),
        Recorded::Duplicate(id) => stored(ItemStatus::Duplicate, id),
        Recorded::Conflict => refused(Rejection::conflict()),
        Recorded::RateLimited => refused(Rejection::rate_limited()),
        Recorded::Forbidden => refused(Rejection::forbidden_event(item.event_type.as_str())),
    }
}
