//! Every SQL statement of Shopsignal: one module per table or subject, one `.sql` file per statement.
//!
//! Every statement of the request path is its own transaction, takes one round trip and may be repeated, which makes
//! reconnecting in the middle safe. Only the projection of back-end events takes several
//! statements; there the transaction as a whole may be repeated. Nothing here decides what an interaction is
//! worth; the weights are in the database and the rules in `domain`.
#![warn(missing_docs)]

pub mod activity;
pub mod actor_day;
pub mod anonymize;
pub mod anonymize_interaction;
pub mod cart;
pub mod catalog_delivery;
mod connection;
pub mod conservation;
mod credentials;
pub mod customer_link;
mod database;
pub mod erasure;
mod error;
pub mod exclusion;
pub mod finding;
pub mod flow;
pub mod guest_quota;
pub mod interaction;
pub mod key;
pub mod learning;
pub mod learning_gain;
pub mod learning_recount;
#[cfg(feature = "migrations")]
pub mod migration;
pub mod opinion;
pub mod order;
pub mod order_fact;
pub mod order_list;
#[cfg(feature = "migrations")]
pub mod owner;
pub mod partition;
pub mod pending;
pub mod pending_alert;
pub mod person;
pub mod person_export;
pub mod popularity;
pub mod product;
pub mod projection;
pub mod rank;
pub mod rank_recount;
pub mod ranking;
pub mod recommendation;
pub mod recommendation_count;
pub mod recommendation_recount;
pub mod recount;
mod role;
pub mod rollup;
pub mod sales;
pub mod segment;
pub mod seller_dashboard;
mod session;
mod settings;
pub mod shop_event;
pub mod shop_report;
#[cfg(feature = "migrations")]
pub mod sign_in;
pub mod table_recount;
pub mod tracking;
pub mod user;
pub mod verification;
pub mod weight;

pub use connection::connect;
pub use database::{Database, Transaction};
pub use error::StoreError;
pub use role::Role;
pub use settings::{InvalidSettings, Settings};
/// An open connection, as [`connect`] returns it.
pub use tokio_postgres::Client;
