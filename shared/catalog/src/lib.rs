//! The port to the recommendation engine: delivers interactions and returns the outcome of each.
//!
//! Two kinds, chosen by configuration: an HTTP catalog, or our own feed in DynamoDB. Both receive an interaction at
//! least once and identify it by its id, so a repeated delivery changes nothing. This crate stores nothing, reads no
//! environment and decides nothing about messages; its caller removes what was confirmed, parks what was refused and
//! leaves the rest for a retry.
//!
//! The hazard it handles is a catalog that misbehaves: slow, unresponsive, endless, redirecting or down. Every wait has
//! a limit, nothing outlives the caller's deadline, and a circuit breaker stops calls to a catalog that is down.
#![warn(missing_docs)]

mod delivery;
mod error;
mod feed;
mod http;
mod port;
mod time;

pub use delivery::{AgainReason, Delivery, Outcome};
pub use error::CatalogError;
pub use feed::{FEED_INTERACTION_BYTES, FEED_ITEM_BYTES, FEED_LIFETIME_DAYS};
pub use feed::{FeedCatalog, FeedItem, FeedPage, FeedPosition};
pub use http::{HttpCatalog, HttpSettings};
/// The address of an HTTP catalog.
pub use outbound::SecureUrl as CatalogUrl;
pub use port::Catalog;
