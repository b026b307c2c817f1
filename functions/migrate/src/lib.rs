//! Brings the schema up to date. CloudFormation invokes it in every deployment, as a custom resource that all other
//! functions wait for, and a person may invoke it by hand; safe to repeat and to run concurrently.
//!
//! Migrations only add, so that functions of the previous version keep working until they are replaced, and after a rollback.

mod custom_resource;
mod deps;
mod handler;
mod migration;
mod settings;

pub use deps::Deps;
pub use handler::handle;
pub use settings::Settings;
