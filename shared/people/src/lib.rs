//! Exports and erases a person, wherever the system holds something of them: the database, the feed, dead letters.
//!
//! The same steps serve the operator's command and the function that trusted callers ask. Erasing is done in small
//! transactions and can be taken up again at any point: what is done stays done, and the identities of an erasure under way
//! are kept until it is complete. The hazard it handles is what is under way elsewhere meanwhile: a delivery that has read
//! a row before it became anonymous. See docs/PRIVACY.md for what is promised.
#![warn(missing_docs)]

mod erase;
mod error;
mod export;
mod feed;
mod letter;
mod receipt;

pub use catalog::FeedCatalog;
pub use erase::{Order, erase};
pub use error::PeopleError;
pub use export::{Export, export, export_within};
pub use letter::DeadLetters;
pub use receipt::Receipt;

use store::Database;

/// Where the system holds something of people.
#[derive(Debug)]
pub struct Places {
    /// The log and everything that follows from it.
    pub database: Database,
    /// Our own feed; `None` when an outside catalog is told instead, which the shop has to tell itself.
    pub feed: Option<FeedCatalog>,
    /// The events that could not be applied; `None` leaves them out.
    pub letters: Option<DeadLetters>,
}
