//! Why a whole batch is redelivered.

use catalog::CatalogError;
use store::StoreError;

/// A failure that does not concern a single message.
#[derive(Debug, thiserror::Error)]
pub enum UpdateError {
    /// Pending rows could not be read, or outcomes could not be stored. The catalog may already have received an
    /// interaction; a repeated delivery is harmless.
    #[error("could not use the pending rows")]
    Store(#[from] StoreError),
    /// No call can be made with these settings.
    #[error("could not use the catalog")]
    Catalog(#[from] CatalogError),
    /// The catalog is down. What it confirmed before is done, the rest of the batch is redelivered.
    #[error("could not get through to the catalog")]
    CatalogDown,
}
