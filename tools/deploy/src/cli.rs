//! The command line: one variant per subcommand, and nothing else.

use clap::{Parser, Subcommand};

use crate::{Error, destroy, up};

/// Deploys Shopsignal to AWS, one stack per stage.
#[derive(Debug, Parser)]
#[command(name = "deploy", version, propagate_version = true)]
pub(crate) struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Builds, deploys, migrates and checks a stage; run it again to upgrade.
    Up(up::Args),
    /// Deletes the stack of a stage.
    Destroy(destroy::Args),
}

/// Runs the subcommand of a parsed command line.
///
/// # Errors
/// Whatever the subcommand could not do.
pub(crate) async fn run(cli: Cli) -> Result<(), Error> {
    match cli.command {
        Command::Up(args) => up::run(args).await,
        Command::Destroy(args) => destroy::run(&args).await,
    }
}
