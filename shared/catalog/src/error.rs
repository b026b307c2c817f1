//! What can be wrong with a catalog as a whole.

use outbound::ClientError;

/// A catalog that cannot be used at all. Trying again does not help.
#[derive(Debug, thiserror::Error)]
pub enum CatalogError {
    /// The HTTP client or its TLS settings could not be put together.
    #[error("could not call the catalog")]
    Client(#[from] ClientError),
}
