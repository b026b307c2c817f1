//! The one operation that both catalogs offer.

use std::collections::HashSet;
use std::time::Instant;

use domain::Interaction;

use crate::{CatalogError, Delivery, FeedCatalog, HttpCatalog};

/// The destination of interactions. Closed on purpose: a new kind of catalog is a new variant.
#[derive(Debug)]
pub enum Catalog {
    /// A catalog behind a URL.
    Http(HttpCatalog),
    /// Our own feed in DynamoDB.
    Feed(FeedCatalog),
}

impl Catalog {
    /// Delivers every interaction and returns one outcome for each, in no particular order. A repeated interaction
    /// counts once.
    ///
    /// May be repeated with the same interactions: the catalog knows them by their ids. When it returns, `Confirmed` is
    /// final and everything else is still pending. Calls that have not begun at `deadline` do not begin, and calls in
    /// progress are abandoned then.
    ///
    /// # Errors
    /// Only when no call can be made at all (see [`CatalogError::Client`]); then nothing was delivered. A failing
    /// catalog is an outcome, not an error.
    pub async fn deliver(&self, interactions: &[Interaction], deadline: Instant) -> Result<Delivery, CatalogError> {
        let mut seen = HashSet::with_capacity(interactions.len());
        // DynamoDB refuses a call with a duplicate key.
        let distinct: Vec<_> = interactions.iter().filter(|interaction| seen.insert(interaction.id)).collect();
        match self {
            Self::Http(catalog) => catalog.deliver(&distinct, deadline).await,
            Self::Feed(catalog) => Ok(catalog.deliver(&distinct, deadline).await),
        }
    }
}
