//! Why a whole batch comes again.

use catalog::CatalogError;
use store::StoreError;

/// A failure that is not one message's.
#[derive(Debug, thiserror::Error)]
pub enum UpdateError {
    /// What is awaited could not be read, or what was confirmed or refused could not be noted. The catalog
    /// may have been told already; telling it again is harmless.
    #[error("could not use the pending rows")]
    Store(#[from] StoreError),
    /// No call can be made with these settings.
    #[error("could not use the catalog")]
    Catalog(#[from] CatalogError),
    /// The catalog is down. What it confirmed before is done, the rest of the batch comes again.
    #[error("could not get through to the catalog")]
    CatalogDown,
}
