//! What an erasure does outside the database: in the feed and in the dead letters.

use std::time::Instant;

use domain::{CustomerKey, Identities};
use store::erasure::{self, Counts};
use store::{Database, StoreError};
use uuid::Uuid;

/// What is to be anonymized outside the database, and up to which time.
#[derive(Clone, Copy)]
pub(crate) struct Task<'a> {
    /// Where the erasure is recorded.
    pub(crate) database: &'a Database,
    /// The erasure.
    pub(crate) id: Uuid,
    pub(crate) identities: &'a Identities,
    pub(crate) deadline: Instant,
}

impl Task<'_> {
    /// Says whether the time is over, so that the next call has to continue.
    pub(crate) fn is_overdue(self) -> bool {
        Instant::now() >= self.deadline
    }

    /// Generates a pseudonym.
    pub(crate) async fn draw(self) -> Result<CustomerKey, StoreError> {
        let mut transaction = self.database.begin().await?;
        let drawn = erasure::draw(&mut transaction, 1).await?.pop();
        transaction.commit().await?;
        drawn.ok_or_else(gone)
    }

    /// Records what was anonymized in a place.
    pub(crate) async fn count(self, place: &str, number: usize) -> Result<(), StoreError> {
        let counts = Counts::from([(place.to_owned(), i64::try_from(number).unwrap_or(i64::MAX))]);
        let mut transaction = self.database.begin().await?;
        erasure::add_counts(&mut transaction, self.id, &counts).await?;
        transaction.commit().await
    }
}

/// The error when the row of the erasure is missing.
pub(crate) fn gone() -> StoreError {
    StoreError::Unavailable("the erasure is gone".into())
}
