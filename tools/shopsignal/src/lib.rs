//! The operator's command as a library, so that tests call what it does.
//!
//! It works anywhere: flags and the environment name the deployment, and only when they name none does it look for a local
//! stack. The command itself is the thin `main.rs`; every subcommand is one module with its `Args` and an
//! `async fn run(stack, Args)`, where `stack` is the name of the local stack to fall back to.

pub mod api;
pub mod cli;
pub mod cost;
pub mod deployment;
pub mod dlq;
pub mod error;
pub mod evaluate;
pub mod exclude;
pub mod gains;
pub mod import;
pub mod person;
pub mod queue_args;
pub mod rate;
pub mod redrive;
pub mod say;
pub mod secret;
pub mod verify;
pub mod weights;

pub use error::Error;
