//! The port to the recommendation engine: tells it about interactions and says what became of each.
//!
//! Two ways out, chosen by configuration: an HTTP catalog, or our own feed in DynamoDB. Both hear an
//! interaction at least once and know it by its id, so telling them again changes nothing. This crate
//! stores nothing, reads no environment and decides nothing about messages; its caller removes what was
//! confirmed, parks what was refused and leaves the rest for a later try.
//!
//! The hazard it handles is a catalog that misbehaves: slow, silent, endless, redirecting or down. Every
//! wait has a limit, nothing outlives the caller's deadline, and a circuit breaker spares a catalog that
//! is down.
#![warn(missing_docs)]

mod delivery;
mod feed;
mod http;
mod port;
mod time;

pub use delivery::{AgainReason, Delivery, Outcome};
pub use feed::{FEED_LIFETIME_DAYS, FeedCatalog, FeedItem, FeedPage, FeedPosition};
pub use http::{HttpCatalog, HttpSettings};
/// The address of an HTTP catalog.
pub use outbound::SecureUrl as CatalogUrl;
pub use port::{Catalog, CatalogError};
