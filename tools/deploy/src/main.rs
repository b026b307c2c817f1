//! The `deploy` command: brings Shopsignal into an AWS account, upgrades it there, and removes it.
//!
//! AWS's own SAM makes the stack; this adds what SAM leaves to a person: settings that are kept for each stage, a check of what
//! is about to be deployed, a name for the release, and the proof that a view reaches a score. Credentials and endpoints come from the
//! environment, as the AWS SDKs read it, and nothing secret is written.

mod binary;
mod bucket;
mod build;
mod cli;
mod concurrency;
mod destroy;
mod error;
mod pages;
mod parameter;
mod sam;
mod stage;
mod summary;
mod terminal;
mod up;

use std::process::ExitCode;

use clap::Parser as _;
use shopsignal::say;

pub(crate) use error::Error;

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    match cli::run(cli::Cli::parse()).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            say::failure(&error);
            ExitCode::FAILURE
        }
    }
}
