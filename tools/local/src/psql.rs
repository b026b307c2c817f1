//! `local-stack psql`: psql of the same version on the local database.

use std::os::unix::process::CommandExt as _;
use std::process::Command;

use crate::Error;
use crate::postgres_user::client;
use crate::venv::Venv;
use stack::{Stack, StackFile};

/// The arguments.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Passed to psql unchanged, for example `-c 'SELECT 1'`.
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    args: Vec<String>,
}

/// Replaces this process by psql; returns only when psql cannot be started.
///
/// # Errors
/// `NotRunning` when the stack is not up.
pub async fn run(stack: &Stack, args: Args) -> Result<(), Error> {
    let description = StackFile::of(stack)?;
    let program = client(&Venv::named(stack, "postgres"), "psql")?;
    let source = Command::new(program).arg(description.database_url).args(args.args).exec();
    Err(Error::Start { program: "psql".to_owned(), source })
}
