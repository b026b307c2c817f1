//! What can be wrong with a catalog as a whole.

use outbound::ClientError;

/// A catalog that cannot be used at all.
#[derive(Debug, thiserror::Error)]
pub enum CatalogError {
    /// The HTTP client or its TLS settings could not be put together. Trying again does not help.
    #[error("could not call the catalog")]
    Client(#[from] ClientError),
    /// The feed could not be read or changed. May be repeated.
    #[error("could not use the feed")]
    Feed(#[source] Box<dyn std::error::Error + Send + Sync>),
}
