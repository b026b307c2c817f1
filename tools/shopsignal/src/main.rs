//! The `shopsignal` command: parses the command line, runs one subcommand, prints the chain of causes when it fails.

use std::process::ExitCode;

use clap::Parser as _;
use shopsignal::cli::{self, Cli};
use shopsignal::say;

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    match cli::run(Cli::parse()).await {
        Ok(code) => code,
        Err(error) => {
            say::failure(&error);
            ExitCode::FAILURE
        }
    }
}
