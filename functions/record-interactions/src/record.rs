//! Records the admitted items of a request.

use contracts::ItemOutcome;
use recording::{Outcome, Recording};
use store::interaction::Submission;
use store::{Database, StoreError};

/// Records every admitted item; a rejected one keeps its rejection and affects no other.
pub(crate) async fn record(
    database: &Database,
    items: Vec<ItemOutcome>,
    submission: &Submission<'_>,
) -> Result<Outcome, StoreError> {
    let mut recording = Recording::of(items);
    while let Some(part) = recording.next_part() {
        let answer = store::interaction::record(database, part, submission).await;
        recording.settle(answer)?;
    }
    Ok(recording.finish())
}
