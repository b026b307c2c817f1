//! Exports and erases a person, wherever the system stores data of them: the database, the feed, dead letters.
//!
//! The same steps serve the operator's command and the function for trusted callers. Erasing is done in small
//! transactions and can be resumed at any point: completed steps remain done, and the identities of an erasure in
//! progress are kept until it is complete. The hazard it handles is concurrent work: a delivery that has read a row
//! before it was anonymized. See docs/PRIVACY.md for the guarantees.
#![warn(missing_docs)]

mod erase;
mod error;
mod export;
mod feed;
mod letter;
mod receipt;
mod task;

pub use catalog::FeedCatalog;
pub use erase::{Order, erase};
pub use error::PeopleError;
pub use export::{Bounds, Export, export, export_within};
pub use letter::DeadLetters;
pub use receipt::Receipt;

use store::Database;

/// Where the system stores data of people.
#[derive(Debug)]
pub struct Places {
    /// The log and everything derived from it.
    pub database: Database,
    /// Our own feed; `None` with an outside catalog, which the shop has to notify itself.
    pub feed: Option<FeedCatalog>,
    /// The events that could not be applied; `None` omits them.
    pub letters: Option<DeadLetters>,
}
