//! The tools of Shopsignal as a library, so that tests use the same issuer and stack description as the command.
//!
//! The command itself is the thin `main.rs`; every subcommand is one module with its `Args` and an
//! `async fn run(&Stack, Args)`.

pub mod cli;
pub mod cost;
pub mod demo;
pub mod deployment;
pub mod error;
pub mod import;
pub mod issuer;
pub mod person;
pub mod redrive;
pub mod secret;
pub mod simulate;
pub mod stack;
pub mod verify;
pub mod weights;

pub use error::Error;
