//! Records the admitted items of a request and matches the outcomes with all of its items.

use contracts::{ItemOutcome, ItemResult, ItemStatus, Rejection, RejectionCode};
use domain::{InteractionId, NewInteraction, Pieces};
use store::interaction::{Judged, Recorded, Submission};
use store::{Database, StoreError};

/// The results of a request, one per item, and what is new in the log.
pub(crate) struct Outcome {
    pub(crate) results: Vec<ItemResult>,
    pub(crate) new_ids: Vec<InteractionId>,
}

/// Records every admitted item; a refused one keeps its refusal and touches no other.
pub(crate) async fn record(
    database: &Database,
    items: Vec<ItemOutcome>,
    submission: &Submission<'_>,
) -> Result<Outcome, StoreError> {
    let mut results = Vec::with_capacity(items.len());
    let (mut admitted, mut places) = (Vec::new(), Vec::new());
    for (index, item) in items.into_iter().enumerate() {
        match item {
            Ok(item) => {
                places.push(index);
                admitted.push(item);
            }
            Err(refused) => results.push(ItemResult::refused(index, refused.event_id, refused.rejection)),
        }
    }
    let mut new_ids = Vec::with_capacity(admitted.len());
    let recorded = record_isolating(database, &admitted, submission).await?;
    for ((index, item), judged) in places.into_iter().zip(&admitted).zip(recorded) {
        if let Ok(Judged { recorded: Recorded::New(id), .. }) = judged {
            new_ids.push(id);
        }
        results.push(result(index, item, judged));
    }
    results.sort_by_key(|result| result.index);
    Ok(Outcome { results, new_ids })
}

/// Records the items; one that Postgres refuses is found by halving, so that its neighbours are stored.
async fn record_isolating(
    database: &Database,
    items: &[NewInteraction],
    submission: &Submission<'_>,
) -> Result<Vec<Result<Judged, Rejection>>, StoreError> {
    let mut outcomes = Vec::with_capacity(items.len());
    let mut pieces = Pieces::of(items.len());
    while let Some(piece) = pieces.next() {
        match store::interaction::record(database, &items[piece.clone()], submission).await {
            Ok(recorded) => outcomes.extend(recorded.into_iter().map(Ok)),
            Err(StoreError::Refused { .. }) if pieces.split(&piece) => {}
            Err(StoreError::Refused { sqlstate, .. }) => {
                tracing::error!(sqlstate, "an admitted item was refused by postgres");
                let message = format!("the item cannot be stored (sqlstate {sqlstate})");
                outcomes.push(Err(Rejection::new(RejectionCode::InvalidMetadata, message)));
            }
            Err(error) => return Err(error),
        }
    }
    Ok(outcomes)
}

fn result(index: usize, item: &NewInteraction, judged: Result<Judged, Rejection>) -> ItemResult {
    let refused = |rejection| ItemResult::refused(index, Some(item.event_id), rejection);
    let Judged { recorded, has_weight } = match judged {
        Ok(judged) => judged,
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
