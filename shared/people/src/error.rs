//! Why a person could not be exported or erased. Completed steps remain done; every call may be repeated.

use catalog::CatalogError;
use store::StoreError;

/// Classified by the place that failed.
#[derive(Debug, thiserror::Error)]
pub enum PeopleError {
    /// The database.
    #[error("could not reach what the database holds")]
    Store(#[from] StoreError),
    /// The feed.
    #[error("could not reach what the feed holds")]
    Feed(#[from] CatalogError),
    /// The dead letters.
    #[error("could not reach the dead letters")]
    Letters(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// Not every dead letter was read. Later there may be fewer, and the others visible again.
    #[error("could not read every dead letter: some are invisible or just arrived, or there are too many")]
    LettersLeft,
    /// The output of an export could not be written.
    #[error("could not write the export")]
    Write(#[from] std::io::Error),
    /// The export is larger than the caller can take: the operator's command has no such limit.
    #[error("the export exceeds {limit} bytes")]
    TooLarge {
        /// The limit in bytes.
        limit: usize,
    },
}

impl PeopleError {
    /// Says whether the same call may get further later.
    #[must_use]
    pub fn is_temporary(&self) -> bool {
        match self {
            Self::Store(error) => error.is_temporary(),
            Self::Feed(_) | Self::Letters(_) | Self::LettersLeft => true,
            Self::Write(_) | Self::TooLarge { .. } => false,
        }
    }
}
