//! The `shopsignal` command: parses the command line, runs one subcommand, prints the chain of causes when it fails.

use std::error::Error as _;
use std::process::ExitCode;

use clap::Parser as _;
use shopsignal::cli::Cli;

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    match shopsignal::cli::run(Cli::parse()).await {
        Ok(code) => code,
        Err(error) => {
            let mut text = format!("could not {error}");
            let mut cause = error.source();
            while let Some(inner) = cause {
                text.push_str(&format!("\n  because: {inner}"));
                cause = inner.source();
            }
            eprintln!("{text}");
            ExitCode::FAILURE
        }
    }
}
