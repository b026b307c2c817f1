//! The tools of Shopsignal as a library, so that tests use the same issuer and stack description as the command.
//!
//! The command itself is the thin `main.rs`; every subcommand is one module with its `Args` and an
//! `async fn run(&Stack, Args)`.

pub mod cli;
pub mod error;
pub mod issuer;
pub mod stack;

pub use error::Error;
