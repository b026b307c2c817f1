//! What can be wrong with the configuration of a catalog, and how causes are told.

use std::error::Error;
use std::iter::successors;

/// A catalog that cannot be used at all. Trying again does not help.
#[derive(Debug, thiserror::Error)]
pub enum CatalogError {
    /// The text is not a URL.
    #[error("must be a url")]
    UrlUnreadable(#[source] url::ParseError),
    /// Interactions would travel readable for everybody: plain http is for this machine only.
    #[error("must begin with https:// (http:// only to a loopback address)")]
    UrlNotSecure,
    /// A password in a URL ends up in logs and consoles.
    #[error("must not contain a user name or password")]
    UrlWithUserinfo,
    /// The HTTP client or its TLS settings could not be put together.
    #[error("could not set up the http client of the catalog")]
    Client(#[source] Box<dyn Error + Send + Sync>),
}

/// Writes an error with all its causes in one line.
pub(crate) fn chain(error: &(dyn Error + 'static)) -> String {
    let texts: Vec<String> = successors(Some(error), |&error| error.source()).map(ToString::to_string).collect();
    texts.join(": ")
}
