//! Every SQL statement of Shopsignal, one module a table, one `.sql` file a statement.
//!
//! Every statement of the request path is a transaction of its own, takes one round trip and may be
//! repeated: that is what makes a reconnect in the middle safe. Nothing here decides what an interaction is
//! worth; the weights are in the database and the rules in `domain`.
#![warn(missing_docs)]

mod connection;
mod credentials;
mod database;
mod error;
pub mod interaction;
pub mod key;
#[cfg(feature = "migrations")]
pub mod migration;
pub mod partition;
pub mod pending;
pub mod popularity;
pub mod verification;
pub mod weight;

pub use connection::{InvalidSettings, Settings, connect};
pub use database::Database;
pub use error::StoreError;
