//! `local-stack install`: creates the Python environments that `up` and the Makefile use.

use crate::Error;
use crate::venv;
use stack::Stack;

/// What to install.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Names of files in tools/local/requirements.
    #[arg(required = true, value_parser = ["emulator", "postgres", "sam", "checkov", "schemathesis", "lambda", "faketime", "node"])]
    names: Vec<String>,
}

/// Installs what is missing or out of date. Safe to repeat.
///
/// # Errors
/// When Python is missing or a package cannot be installed.
pub async fn run(stack: &Stack, args: Args) -> Result<(), Error> {
    let names: Vec<&str> = args.names.iter().map(String::as_str).collect();
    venv::install(stack, &names)
}
